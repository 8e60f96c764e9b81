"""The draft of a spec: made by the readers of originals, then transformed and printed."""
