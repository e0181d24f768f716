"""Weights to session to arrays."""
