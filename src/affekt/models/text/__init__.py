"""The `text` model."""
