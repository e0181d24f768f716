"""emotionrankclap: a tower for speech and one for words about it, ranked alike in valence and arousal."""
