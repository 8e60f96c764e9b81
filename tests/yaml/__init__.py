"""The reader of YAML."""
