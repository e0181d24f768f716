"""speaker-normalization: emotion is learned while the speaker is unlearned. A network to train."""
