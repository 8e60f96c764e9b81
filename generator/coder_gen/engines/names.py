"""The names of the engines, in the order in which ``auto`` looks for them.

Each is a module of this package. They have their own module, since the language and the command
line need only the names.
"""

from __future__ import annotations

NAMES = ("docker", "podman", "nerdctl", "apptainer")
# The engines that build and store images.
BUILDERS = ("docker", "podman", "nerdctl")
# The engine if none is named.
DEFAULT = "docker"
# The first engine that is usable where the script runs.
AUTO = "auto"
