"""Torch parts that several networks share."""
