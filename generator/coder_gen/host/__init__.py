"""What touches the host: reading and writing files, starting programs. Everything else is pure."""
