"""From words to emotion terms: WordNet's links, morphology, free phrases, emotion wheels."""
