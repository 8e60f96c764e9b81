"""The names that targets of other packages may import, as docs/own-targets.md promises.

Modules of this package may move; these names stay.
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
