"""Import a Compose file: its services become the modes of a spec, or one service the spec.

Most keys of a service are also keys of a spec, so the spec's shapes read them, and errors have
spans in the Compose file. Tables hold the other keys: their conversion, or why there is none.
"""
