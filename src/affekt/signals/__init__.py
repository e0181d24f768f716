"""Things to read: opened, normalised, cut."""
