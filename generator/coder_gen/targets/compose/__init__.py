"""A Compose file, and the ``.env`` beside it."""
