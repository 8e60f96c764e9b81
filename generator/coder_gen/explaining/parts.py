"""The parts of a launcher: each flag with its value, its origin, its meaning and its risks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from coder_gen.audit.findings import Finding
from coder_gen.engines.arguments import (
    LAUNCHER_FOLDER,
    HelperCall,
    Origin,
    items_of,
    one_per_option,
)
from coder_gen.explaining.meanings import meaning
from coder_gen.explaining.option_text import OptionText, line, option_text, shown
from coder_gen.expression import Text
from coder_gen.language.shapes.base import Setting
from coder_gen.plan import Plan
from coder_gen.plan.defaults import settled
from coder_gen.plan.labels import ENVIRONMENT_LABEL, OWNER_LABEL
from coder_gen.support import Rules
from coder_gen.targets.identity import container_name
from coder_gen.text.positions import Span

NO_FLAG = ""


class Part(NamedTuple):
    """One part of the command line, and the setting that it comes from.

    ``now`` is the value with every default filled in, where it differs; ``origin`` names the layer
    of the spec; ``risks`` are the audit's findings about this setting; ``names`` are its variables.
    """

    option_text: OptionText
    now: str
    key: str
    span: Span | None
    origin: str
    meaning: str
    risks: tuple[Finding, ...]
    names: tuple[str, ...]


def parts(plan: Plan, rules: Rules, findings: list[Finding]) -> list[Part]:
    """Every part, in the order of the command line: options, image, command."""
    about = [f for f in findings if plan.mode in f.modes and f.hit.span is not None]
    collector = _PartCollector(plan, rules, about)
    for key, setting in plan.settings.items():
        if key not in _AT_THE_END:
            collector.options(key, setting)
    for key in _AT_THE_END:
        if key in plan.settings:
            collector.words(key, plan.settings[key])
    return [*_identity(plan), *collector.found]


_AT_THE_END = ("image", "command")


class _PartCollector:
    """Collects the parts of one plan."""

    def __init__(self, plan: Plan, rules: Rules, about: list[Finding]) -> None:
        self.plan = plan
        self.rules = rules
        self.about = about
        self.found: list[Part] = []

    def options(self, key: str, setting: Setting) -> None:
        """The options that a key becomes."""
        for item in one_per_option(items_of(key, setting, self.plan, self.rules)):
            one, now = option_text(item, shown), option_text(item, self.settled)
            words = item.arguments if isinstance(item, HelperCall) else item.argv()
            assert item.origin is not None
            self.add(one, now.value, words, item.origin)

    def words(self, key: str, setting: Setting) -> None:
        """Add the words after the options: the image or the command."""
        words: tuple[Text, ...] = setting.value if key == "command" else (setting.value,)
        one, now = OptionText(NO_FLAG, line(words, shown)), line(words, self.settled)
        self.add(one, now, words, Origin(key, setting, setting.value))

    def settled(self, text: Text) -> str:
        """A text with every default filled in."""
        return settled(text, self.plan).replace(f"${{{LAUNCHER_FOLDER}}}", ".")

    def add(self, one: OptionText, now: str, words: tuple[Text, ...], origin: Origin) -> None:
        """Add one part with its origin, its meaning and its risks."""
        key, setting, value = origin
        place = next((word.span for word in words if word.span.source.name), setting.span)
        span = origin.span or place
        names = dict.fromkeys(ref.name for word in words for ref in word.refs())
        names.pop(LAUNCHER_FOLDER, None)
        spans = {span, setting.span, *(word.span for word in words)}
        risks = tuple(f for f in self.about if f.span in spans or _is_about(f, value))
        later = now if names and now != one.value else ""
        text = meaning(key, value, self.plan)
        self.found.append(Part(one, later, key, span, setting.origin, text, risks, tuple(names)))


def _is_about(finding: Finding, value: object) -> bool:
    return finding.hit.item is not None and finding.hit.item == value


def _identity(plan: Plan) -> Iterator[Part]:
    """The name and the labels that the launcher adds, so that each user finds their container."""
    setting = plan.settings.get("container_name")
    name = container_name(plan)
    own = "coder-gen itself"
    if name is not None:
        origin = setting.origin if setting is not None else own
        text = "The container's name: the environment's and the user's id."
        span = setting.span if setting is not None else None
        names = tuple(ref.name for ref in name.refs())
        if setting is not None:
            text = "The container's name."
        yield Part(
            OptionText("--name", shown(name)), "", "container_name", span, origin, text, (), names
        )
    for label, value, what in (
        (ENVIRONMENT_LABEL, plan.name, "tells which environment the container is"),
        (OWNER_LABEL, "${UID}", "tells whose the container is, so that nobody removes another's"),
    ):
        option = OptionText("--label", f"{label}={value}")
        yield Part(option, "", "labels", None, own, f"This {what}.", (), ())
