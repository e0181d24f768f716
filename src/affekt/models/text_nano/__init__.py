"""The `text-nano` model."""
