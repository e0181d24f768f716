"""speech-text-alignment: each word finds its frames by attention, then a sequence model. A network to train."""
