"""multiview-contrastive-ser: an encoder for each view of speech, drawn together clip by clip."""
