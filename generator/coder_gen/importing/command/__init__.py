"""Command lines of the engines: the containers that they start, and their settings."""
