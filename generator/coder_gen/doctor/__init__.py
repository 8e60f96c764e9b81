"""Whether this host can start the container: checks as data, pure but for the probe they ask."""
