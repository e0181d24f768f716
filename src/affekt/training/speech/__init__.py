"""How speech is learned from: a file per published method, each a function from a `Lesson` to what was `Taught`."""
