"""The languages that text crosses into, each held to a real reader."""
