"""ravdess-feature-study: the four models whose features are compared. Networks and an HMM to train."""
