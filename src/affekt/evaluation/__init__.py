"""Corpus, split, target and metrics: scored, recorded in `results/`, compared in pairs."""
