"""A table, or a folder of tables, as a corpus at once: columns by their names, labels in a space of their own."""
