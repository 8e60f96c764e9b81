"""Engines: each is reachable wherever one can be named."""
