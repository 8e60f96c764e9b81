"""Code that commands share: options, messages, and exit status."""
