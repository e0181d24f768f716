"""cusemo: a trace of emotion through a call, and the empathy in it, by one network."""
