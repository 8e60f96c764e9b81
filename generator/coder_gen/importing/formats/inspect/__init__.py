"""The JSON of ``docker inspect`` or ``podman inspect``: a container that exists.

The JSON does not show which settings are the image's and which the command line's: a command, an entry
point and variables may be the image's own. They are all imported, which starts the same process.
"""
