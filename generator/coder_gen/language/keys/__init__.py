"""The keys of a spec, each with its shape."""
