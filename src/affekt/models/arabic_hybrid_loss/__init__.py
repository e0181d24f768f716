"""Stacked embeddings of a text, a meta-learner over them, a Bi-LSTM and a multi-label head."""
