"""Access to the host: reading and writing files, starting programs. Other packages are pure."""
