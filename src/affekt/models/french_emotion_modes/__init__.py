"""One model for four questions about a sentence: emotional, in which mode, of which type, which emotion."""
