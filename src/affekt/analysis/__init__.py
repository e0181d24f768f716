"""From a source to a report, and from a table to a table."""
