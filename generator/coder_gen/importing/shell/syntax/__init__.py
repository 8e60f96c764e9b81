"""The text of a script, its syntax tree, and places in it."""
