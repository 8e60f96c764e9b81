"""``build.setup``: the steps of the first-run set-up, each with a test whether it is done."""

from __future__ import annotations

from coder_gen.expression import Text
from coder_gen.language.build_values import Sums
from coder_gen.language.context import ParseContext
from coder_gen.language.shapes.base import (
    BooleanShape,
    Key,
    ListShape,
    PairsShape,
    ScalarShape,
    Setting,
    texts,
)
from coder_gen.language.shapes.entries import LongEntry, entry_schema, read_entry
from coder_gen.language.shapes.kind import WHOLE, Kind, Schema, choice, pattern, text_schema
from coder_gen.language.shapes.mappings import NamedShape, RecordShape
from coder_gen.language.shapes.scalar_types import FILE_MODE, NAME, NONEMPTY, STRING
from coder_gen.yaml.nodes import Mapping, Node

SHA256 = pattern("a sha256: 64 hexadecimal digits", r"[0-9a-f]{64}", "e3b0c442...", WHOLE)
URL = pattern("a URL that begins with https:// or http://", r"https?://\S+", "https://host/file")
# The output of `uname -m`, in the names of Debian and of image platforms.
ARCHITECTURE = choice("amd64", "arm64", "arm", "386", "ppc64le", "s390x", "riscv64")
IN_HOME = Kind(
    "an absolute path, or one below the home folder: ~/...",
    lambda value: value.startswith(("/", "~/")),
    "~/.local/bin/tool",
    text_schema("a path below / or ~/", r"~?/[\s\S]*"),
)
GIT_KEY = pattern(
    "a key of git, such as user.name",
    r"[A-Za-z][A-Za-z0-9_-]*(?:\..+)?\.[A-Za-z][A-Za-z0-9_-]*",
    "user.name",
)


class _Sums:
    """``sha256``: one checksum, or one for each architecture: Sums."""

    def parse(self, node: Node, ctx: ParseContext) -> Sums | None:
        if not isinstance(node, Mapping):
            text = ctx.text(node, SHA256)
            return None if text is None else Sums({"": text}, node.span)
        found: dict[str, Text] = {}
        for name, value in node.pairs:
            architecture = ctx.fixed(name, ARCHITECTURE)
            text = ctx.text(value, SHA256)
            if architecture is not None and text is not None:
                found[architecture] = text
        return Sums(found, node.span)

    def merge(self, base: object, over: object) -> object:
        return over

    def schema(self) -> Schema:
        one = dict(SHA256.schema)
        # JSON's keys are strings, also where YAML has a number.
        names = [name for name in ARCHITECTURE.schema["enum"] if isinstance(name, str)]
        table = {"type": "object", "properties": dict.fromkeys(names, one)}
        return {"anyOf": [one, {**table, "additionalProperties": False}]}


SUM = Key(_Sums(), "The sha256 of the file; one, or one for each architecture.")
STRIP = Key(
    ScalarShape(choice("0", "1", "2", "3"), fixed=True), "Leading folders to drop when unpacking."
)

_DOWNLOAD = RecordShape(
    {
        "url": Key(ScalarShape(URL), "The URL; {arch} stands for amd64, arm64, ..."),
        "sha256": SUM,
        "target": Key(ScalarShape(IN_HOME), "The file to write, or the folder to unpack into."),
        "unpack": Key(BooleanShape(), "Unpack a tar or zip archive into `target`."),
        "strip": STRIP,
        "mode": Key(ScalarShape(FILE_MODE, fixed=True), "Octal file mode of the file."),
    },
    required=("url", "sha256", "target"),
)

_LINES = {
    "file": Key(ScalarShape(IN_HOME), "The file, for example ~/.bashrc."),
    "lines": Key(texts(NONEMPTY), "Lines that the file has to contain; each is added once."),
}


def _lines(node: Node, ctx: ParseContext) -> tuple[Text, tuple[Text, ...]] | None:
    if not isinstance(node, Mapping):
        example = "for example: {file: ~/.bashrc, lines: [umask 027]}"
        ctx.wrong_type(node, "a mapping with file and lines", example)
        return None
    entry = read_entry(node, _LINES, ("file", "lines"), ctx)
    if entry is None:
        return None
    file = entry.text("file")
    assert file is not None
    return file, entry.texts("lines")


_STEP = RecordShape(
    {
        "description": Key(ScalarShape(STRING, fixed=True), "A line for --list."),
        "creates": Key(
            ScalarShape(IN_HOME), "A path that exists when `download` and `run` are done."
        ),
        "unless": Key(
            ScalarShape(NONEMPTY),
            "A shell command that succeeds when `download` and `run` are done.",
        ),
        "download": Key(_DOWNLOAD, "A file to fetch, with its checksum."),
        "run": Key(texts(NONEMPTY, single=True, repeated=True), "Shell commands."),
        "lines": Key(
            ListShape(_lines, entry_schema(_LINES, ("file", "lines")), lambda pair: pair[0].source),
            "Start-up lines, each added to its file once.",
        ),
        "git": Key(
            PairsShape(bare=None, key=GIT_KEY),
            "Values of git's configuration; an empty value changes nothing.",
        ),
        "extensions": Key(
            texts(NONEMPTY, single=True),
            "Editor extensions: .vsix files, relative to the script's folder.",
        ),
    },
    noun="a mapping with what the step does",
)


class _Steps(NamedShape):
    """Named steps; a step without a test whether it is done is an error."""

    def parse(self, node: Node, ctx: ParseContext) -> dict[str, Setting] | None:
        found = super().parse(node, ctx)
        for name, setting in (found or {}).items():
            if isinstance(setting.value, dict):
                _check(name, LongEntry(setting.value), setting, ctx)
        return found


def _check(name: str, step: LongEntry, setting: Setting, ctx: ParseContext) -> None:
    acts = [key for key in ("download", "run", "lines", "git", "extensions") if key in step]
    if not acts:
        ctx.reporter.error(
            "E410", f"the step {name} does nothing", setting.span,
            "give it download, run, lines, git or extensions",
        )  # fmt: skip
    if "run" in step and not any(key in step for key in ("creates", "unless", "download")):
        ctx.reporter.error(
            "E411", f"the step {name} cannot tell whether its commands have run already",
            setting.span, "add creates: PATH, or unless: COMMAND",
        )  # fmt: skip


SETUP = _Steps(NAME, _STEP)
