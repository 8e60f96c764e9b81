"""Import the JSON of ``docker inspect`` or ``podman inspect``: an existing container.

The JSON does not show whether the command, the entrypoint and variables come from the image or
from the command line. They are all imported, which starts the same process.
"""
