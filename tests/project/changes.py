"""Ten plausible changes of coder-gen, each as edits of its files and as what shows that it works.

The table in docs/architecture.md names the files; ``test_changes`` makes each change in a copy of the
tree and tries it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from tests.pages import ROOT

CODE = "generator/coder_gen/"


class Edit(NamedTuple):
    """New text in a file: instead of what ``anchor`` matches first; without one, the file is new."""

    file: str
    anchor: str
    text: str


class Change(NamedTuple):
    """A change, and a command line by which one sees it: run with this spec, it prints ``shows``.

    The words are coder-gen's; after ``-c`` stands a program of Python.
    """

    title: str
    edits: tuple[Edit, ...]
    words: tuple[str, ...]
    shows: str
    spec: str = "image: app:1\n"

    @property
    def files(self) -> list[str]:
        """The files that it touches, below the package's folder where they are in it."""
        return [edit.file.removeprefix(CODE) for edit in self.edits]


def after(file: str, anchor: str, text: str) -> Edit:
    """More lines after the line that holds a text."""
    return Edit(CODE + file, rf"(?<=\n){re.escape(anchor)}[^\n]*\n", rf"\g<0>{text}")


def new(file: str, text: str) -> Edit:
    """A file that is not there yet."""
    return Edit(CODE + file, "", text)


def _from(file: str, *replaced: tuple[str, str]) -> str:
    """The text of a file that is there, as somebody would begin with it, with other words."""
    text = (ROOT / file).read_text("utf-8")
    for old, word in replaced:
        text = text.replace(old, word)
    return text


_TARGET = '''"""A job for Nomad."""

from coder_gen.language.keys.container import KEYS
from coder_gen.support import UNSUPPORTED, Support
from coder_gen.targets.base import Artifact

SUMMARY = "A job for Nomad."
SUPPORT = dict.fromkeys(KEYS, Support(UNSUPPORTED, "not yet"))


def compile(project, plans, request, reporter):
    return Artifact(f"job {project.name}\\n", False)
'''
_RULE = """    Rule(
        id="new-rule",
        title="A new rule",
        level=LOW,
        gains="Something.",
        advice="Mend it.",
        standards=(),
        check=lambda plan: [Hit("the new rule fires")],
    ),
"""
_CHECK = '''"""The host's name."""

from coder_gen.doctor.model import Check, Precondition, ok

CHECKS = (
    Check(
        "new-check",
        "the new check",
        "The host has a name.",
        Precondition("always", lambda context: True),
        lambda context, probe: [ok("it has one")],
    ),
)
'''
_LANGUAGE = '''"""INI files."""


def value(text):
    return "'" + str(text) + "'"
'''
_RENDER = """
from coder_gen.render import environment
print(environment(".ini.j2").from_string("name={{ name }}").render(name="a b"))
"""
_MERGED = '''class ReplacedList(ListShape):
    """A list that a later layer replaces."""

    def merge(self, base: Value, over: Value) -> Value:
        return over


'''

CHANGES = (
    Change(
        "a key of Compose",
        (
            after(
                "language/keys/container.py", "KEYS: dict[str, Key] = {",
                '    "new_switch": Key(ScalarShape(BOOL), "A new key.", "--new-switch"),\n',
            ),
        ),
        ("script",), "--new-switch", "image: app:1\nnew_switch: true\n",
    ),
    Change(
        "a target",
        (
            new("targets/nomad.py", _TARGET),
            after(
                "targets/registry.py", "BUILT_IN = {",
                '    "nomad": "coder_gen.targets.nomad",\n',
            ),
        ),
        ("write",), "1 of 1 files written", "name: ide\nimage: app:1\noutputs: {job.hcl: nomad}\n",
    ),
    Change(
        "an engine of Docker's family",
        (
            new(
                "engines/finch.py",
                _from(f"{CODE}engines/nerdctl.py", ('"nerdctl"', '"finch"'), ("nerdctl ", "finch ")),
            ),
            Edit(f"{CODE}engines/names.py", '"nerdctl"', '"finch", "nerdctl"'),
            Edit(
                "templates/machinery/engines/finch.sh", "",
                _from("templates/machinery/engines/nerdctl.sh", ("nerdctl", "finch")),
            ),
        ),
        ("script", "--engine", "finch"), "engines/finch",
    ),
    Change(
        "an option of `docker run` that import reads",
        (
            Edit(f"{CODE}options/flag_table.py", "detach-keys", "detach-keys new-name"),
            after(
                "options/rules.py", '    "mount": mount(', '    "new-name": scalar("hostname"),\n'
            ),
        ),
        ("import", "--", "docker", "run", "--new-name", "here", "app:1"), "hostname: here",
    ),
    Change(
        "a rule of the audit",
        (after("audit/rules/limits.py", "RULES = (", _RULE),),
        ("audit", "--fail-on", "critical"), "the new rule fires",
    ),
    Change(
        "a check of the doctor",
        (
            new("doctor/checks/host_name.py", _CHECK),
            after("doctor/registry.py", "    files,", "    host_name,\n"),
            after("doctor/registry.py", "    *files.CHECKS,", "    *host_name.CHECKS,\n"),
        ),
        ("doctor", "--list"), "The host has a name.",
    ),
    Change(
        "a type of variables",
        (after("language/keys/document.py", "TYPES: dict[str, Kind] = {", '    "name": NAME,\n'),),
        ("script",), "TEAM=blue",
        "image: app:1\nhostname: $TEAM\nvariables: {TEAM: {type: name, default: blue}}\n",
    ),
    Change(
        "the format of errors",
        (Edit(f"{CODE}text/printing.py", 'label = "error"', 'label = "fault"'),),
        ("script",), "fault[E", "imag: app:1\n",
    ),
    Change(
        "an output language",
        (
            new("quoting/ini.py", _LANGUAGE),
            after(
                "render.py", "_FINALIZE = {", '    ".ini.j2": ("coder_gen.quoting.ini", "value"),\n'
            ),
        ),
        ("-c", _RENDER), "'a b'",
    ),
    Change(
        "a rule of merging",
        (
            Edit(f"{CODE}language/shapes/base.py", r"(?=def texts\()", _MERGED),
            Edit(
                f"{CODE}language/keys/container.py",
                r'    "dns": Key\(texts\(IP, single=True\)',
                '    "dns": Key(ReplacedList(ScalarShape(IP).parse, {}, None, single=True)',
            ),
            after("language/keys/container.py", "from coder_gen.language.shapes.base import", "    ReplacedList,\n"),
        ),
        ("compose", "--profile", "lab"), 'dns:\n      - "10.0.0.2"\n',
        "image: app:1\ndns: [10.0.0.1]\nprofiles: {lab: {dns: [10.0.0.2]}}\n",
    ),
)  # fmt: skip


def make(change: Change, tree: Path) -> None:
    """Edit a copy of the tree. Raises AssertionError where an anchor is no longer there."""
    for edit in change.edits:
        path = tree / edit.file
        if not edit.anchor:
            assert not path.exists(), edit.file
            path.write_text(edit.text, "utf-8")
            continue
        text, count = re.subn(edit.anchor, edit.text, path.read_text("utf-8"), count=1)
        assert count, (edit.file, edit.anchor)
        path.write_text(text, "utf-8")


def table() -> str:
    """The table of docs/architecture.md."""
    rows = ["| Change | Files |", "| --- | --- |"]
    for change in CHANGES:
        names = ", ".join(f"`{name}`" for name in dict.fromkeys(change.files))
        rows.append(f"| {change.title} | {names} |")
    return "\n".join(rows)
