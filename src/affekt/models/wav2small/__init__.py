"""wav2small: a student of at most 72 thousand numbers, from the waveform to arousal, dominance and valence."""
