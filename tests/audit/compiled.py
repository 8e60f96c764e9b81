"""From the text of a spec to its project and plans, without a file."""

from __future__ import annotations

import re
from collections.abc import Mapping

from coder_gen.language.load import Options, Project, load
from coder_gen.plan import Plan, plans
from coder_gen.text.diagnostics import Reporter

# A key at the top, not a text that reads like one.
_HAS_IMAGE = re.compile(r"^['\"{]*(?:image|extends)['\"]?:", re.MULTILINE)


def compiled(
    text: str, *profiles: str, files: Mapping[str, str] | None = None
) -> tuple[Project, dict[str, Plan]]:
    """A spec that may extend those in ``files``. Raises Problems."""
    texts = files or {}
    options = Options(profiles=profiles)
    project = load("coder.yaml", text.encode(), options, lambda path: texts[path].encode())
    reporter = Reporter()
    planned = plans(project, reporter)
    reporter.stop_if_failed()
    return project, planned


def over_image(text: str) -> str:
    """A spec that says at least which image it runs."""
    return text if _HAS_IMAGE.search(text) else f"image: app:1.0\n{text}"
