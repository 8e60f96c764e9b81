"""Text: characters that nobody sees, and places."""
