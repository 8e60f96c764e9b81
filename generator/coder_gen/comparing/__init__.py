"""Compare two launchers by meaning, and rate each difference for security. All pure."""
