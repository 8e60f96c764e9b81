"""The subject of a word on the command line: a variable, a flag, a key, a rule, a code, a value."""

from __future__ import annotations

from typing import NamedTuple

from coder_gen.audit.rule import Rule
from coder_gen.audit.rules import RULES
from coder_gen.codes import CATALOGUE, CodeEntry
from coder_gen.explaining.parts import Part
from coder_gen.language.context import nearest
from coder_gen.language.keys.container import KEYS
from coder_gen.language.keys.document import BUILT_IN
from coder_gen.language.load import Project
from coder_gen.language.values import Variable
from coder_gen.plan.capabilities import capability

# A flag that several keys share stands for the key that a command line sets with it.
FLAGS = {
    **{key.flag: name for name, key in KEYS.items() if key.flag},
    "--env": "environment", "--publish": "ports", "--network": "network_mode",
    "-e": "environment", "-p": "ports", "-P": "publish_all", "-v": "volumes", "--volume": "volumes",
    "-u": "user", "-m": "mem_limit", "--net": "network_mode", "-h": "hostname", "-l": "labels",
}  # fmt: skip
_CAPABILITIES = ("cap_add", "cap_drop")


class Topic(NamedTuple):
    """The subject of a word: one of the fields with a default, and the parts that use it.

    ``built_in`` is the meaning of a built-in variable; ``key`` is a key of the language.
    """

    word: str
    parts: tuple[Part, ...]
    variable: Variable | None = None
    built_in: str = ""
    key: str = ""
    rule: Rule | None = None
    code: CodeEntry | None = None


def topic(word: str, project: Project, parts: list[Part]) -> Topic | None:
    """The subject of a word; None if the word is unknown."""
    if not word:
        return None
    code = next((entry for entry in CATALOGUE if entry.code == word.upper()), None)
    if code is not None:
        return Topic(word, (), code=code)
    if word in RULES:
        rule = RULES[word]
        at_risk = [part for part in parts if any(f.rule.id == word for f in part.risks)]
        return Topic(word, tuple(at_risk), rule=rule)
    key = key_of(word)
    uses = [part for part in parts if word in part.names or _sets(part, word)]
    if word in project.variables or word in BUILT_IN:
        variable = project.variables.get(word)
        built_in = BUILT_IN[word].meaning if word in BUILT_IN else ""
        return Topic(word, tuple(uses), variable=variable, built_in=built_in)
    if key:
        with_flag = [part for part in parts if part.option_text.flag == word] if word != key else []
        return Topic(word, tuple(with_flag or [p for p in parts if p.key == key]), key=key)
    flagged = [part for part in parts if part.option_text.flag == word]
    holding = [part for part in parts if word in part.option_text.value or word in part.now]
    adding = [part for part in parts if part.key in _CAPABILITIES and _same(part, word)]
    found = uses or flagged or holding or adding
    return Topic(word, tuple(found)) if found else None


def _same(part: Part, word: str) -> bool:
    return capability(part.now or part.option_text.value) == capability(word)


def key_of(word: str) -> str:
    """The key of a word that is a key or a flag of ``docker run``; empty if it is neither."""
    if word in KEYS:
        return word
    return FLAGS.get(word, "")


def guess(word: str, project: Project, parts: list[Part]) -> str | None:
    """The most likely known word for a misspelled one; for a flag, a flag."""
    if word.startswith("-"):
        return nearest(word, FLAGS)
    names = [name for part in parts for name in part.names]
    return nearest(word, [*RULES, *KEYS, *names, *project.variables])


def _sets(part: Part, name: str) -> bool:
    """Whether a part sets or passes on an environment variable."""
    return part.option_text.flag == "--env" and part.option_text.value.split("=")[0] == name
