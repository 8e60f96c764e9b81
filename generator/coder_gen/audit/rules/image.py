"""Which image it is, and what of the launcher the audit cannot read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coder_gen.audit.levels import LOW
from coder_gen.audit.rule import Hit, Rule
from coder_gen.audit.settled import scalar
from coder_gen.audit.unfolding import unread
from coder_gen.plan import Plan

_DIGEST = re.compile(r"@sha(?:256|512):[0-9a-f]{64,}$")


def _tag(plan: Plan) -> Iterator[Hit]:
    image = scalar(plan, "image")
    if _DIGEST.search(image) or not image:
        return
    tag = image.rpartition("/")[2].partition(":")[2]
    if tag in ("", "latest"):
        yield Hit(f"{image} is whatever has that name today", plan.settings["image"].span)
    elif scalar(plan, "pull_policy") != "never":
        yield Hit(f"{image} has no digest: the tag may move", plan.settings["image"].span)


def _unread(plan: Plan) -> Iterator[Hit]:
    for word in unread(plan):
        yield Hit(f"`{word.source}` is passed to the engine unread", word.span, word)


RULES = (
    Rule(
        id="image-not-pinned",
        title="Image not pinned",
        level=LOW,
        gains="Who can push the tag, or build the name, chooses what everyone starts.",
        advice="Name a version, best with its digest.",
        standards=("CIS 5.28", "OWASP 13", "NIST 4.2.2"),
        check=_tag,
        example="image: registry.example.com/coder:2026-11@sha256:0123456789abcdef0123456789abcdef",
    ),
    Rule(
        id="engine-options",
        title="Options that the audit cannot read",
        level=LOW,
        gains="Whatever the option allows.",
        advice="Use the spec's own keys, which the audit reads.",
        standards=(),
        check=_unread,
        example="engine_options: !reset []",
    ),
)
