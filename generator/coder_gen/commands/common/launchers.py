"""Launchers that were not made from a spec: for audit and diff."""

from __future__ import annotations

import os

from coder_gen.audit.launchers.read import Foreign, read_foreign
from coder_gen.commands.common.messages import print_diagnostics
from coder_gen.commands.common.settings import Settings
from coder_gen.host import files
from coder_gen.importing.detect import detect
from coder_gen.text.diagnostics import WARNING, Diagnostic, Problems
from coder_gen.yaml.nodes import Mapping
from coder_gen.yaml.reader import read as read_yaml

# Import's fixes name its own options; these are for other commands.
_FIXES = {
    "E501": "name a spec, a script, a Compose file, or what `docker inspect` printed",
    "E502": "name a file that starts a container",
}


def _advised(diagnostic: Diagnostic) -> Diagnostic:
    """A diagnostic with a fix for the launcher's maintainer; import's are for a spec's author."""
    fix = None if diagnostic.severity == WARNING else diagnostic.fix
    return diagnostic._replace(fix=_FIXES.get(diagnostic.code, fix))


def taken(name: str | None) -> tuple[str, bytes]:
    """A file's name for messages, and its bytes; None means the default spec.

    Raises Problems (E001).
    """
    try:
        return files.read_spec(name)
    except Problems as problems:
        (found,) = problems.diagnostics
        fix = "name a spec, or a launcher's file"
        raise Problems([found._replace(fix=fix)], problems.status) from None


def is_spec(name: str, data: bytes) -> bool:
    """Whether a file is a spec: YAML with keys, and neither a Compose file nor a devcontainer's."""
    if name.endswith("devcontainer.json"):
        return False
    try:
        _, node = read_yaml(name, data)
    except Problems:
        # The code that loads it as a spec reports its errors.
        if name.endswith((".yaml", ".yml", ".json")):
            return True
        return name == files.STDIN and detect(data.decode(errors="replace"), name) is None
    return isinstance(node, Mapping) and all(key.text != "services" for key, _ in node.pairs)


def read_launcher(name: str, kind: str | None, chosen: Settings) -> Foreign:
    """Read a launcher's file; ``kind`` is one of the import's, or None to detect it.

    Raises Problems, placed in the original.
    """
    return from_bytes(*taken(name), kind, chosen)


def from_bytes(name: str, data: bytes, kind: str | None, chosen: Settings) -> Foreign:
    """Parse the bytes of a launcher's file. Raises Problems, placed in the original."""
    return from_text(files.text_of(name, data), name, kind, chosen)


def from_text(text: str, name: str, kind: str | None, chosen: Settings) -> Foreign:
    """Parse a launcher's text. Raises Problems, placed in the original."""
    try:
        foreign = read_foreign(text, name, kind)
    except Problems as problems:
        raise Problems(map(_advised, problems.diagnostics), problems.status) from None
    print_diagnostics(tuple(map(_advised, foreign.imported.diagnostics)), chosen)
    chosen.loaded.append((foreign.project, os.path.dirname(name)))
    return foreign
