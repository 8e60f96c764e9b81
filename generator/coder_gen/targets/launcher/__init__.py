"""A bash script that starts the container."""
