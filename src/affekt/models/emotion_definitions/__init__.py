"""Emotions with their definitions modelled beside them. A network to train; no weights ship."""
