"""Whether this host can start the container: a table of checks, pure except for their probe."""
