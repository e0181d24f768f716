"""emoq: learned queries ask speech and words, and prompt a frozen language model that names the emotion."""
