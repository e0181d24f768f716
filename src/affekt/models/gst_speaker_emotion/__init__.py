"""gst-speaker-emotion: a speaker recogniser of style tokens, whose embeddings are read for emotion."""
