"""speech: emotion heard in a voice, by a small convolutional network that was trained from scratch."""
