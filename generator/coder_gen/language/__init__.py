"""The spec language: its keys, their shapes, how layers merge, and how a file is loaded."""
