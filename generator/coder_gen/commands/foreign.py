"""Launchers that were not made from a spec: for audit and diff."""

from __future__ import annotations

from coder_gen.commands.settings import Settings
from coder_gen.commands.talk import talk
from coder_gen.diagnostics import Problems, problem
from coder_gen.foreign.reading import Foreign, read_foreign, unseen
from coder_gen.host import files
from coder_gen.source.nodes import Mapping
from coder_gen.source.reader import read as read_yaml

# Import's own ways out name options of its own.
_FIXES = {
    "E501": "name a spec, a script, a Compose file, or what `docker inspect` printed",
    "E502": "name a file that starts a container",
}


def is_spec(name: str | None) -> bool:
    """Whether a file is a spec: YAML with keys, and neither a Compose file nor a devcontainer's."""
    if name in (None, "-"):
        return True
    if str(name).endswith("devcontainer.json"):
        return False
    try:
        _, node = read_yaml(*files.read_spec(name))
    except Problems:
        # What is wrong with it is reported by who opens it as what it should be.
        return str(name).endswith((".yaml", ".yml", ".json"))
    return isinstance(node, Mapping) and all(key.text != "services" for key, _ in node.pairs)


def read_launcher(name: str, kind: str | None, chosen: Settings) -> Foreign:
    """Read a launcher's file; ``kind`` is one of the import's, or None to tell by the content.

    Raises Problems, placed in the original.
    """
    return from_text(*text_of(name), kind, chosen)


def text_of(name: str) -> tuple[str, str]:
    """A launcher's text, and what messages call it. Raises Problems (E001, E002)."""
    try:
        called, data = files.read_spec(name)
    except Problems as problems:
        (found,) = problems.diagnostics
        raise Problems([found._replace(fix="name the launcher's file")]) from None
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode(), called
    except UnicodeDecodeError:
        raise problem("E002", f"{called} is not UTF-8", None, "save it as UTF-8") from None


def from_text(text: str, name: str, kind: str | None, chosen: Settings) -> Foreign:
    """Read a launcher's text. Raises Problems, placed in the original."""
    try:
        foreign = read_foreign(text, name, kind)
    except Problems as problems:
        told = [d._replace(fix=_FIXES.get(d.code, d.fix)) for d in problems.diagnostics]
        raise Problems(told, problems.status) from None
    talk(tuple(unseen(foreign.imported.diagnostics)), chosen)
    return foreign
