"""The draft of a spec: what readers of originals make, and what becomes of it before it is printed."""
