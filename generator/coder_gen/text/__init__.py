"""Text and places in it: what every other package may point into."""
