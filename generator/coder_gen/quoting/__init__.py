"""The languages that text crosses into: one module each, with its rules for escaping.

Each has a type for text that is in the language already; a template quotes everything else.
"""
