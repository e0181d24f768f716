"""`text` with labels of one's own."""
