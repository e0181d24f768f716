"""asr-transcript-ser: ways to join the words of a recogniser with the sound, a gate among them. A network to train."""
