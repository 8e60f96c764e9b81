"""A launcher to look at: what crosses from host to container, drawn and listed. All pure."""
