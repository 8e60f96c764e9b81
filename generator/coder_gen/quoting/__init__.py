"""The output languages: one module each, with the rules for escaping.

Each has a type for text that is already in the language; a template quotes everything else.
"""
