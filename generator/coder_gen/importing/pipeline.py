"""The stages of an import, from the text of the original to the draft of a spec."""

from __future__ import annotations

import re
from typing import NamedTuple

from coder_gen.importing.detect import detect
from coder_gen.importing.draft.declarations import declare
from coder_gen.importing.draft.defaults import without_defaults
from coder_gen.importing.draft.host_specific import HostSpecific
from coder_gen.importing.draft.model import Draft
from coder_gen.importing.draft.source_nodes import nodes_of
from coder_gen.importing.draft.yaml_writer import write
from coder_gen.importing.result import KINDS, Counts, Run
from coder_gen.language.load import Project, load_node
from coder_gen.text.diagnostics import (
    SPEC_AUTHOR,
    Diagnostic,
    Problems,
    distinct,
    meant_for,
    problem,
)
from coder_gen.text.positions import SourceFile, Span

_UNFIT = re.compile("[\\0\ud800-\udfff]")


class Imported(NamedTuple):
    """A launcher read as the draft of a spec."""

    kind: str
    draft: Draft

    @property
    def counts(self) -> Counts:
        """How many settings of the original were read, kept and approximated."""
        return self.draft.counts

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Warnings and hints, with spans in the original. Errors are raised."""
        return self.draft.diagnostics

    @property
    def runs(self) -> tuple[Run, ...]:
        """The command lines that start the containers; the first is the default mode's."""
        return self.draft.runs

    @property
    def spec_text(self) -> str:
        """The spec as YAML, for people."""
        return write(self.draft)

    def project(self, name: str) -> Project:
        """The spec as a project; its values, and the Problems it raises, have spans in the original."""
        return load_node(name, nodes_of(self.draft), self.draft.containers[0].span)


def read(
    text: str,
    name: str = "<stdin>",
    kind: str | None = None,
    *,
    service: str | None = None,
    portable: bool = False,
    audience: str = SPEC_AUTHOR,
) -> Imported:
    """Read an existing launcher as a spec.

    ``text`` is the original: a command line, a shell script, a Compose file, the JSON of
    ``docker inspect``, a devcontainer.json. ``name`` is its name in messages. ``kind`` is one of
    KINDS, or None to detect it by its content. ``service`` selects one of several containers by
    name; without it, each becomes a mode. ``portable`` replaces values that are specific to one
    host (ids, home folders, addresses) by variables; without it, hints report them.
    ``audience`` is the reader of the diagnostics.

    A pure function: the original is never run and no file is read. Raises Problems with the
    errors of the original and their spans.
    """
    _check_characters(text, name)
    found = kind or detect(text, name)
    if found is None:
        raise problem(
            "E501", f"{name} is nothing that import knows", Span(SourceFile(name, text), 0, 0, 1),
            f"name the format: --from {', '.join(KINDS)}",
        )  # fmt: skip
    try:
        draft = _draft(text, name, found, service)
    except Problems as problems:
        raise Problems(meant_for(audience, problems.diagnostics), problems.status) from None
    specific = HostSpecific(draft.containers)
    hints = [] if portable else list(specific.hints())
    draft = declare(without_defaults(specific.draft(draft) if portable else draft))
    # Two containers from one line give the same diagnostics.
    diagnostics = distinct(meant_for(audience, [*draft.diagnostics, *hints]))
    return Imported(found, draft._replace(diagnostics=tuple(diagnostics)))


def _check_characters(text: str, name: str) -> None:
    """Raise Problems for characters that no argument can hold: NUL, and bytes that are not UTF-8."""
    found = _UNFIT.search(text)
    if found is None:
        return
    at = found.start()
    line = text.count("\n", 0, at)
    column = at - (text.rfind("\n", 0, at) + 1)
    span = Span(SourceFile(name, _UNFIT.sub("\ufffd", text)), line, column, column + 1)
    if found[0] == "\0":
        raise problem("E003", "a NUL character, which no program can be given", span, "remove it")
    raise problem("E002", f"{name} is not UTF-8", span, "save it as UTF-8")


def _draft(text: str, name: str, kind: str, service: str | None) -> Draft:
    """Read the original with the reader of its kind, which is imported only when needed."""
    if kind == "compose":
        from coder_gen.importing.formats.compose.document import read_compose

        return read_compose(text, name, service)
    if kind == "inspect":
        from coder_gen.importing.formats.inspect.document import read_inspect

        return read_inspect(text, name, service)
    if kind == "devcontainer":
        from coder_gen.importing.formats.devcontainer import read_devcontainer

        return read_devcontainer(text, name)
    from coder_gen.importing.command.containers import read_commands

    return read_commands(text, name, service)
