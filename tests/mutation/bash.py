"""The mutants of templates and of modules of bash: changes to one line.

A module of bash has to stay one (`bash -n`); ``is_readable`` tells. The style sheet of the report is left
alone: it is a matter of looks.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

from tests.mutation.model import Mutant, numbered

# A test and the one that takes its place.
_TESTS = {
    "-f": "-e", "-e": "-f", "-d": "-e", "-r": "-e", "-x": "-e", "-L": "-e", "-S": "-e", "-w": "-e",
    "-n": "-z", "-z": "-n", "==": "!=", "!=": "==", "=~": "==", "&&": "||", "||": "&&",
    "-eq": "-ne", "-ne": "-eq", "-lt": "-le", "-le": "-lt", "-gt": "-ge", "-ge": "-gt",
}  # fmt: skip
_SIGNALS = {
    "EXIT": "INT",
    "HUP": "TERM",
    "INT": "TERM",
    "TERM": "INT",
    "PIPE": "HUP",
    "KILL": "TERM",
}
_TEST = re.compile(r"(?<=[ (])(?:-[fedrxLSwnz]|==|!=|=~|&&|\|\||-(?:eq|ne|l[te]|g[te]))(?= )")
_SIGNAL = re.compile(rf"\b(?:{'|'.join(_SIGNALS)})\b")
_STATUS = re.compile(r"\b(?P<how>return|exit) (?P<status>\d+)\b")
_NUMBER = re.compile(r"(?<![\w$\{.\-<>&])\d+(?![\w>.<}])")
_FUNCTION = re.compile(r"^([a-z_]\w*)\(\) [{(]$", re.MULTILINE)
# Lines that are a part of a structure, and no command that could go.
_STRUCTURE = re.compile(
    r"(?:if|then|elif|else|fi|for|while|until|do|done|case|esac|function)\b|[{}();]|[^ ]*\)|local [\w ]*$|\*"
)
_JINJA_CONDITION = re.compile(r"(?<=\{% if )[^%]+?(?= %\})|(?<=\{% elif )[^%]+?(?= %\})")
LOOKS = "templates/report/style.html.j2"


def mutants(path: str, text: str) -> list[Mutant]:
    """Every mutant of a template, in the order of the text."""
    find = _of_template if path.endswith(".j2") else _of_module
    return numbered(list(find(path, text)))


def is_readable(text: str) -> bool:
    """Whether bash reads the text as a script."""
    done = subprocess.run(["bash", "-n"], input=text.encode(), capture_output=True, check=False)
    return done.returncode == 0


def _of_module(path: str, text: str) -> Iterator[Mutant]:
    function, start, before = "", 0, ""
    for number, whole in enumerate(text.splitlines(keepends=True), 1):
        line = whole.rstrip("\n")
        if opened := _FUNCTION.match(line):
            function = opened[1]
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            goes_on = before.endswith(("\\", "|", "&&", "||"))
            for operator, at, old, new in _changes(line, goes_on):
                place = start + at
                yield Mutant(path, function, operator, old, new, place, place + len(old), number, 0)
        if line in ("}", ")"):
            function = ""
        before, start = stripped, start + len(whole)


def _changes(line: str, goes_on: bool) -> Iterator[tuple[str, int, str, str]]:
    """What can change in a line of bash: the operator, where, the old text, and the new one."""
    code = re.split(r"\s# ", line)[0]
    indent = len(line) - len(line.lstrip())
    whole = code.strip()
    if not (goes_on or whole.endswith(("\\", "|", "&&", "||", "(")) or _STRUCTURE.match(whole)):
        yield "line deleted", indent, whole, ":"
    for found in _TEST.finditer(code):
        yield "test", found.start(), found[0], _TESTS[found[0]]
    if re.match(r"\s*(?:trap|kill|pass_on)\b|.*\b(?:trap|kill) ", code):
        for found in _SIGNAL.finditer(code):
            yield "signal", found.start(), found[0], _SIGNALS[found[0]]
    for found in _STATUS.finditer(code):
        status = "0" if found["status"] != "0" else "1"
        yield "exit status", found.start("status"), found["status"], status
    for found in _NUMBER.finditer(code):
        if not code[: found.start()].endswith(("return ", "exit ")):
            other = "022" if found[0] == "077" else str(int(found[0]) + 1)
            yield "number", found.start(), found[0], other


def _of_template(path: str, text: str) -> Iterator[Mutant]:
    start = 0
    for number, whole in enumerate(text.splitlines(keepends=True), 1):
        line = whole.rstrip("\n")
        for found in _JINJA_CONDITION.finditer(line):
            place = start + found.start()
            new = f"not ({found[0]})"
            yield Mutant(
                path, "", "condition", found[0], new, place, start + found.end(), number, 0
            )
        stripped = line.strip()
        comment = stripped.startswith(("#", "{#", "<!--"))
        if stripped and not comment and (not stripped.startswith("{%") or "include" in stripped):
            yield Mutant(path, "", "line deleted", line, "", start, start + len(line), number, 0)
        start += len(whole)
