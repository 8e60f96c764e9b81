"""What touches the host."""
