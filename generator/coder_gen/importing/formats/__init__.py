"""Originals that are data: Compose files, inspect's JSON, devcontainer.json."""
