"""What emotions are: label spaces, the cited maps between them, and where each label lies in VAD."""
