"""The engines: what each is called, what it is told, and how it is asked whether it is usable."""
