"""The options of the engines' command lines, in the spec's words: what import reads, and audit judges.

Nothing of them is run, and what the spec language has no word for is said so.
"""
