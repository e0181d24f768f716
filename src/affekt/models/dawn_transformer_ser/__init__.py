"""dawn-transformer-ser: a head of valence, arousal and dominance on the frames of any upstream. A network to train."""
