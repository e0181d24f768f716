"""bridge-token-mtl: words and sound meet in bridge tokens; categories and dimensions together. A network to train."""
