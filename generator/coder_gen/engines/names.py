"""The words for the engines, in the order in which ``auto`` looks for them.

Each is a module of this package. They stand apart, since the language and the command line need the
words alone.
"""

from __future__ import annotations

NAMES = ("docker", "podman", "nerdctl", "apptainer")
# Those that build images and keep them.
BUILDERS = ("docker", "podman", "nerdctl")
# The one that is meant where none is named.
DEFAULT = "docker"
# The first that is usable where the script runs.
AUTO = "auto"
