"""mdat-cross-language: graph attention and co-attention between modalities. A network to train."""
