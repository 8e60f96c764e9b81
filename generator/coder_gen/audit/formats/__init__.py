"""Output formats of findings: for people, for programs, for code review."""
