"""Targets that make the image: a Dockerfile, and the scripts around it."""
