"""Attacks at random: `make attack` runs them whole, the tests a fixed sample."""
