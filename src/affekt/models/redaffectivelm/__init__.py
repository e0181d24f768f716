"""REDAffectiveLM: what a text gives its readers to feel. A network to train; no weights ship."""
