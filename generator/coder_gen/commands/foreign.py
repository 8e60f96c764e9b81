"""Launchers that were not made from a spec, read as if they were: for audit and diff."""

from __future__ import annotations

from coder_gen.commands.settings import Settings
from coder_gen.commands.talk import talk
from coder_gen.diagnostics import Problems, Reporter, problem
from coder_gen.host import files
from coder_gen.importing import Imported, read
from coder_gen.plan import Plan, plans
from coder_gen.source.nodes import Mapping
from coder_gen.source.reader import read as read_yaml
from coder_gen.spec.load import Options, Project, load
from coder_gen.structs import Struct


class Foreign(Struct):
    """A launcher's containers as plans, and the import that knows where each line comes from."""

    project: Project
    plans: dict[str, Plan]
    imported: Imported


def is_spec(name: str | None) -> bool:
    """Whether a file is a spec: YAML with keys, and neither a Compose file nor a devcontainer's."""
    if name in (None, "-"):
        return True
    if str(name).endswith("devcontainer.json"):
        return False
    try:
        _, node = read_yaml(*files.read_spec(name))
    except Problems as problems:
        # A file that is not there is reported by who opens it as what it should be.
        return (
            str(name).endswith((".yaml", ".yml", ".json")) or problems.diagnostics[0].code == "E001"
        )
    return isinstance(node, Mapping) and all(key.text != "services" for key, _ in node.pairs)


def read_launcher(name: str, kind: str | None, chosen: Settings) -> Foreign:
    """Read a launcher's file; ``kind`` is one of the import's, or None to tell by the content.

    Raises Problems, placed in the original.
    """
    _, data = files.read_spec(name)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise problem("E002", f"{name} is not UTF-8", None, "save it as UTF-8") from None
    return from_text(text, name, kind, chosen)


def from_text(text: str, name: str, kind: str | None, chosen: Settings) -> Foreign:
    """Read a launcher's text. Raises Problems, placed in the original."""
    imported = read(text, name, kind)
    talk(imported.diagnostics, chosen)
    reporter = Reporter()
    try:
        project = load(name, imported.spec_text.encode(), Options(), files.read_file)
        planned = plans(project, reporter)
        reporter.stop_if_failed()
    except Problems as problems:
        placed = [
            d._replace(span=imported.original(d.span)) if d.span is not None else d
            for d in problems.diagnostics
        ]
        raise Problems(placed, problems.status) from None
    # The modes that every spec has are not the launcher's.
    own = dict.fromkeys(run.mode for run in imported.runs)
    return Foreign(project, {mode: planned[mode] for mode in own if mode in planned}, imported)
