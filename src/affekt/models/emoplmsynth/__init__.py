"""emoPLMsynth: emotions first, then telling people's texts from made ones. A network to train; no weights ship."""
