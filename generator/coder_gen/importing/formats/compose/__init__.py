"""A Compose file: its services become the modes of a spec, or one of them the spec itself.

Most keys of a service are a spec's own, so they are read by the spec's own shapes, with errors
placed in the Compose file. The rest is in tables: other words, or why there are none.
"""
