"""Explanations as text."""

from __future__ import annotations

import re

from coder_gen.audit.findings import Finding
from coder_gen.explaining.parts import Part
from coder_gen.explaining.topics import Topic
from coder_gen.language.keys.container import KEYS
from coder_gen.text.printing import Printed, line, lines, styled


class ExplanationWriter:
    """Writes explanations, with or without colour."""

    def __init__(self, color: bool) -> None:
        self.color = color
        self.lines: list[Printed] = []

    def text(self) -> Printed:
        """The text written so far."""
        while self.lines and not self.lines[-1]:
            self.lines.pop()
        return lines(self.lines)

    def part(self, part: Part) -> None:
        """Write one part: its flag, its origin, its meaning and its risks."""
        flag = styled("heading", self.color, part.option_text.flag)
        note = f"  ({part.option_text.note})" if part.option_text.note else ""
        value = f"{' ' if part.option_text.flag else ''}{part.option_text.value}{note}".rstrip()
        self.lines.append(line(flag, value))
        if part.now:
            self._line("now", part.now)
        place = f"{part.span}, {part.origin}" if part.span is not None else part.origin
        self._line("from", place)
        self._line("does", part.meaning)
        for finding in part.risks:
            self._risk(finding)
        self._gap()

    def missing(self, findings: list[Finding]) -> None:
        """Write the risks of settings that the spec lacks."""
        if findings:
            self.lines.append(line("not said in the spec:"))
            for finding in findings:
                self._risk(finding)
            self._gap()

    def topic(self, topic: Topic) -> None:
        """Write the meaning of a word, then the parts that use it."""
        self.lines.append(styled("heading", self.color, topic.word))
        if topic.variable is not None:
            variable = topic.variable
            default = variable.default_in_words(
                "the launcher chooses a free port", "none: it has to be set"
            )
            self._line(
                "is", f"a variable of the spec, {variable.type}; {variable.help}".rstrip("; ")
            )
            self._line("value", f"default: {default}")
            self._line(
                "set", f"{variable.name}=VALUE ./run.sh, or --var {variable.name}=VALUE to fix it"
            )
            self._line("from", str(variable.span))
        elif topic.built_in:
            self._line("is", f"built in: {topic.built_in}")
        elif topic.key:
            key = KEYS[topic.key]
            flag = f", {key.flag} of docker run" if key.flag else ""
            self._line("is", f"the key `{topic.key}`{flag}")
            self._line("does", key.summary)
        elif topic.rule is not None:
            rule = topic.rule
            self._line("is", f"a rule of the audit, {rule.level}: {rule.title}")
            self._line("gains", rule.gains)
            self._line("do", rule.advice)
            if rule.standards:
                self._line("see", ", ".join(rule.standards))
        elif topic.code is not None:
            self._line("is", f"the code of a message: {topic.code.title}")
            self._line("means", _without_links(topic.code.meaning))
            self._line("do", _without_links(topic.code.fix))
        if not topic.parts and topic.code is None:
            self._line("here", "no part of this launcher has to do with it")
        self._gap()
        for part in topic.parts:
            self.part(part)

    def _risk(self, finding: Finding) -> None:
        label = styled(finding.level, self.color, finding.level)
        self.lines.append(line("    risk   ", label, f" {finding.rule.id}: {finding.message}"))

    def _line(self, lead: str, value: str) -> None:
        self.lines.append(line(f"    {lead:<6} {value}"))

    def _gap(self) -> None:
        self.lines.append(line())


def _without_links(text: str) -> str:
    """Text from a page of the documentation, without its links."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
