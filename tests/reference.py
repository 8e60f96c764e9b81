"""The pages of ``docs/`` that are made from the program: one source for what it does and says.

``python -m tests.reference`` rewrites them (`make docs`); a test fails where they are stale.
"""

from __future__ import annotations

import inspect
import os
import shlex
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from coder_gen import codes
from coder_gen.cli import COMMANDS, Commands, coder_gen
from coder_gen.commands.common import options
from coder_gen.doctor.registry import CHECKS
from coder_gen.language.keys.container import KEYS as CONTAINER
from coder_gen.language.keys.container import REFUSED
from coder_gen.language.keys.document import BUILT_IN, TYPES
from coder_gen.language.keys.document import KEYS as DOCUMENT
from coder_gen.language.shapes.base import (
    BooleanShape,
    Key,
    ListShape,
    PairsShape,
    ScalarShape,
    Shape,
)
from coder_gen.language.shapes.command_lines import ArgumentsShape, CommandShape
from coder_gen.language.shapes.mappings import DeferredShape, NamedShape, RecordShape
from coder_gen.targets import registry
from tests import cli
from tests.importing import composerize
from tests.scanners import page as scanners

DOCS = Path(__file__).parent.parent / "docs"


def _page(title: str, *parts: str) -> str:
    made = "<!-- Made by `make docs` from the program itself; do not edit. -->"
    return "\n\n".join([f"# {title}", made, *parts]) + "\n"


def _prose(text: str) -> str:
    return inspect.cleandoc(text)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(["| " + " | ".join(head) + " |", "|" + " --- |" * len(head), *lines])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


# docs/spec.md


def spec_page() -> str:
    """Every key of a spec: where it may stand, what it takes, what it means."""
    own = {name: key for name, key in DOCUMENT.items() if name not in CONTAINER}
    return _page(
        "Reference of the spec",
        _prose(
            """
            Every key that a spec may have. [The spec language](language.md) explains variables, layers,
            modes and profiles; the [support matrix](targets.md) shows which target supports which key.
            `coder-gen schema` prints the same as JSON Schema.
            """
        ),
        _prose(
            """
            A value marked *fixed* determines the form of the launcher, so it contains no variable unless
            `--var` fixes that. Keys that begin with `x-` are ignored.
            """
        ),
        "## Keys of the file",
        _table(("Key", "Value", "Meaning"), _rows(own)),
        "## Keys of the container",
        _prose(
            """
            They may be at the top of the spec, in a mode, in a profile, and in a mode of a profile. The
            third column names the option of `docker run`.
            """
        ),
        _table(
            ("Key", "Value", "Option", "Meaning"),
            (
                (_link(name, key), _value(key.shape), _code(key.flag), key.summary)
                for name, key in CONTAINER.items()
            ),
        ),
        "## Longer forms",
        *_longer_forms({**own, **CONTAINER}),
        "## Types of variables",
        _table(
            ("Type", "A value is"),
            ((_code(name), kind.name) for name, kind in TYPES.items() if name != "choice"),
        ),
        "A `choice` is one of its `choices`. A `port` may have the default `auto`. These variables are\n"
        f"built in, and cannot be declared: {', '.join(map(_code, BUILT_IN))}.",
        "## Keys of Compose that a spec does not have",
        _table(("Key", "Write instead"), ((_code(k), v) for k, v in REFUSED.items())),
    )


def _rows(keys: Mapping[str, Key]) -> Iterator[tuple[str, ...]]:
    for name, key in keys.items():
        yield _link(name, key), _value(key.shape), key.summary


def _link(name: str, key: Key) -> str:
    return f"[`{name}`](#{name})" if _nested(key.shape) else f"`{name}`"


def _longer_forms(keys: Mapping[str, Key]) -> Iterator[str]:
    for name, key in keys.items():
        if rows := list(_dotted(_nested(key.shape))):
            yield f"### `{name}`"
            yield _table(("Key", "Value", "Meaning"), rows)


def _dotted(keys: Mapping[str, Key], before: str = "") -> Iterator[tuple[str, ...]]:
    # The file's and the container's own keys come again in modes and profiles: they are said once.
    again = keys.keys() & DOCUMENT.keys() - {"description"} if "image" in keys else set()
    for name, key in keys.items():
        # A name without a meaning of its own is one of many of a kind.
        if key.summary and name not in again:
            yield _code(before + name), _value(key.shape), key.summary
            yield from _dotted(_nested(key.shape), f"{before}{name}.")
    if again:
        own = [_code(name) for name in keys if name in again - CONTAINER.keys()]
        what = ", ".join([*own, "the keys of the container"])
        yield what, "", "What differs from the layers below."


def _nested(shape: Shape) -> Mapping[str, Key]:
    """The keys of the mapping, or of the list of mappings, that a value may be."""
    found = _resolved(shape)
    if isinstance(found, RecordShape):
        return found.keys
    if isinstance(found, NamedShape):
        return _nested(found.shape)
    return (
        {}
        if isinstance(found, (ScalarShape, PairsShape, CommandShape))
        else _from_schema(found.schema())
    )


def _resolved(shape: Shape) -> Shape:
    if isinstance(shape, DeferredShape):
        found: Shape = getattr(import_module(shape.module), shape.name)
        return found
    return shape


class _Described:
    """A shape of which only its schema is known."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = dict(schema)

    def schema(self) -> dict[str, Any]:
        return self._schema

    def parse(self, node: object, ctx: object) -> None:
        raise NotImplementedError

    def merge(self, base: object, over: object) -> None:
        raise NotImplementedError


def _from_schema(schema: Mapping[str, Any]) -> Mapping[str, Key]:
    for each in (schema, *schema.get("anyOf", ())):
        if "properties" in each:
            return {
                name: Key(_Described(value), value.get("description", ""))
                for name, value in each["properties"].items()
            }
        if "items" in each and (found := _from_schema(each["items"])):
            return found
    return {}


def _value(shape: Shape) -> str:
    """What a value may be, in words."""
    found = _resolved(shape)
    fixed = " *fixed*" if getattr(found, "fixed", False) else ""
    if isinstance(found, ScalarShape):
        return found.kind.name + fixed
    if isinstance(found, BooleanShape):
        return "true or false *fixed*"
    if isinstance(found, ArgumentsShape):
        return "a list of arguments"
    if isinstance(found, CommandShape):
        return "a list of arguments, or a string that is split as a shell does"
    if isinstance(found, PairsShape):
        return "a mapping, or a list of NAME=VALUE"
    if isinstance(found, ListShape):
        return f"one, or {found.noun}" if found.single else found.noun
    if isinstance(found, NamedShape):
        return f"a mapping; a key is {found.name.name}"
    if isinstance(found, RecordShape):
        short = " one value, or" if found.shorthand is not None else ""
        return f"{short} {found.noun}".strip()
    return _words(found.schema())


def _words(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(each for each in schema["enum"] if isinstance(each, str))
    if "const" in schema:
        return str(schema["const"]).lower()
    if "anyOf" in schema:
        words = [_words(each) for each in schema["anyOf"] if each != {"type": "null"}]
        return words[0] if words[0] == "true or false" else ", or ".join(dict.fromkeys(words))
    if "patternErrorMessage" in schema:
        return str(schema["patternErrorMessage"]).removeprefix("this is not ")
    kinds = schema.get("type", ())
    kinds = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    if "boolean" in kinds:
        return "true or false" if len(kinds) == 1 else "a string"
    if kinds[:1] == ("integer",):
        return "an integer"
    names = {"array": "a list", "object": "a mapping"}
    return names.get(kinds[0], "a string") if kinds else "a string"


# docs/cli.md


def cli_page() -> str:
    """Every command with its options, from the objects that parse them."""
    root = click.Context(coder_gen, info_name="coder-gen")
    shared = {name for option in _SHARED for name in option.opts}
    parts = [
        _prose(
            """
            Diagnostics go to standard error; standard output contains only the result. The exit status
            is 0 for success, 1 if a check found something, 2 for wrong usage or an invalid spec, and 3
            if the host or the engine is not ready. [Errors](errors.md) explains each code.
            """
        ),
        "## Options of every command",
        _prose(
            """
            They may be before the command's name or after it. Commands that read no spec have only the
            last three.
            """
        ),
        _options(_SHARED, root),
        "`coder-gen --exec` compiles the spec and runs the launcher in its own process:",
        *_command("exec", root, shared),
    ]
    for name in COMMANDS:
        parts += [f"## {name}", *_command(name, root, shared)]
    return _page("Reference of the command line", *parts)


def _shared_options() -> list[click.Option]:
    @options.spec_options
    def none() -> None:
        pass

    declared = reversed(none.__click_params__)  # type: ignore[attr-defined]
    return [each for each in declared if isinstance(each, click.Option)]


_SHARED = _shared_options()


def _command(name: str, root: click.Context, shared: set[str]) -> Iterator[str]:
    group = root.command
    assert isinstance(group, Commands)
    command = group.get_command(root, name)
    assert command is not None
    shown = "coder-gen --exec" if name == "exec" else f"coder-gen {name}"
    ctx = click.Context(command, info_name=shown, color=False)
    usage = " ".join([shown, *command.collect_usage_pieces(ctx)])
    yield f"```text\n{usage}\n```"
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        # Click leaves the lines of a paragraph alone that \b begins.
        verbatim = paragraph.startswith("\b\n")
        text = paragraph.removeprefix("\b\n")
        yield f"```text\n{text}\n```" if verbatim else text
    own = [p for p in command.params if isinstance(p, click.Option) and not shared & {*p.opts}]
    if own:
        yield _options(own, ctx)


def _options(options: Iterable[click.Option], ctx: click.Context) -> str:
    records = [record for option in options if (record := option.get_help_record(ctx))]
    return _table(("Option", "Meaning"), ((_code(names), text) for names, text in records))


# docs/targets.md


def targets_page() -> str:
    """The support matrix, and the notes of each target."""
    columns = registry.columns()
    summaries = [(_code(name), registry.find(name).SUMMARY) for name in registry.BUILT_IN]
    parts = [
        _prose(
            """
            What `coder-gen targets` prints, from the declarations that the targets use. If a spec uses
            a key that its target supports only approximately, or not at all, coder-gen gives a warning
            with the key's place, and writes a comment into the output; with `--strict` it is an error.
            """
        ),
        _table(("Target", "What it is"), summaries),
        "## Support of each key",
        _table(
            ("Key", *(_code(name) for name in columns)),
            ((_code(key), *(table[key].level for table in columns.values())) for key in CONTAINER),
        ),
    ]
    for name, table in columns.items():
        notes = [(key, table[key]) for key in CONTAINER if table[key].note]
        if notes:
            parts.append(f"## Notes on {name}")
            rows = ((_code(key), one.level, one.note) for key, one in notes)
            parts.append(_table(("Key", "Support", "Note"), rows))
    return _page("Support matrix", *parts)


# docs/errors.md


def errors_page() -> str:
    """Every code, from the catalogue."""
    parts = [
        _prose(
            """
            Every message has a code, which stays the same from version to version. All errors of an
            input are reported at once, each with its place, its cause, and the fix. `E` is an error, `W`
            is a warning; `--strict` turns the warnings about an output into errors.
            """
        ),
    ]
    for entry in codes.CATALOGUE:
        parts.append(f"## {entry.code}: {entry.title}")
        parts.append(entry.meaning)
        if entry.wrong:
            is_command = entry.wrong.startswith("$")
            if not is_command:
                parts.append(f"```yaml\n{entry.wrong.strip()}\n```")
            shown = entry.wrong + "\n" if is_command else ""
            parts.append(f"```text\n{shown}{said(entry).stderr.strip()}\n```")
        if entry.fix:
            parts.append(f"**Fix:** {entry.fix}")
    return _page("Errors", *parts)


def said(entry: codes.Entry) -> cli.Ran:
    """What coder-gen prints for a code's example."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            if entry.wrong.startswith("$ coder-gen "):
                return cli.run(*shlex.split(entry.wrong)[2:])
            Path("coder.yaml").write_text(entry.wrong, "utf-8")
            return cli.run("write" if "outputs:" in entry.wrong else "script")
        finally:
            os.chdir(before)


# docs/checks.md


def checks_page() -> str:
    """Every check of the doctor, from the table that it works by."""
    return _page(
        "The checks",
        _prose(
            """
            The checks of [`coder-gen doctor`](doctor.md), in the order in which it shows them. The last
            column shows when a check runs; `--only ID` runs only that check.
            """
        ),
        _table(
            ("Id", "What it requires", "When it runs"),
            ((_code(check.id), check.about, check.needs.says) for check in CHECKS),
        ),
    )


# docs/rules.md


def rules_page() -> str:
    """Every rule of the audit, and what other scanners see."""
    return _page(
        "The audit's rules",
        _prose(
            """
            What [`coder-gen audit`](audit.md) looks for. In the column Fix, yes means that `--fix`
            removes the risk. Numbers are those of the CIS Docker Benchmark 1.6.0, the rules of OWASP's
            Docker Security Cheat Sheet, and the sections of NIST SP 800-190.
            """
        ),
        _table(
            ("Rule", "Level", "What", "An attacker gains", "Fix", "Standards"),
            scanners.rule_rows(),
        ),
        "## Compared with other scanners",
        _prose(
            """
            The table shows in how many of three launchers (`tests/scanners`) each scanner reports a
            risk: the original launcher, a build agent, and a terminal in the browser. coder-gen reads
            the spec, the others read the Compose file made from it. checkov has no checks for Compose
            files: it looks for secrets in them. `tests/scanners/test_scanners.py` lists what another
            scanner reports and coder-gen does not, with the reason; at the moment that is one message
            about dropped capabilities in a privileged container.
            """
        ),
        _table(scanners.comparison_head(), scanners.comparison_rows()),
    )


def composerize_page() -> str:
    """What import and composerize make of the same command lines."""
    results = composerize.results()
    same = sum(not (result.refused or result.wrong) for result in results)
    refused = Counter(result.refused for result in results if result.refused)
    wrong = sum(bool(result.wrong) for result in results)
    lines, kept = composerize.ours()
    version = composerize.recorded()["version"]
    return _page(
        "Import and composerize on the same command lines",
        _prose(
            f"""
            A test imports and compiles {lines} command lines as READMEs and issue trackers show them
            (`tests/importing/corpus/lines.txt`). bash runs the line and the launcher side by side, and
            both have to call the engine with the same arguments in meaning. For all lines they do;
            {kept} options without an equivalent in the spec are passed on unchanged, under
            `engine_options`. More than 150 lines are also created on a real Docker, and inspected.

            composerize {version} was run on the {len(results)} command lines of Docker. Its Compose
            files are read by Compose v2 and compared in meaning; options of the command, such as `--rm`
            and `--detach`, do not count.
            """
        ),
        _table(
            ("composerize", "Lines"),
            [
                ("the same container", str(same)),
                ("another container", str(wrong)),
                ("a file that Compose refuses", str(refused["Compose refuses it"])),
                ("a name that Docker refuses", str(refused["the engine would refuse it"])),
                ("no file: composerize fails", str(refused["throws"])),
            ],
        ),
        "The lines that give another container, by what differs:",
        _table(("Difference", "Lines", "The first of them"), composerize.rows()),
    )


GENERATED: dict[str, Callable[[], str]] = {
    "spec.md": spec_page,
    "cli.md": cli_page,
    "targets.md": targets_page,
    "errors.md": errors_page,
    "checks.md": checks_page,
    "rules.md": rules_page,
    "composerize.md": composerize_page,
}


def main() -> None:
    """Rewrite the pages."""
    for name, make in GENERATED.items():
        (DOCS / name).write_text(make(), "utf-8")


if __name__ == "__main__":
    main()
