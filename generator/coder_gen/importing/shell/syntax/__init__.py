"""The text of a script, its syntax tree, and spans in it."""
