"""is2025-graph-prosody: audio, words and quantised pitch as the nodes of a graph."""
