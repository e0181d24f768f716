"""Passages longer than an encoder reads at once: chunks, pooled, with a head."""
