"""What targets of other packages may import: the names that docs/own-targets.md promises.

Modules of this package move; these names stay here.
"""

from coder_gen.expression import Ref, Text
from coder_gen.language.keys.container import KEYS
from coder_gen.language.load import Project
from coder_gen.plan import Plan
from coder_gen.targets.base import (
    APPROXIMATE,
    EXACT,
    UNSUPPORTED,
    Artifact,
    Request,
    Support,
    made_from,
    report_support,
)
from coder_gen.text.diagnostics import Reporter

__all__ = [
    "APPROXIMATE",
    "EXACT",
    "KEYS",
    "UNSUPPORTED",
    "Artifact",
    "Plan",
    "Project",
    "Ref",
    "Reporter",
    "Request",
    "Support",
    "Text",
    "made_from",
    "report_support",
]
