"""Labels by which launchers find their containers: the environment's name and the owner."""

from __future__ import annotations

OWN_LABELS = "coder-gen."
"""The prefix of coder-gen's labels."""
ENVIRONMENT_LABEL = OWN_LABELS + "environment"
OWNER_LABEL = OWN_LABELS + "owner"
