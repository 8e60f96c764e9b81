"""The engines' command-line options in terms of the spec language, for import and audit.

Nothing is run, and options that the spec language cannot express are reported.
"""
