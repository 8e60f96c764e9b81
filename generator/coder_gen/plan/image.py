"""The image that the spec builds, added to the container's settings so that rules see both."""

from __future__ import annotations

from collections.abc import Mapping

from coder_gen import expression
from coder_gen.language.build_values import Image, image_of
from coder_gen.language.load import Project
from coder_gen.language.shapes.base import Setting
from coder_gen.plan.plan import Plan

_ORIGIN = "the image that the spec builds"


def with_image(project: Project, plans: Mapping[str, Plan]) -> dict[str, Plan]:
    """The plans with the image under ``build`` and with the image's entry point.

    Only for rules: a launcher sets neither.
    """
    if project.build is None:
        return dict(plans)
    image = image_of(project.build)
    return {mode: _with(plan, image, project.build) for mode, plan in plans.items()}


def image(plan: Plan) -> Image | None:
    """The image of a plan from ``with_image``; None without one."""
    found = plan.value("build")
    return found if isinstance(found, Image) else None


def _with(plan: Plan, image: Image, build: Setting) -> Plan:
    settings = {**plan.settings, "build": build._replace(value=image)}
    words = _program(image)
    if "entrypoint" not in settings and words:
        place = image.spans.get("auth") or image.spans.get("entrypoint") or build.span
        value = tuple(expression.literal(word, place) for word in words)
        settings["entrypoint"] = Setting(value, place, _ORIGIN)
    return plan._replace(settings=settings)


def _program(image: Image) -> list[str]:
    """The program that the image runs, as far as it is known when the audit runs."""
    if image.entrypoint is not None:
        return [word.source for word in image.entrypoint]
    if image.generated and image.code_server is not None:
        return ["code-server", "--auth", image.auth]
    return []
