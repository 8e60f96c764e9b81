"""Labels by which launchers find their containers: which environment it is, and whose."""

from __future__ import annotations

OWN_LABELS = "coder-gen."
"""How the names of coder-gen's labels begin."""
ENVIRONMENT_LABEL = OWN_LABELS + "environment"
OWNER_LABEL = OWN_LABELS + "owner"
