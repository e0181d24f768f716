"""emotion2vec: an encoder of speech that predicts what a slow copy of itself says, frame by frame and as a whole."""
