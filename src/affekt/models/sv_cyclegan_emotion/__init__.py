"""sv-cyclegan-emotion: neutral speech made emotional by two converters that undo each other, to teach a verifier."""
