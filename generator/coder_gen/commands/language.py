"""``coder-gen schema`` and ``coder-gen targets``: the language, and the targets' support for it."""

from __future__ import annotations

import json

import click

from coder_gen.commands.common.options import message_options
from coder_gen.commands.common.settings import settings

# As wide as the longest level of support.
_COLUMN = len("unsupported")


@click.command()
@message_options
def schema() -> None:
    """Print the JSON Schema of the spec language (draft 2020-12).

    For editors: with yaml-language-server, begin a spec with
    `# yaml-language-server: $schema=coder.schema.json`.

    \b
    coder-gen schema > coder.schema.json
    """
    from coder_gen.commands.common.messages import write_stdout
    from coder_gen.language.keys.document import schema as of_language

    write_stdout(json.dumps(of_language(), indent=2) + "\n")


@click.command()
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text",
    help="text is for people, json for programs.",
)  # fmt: skip
@message_options
@click.argument("keys", nargs=-1, metavar="[KEY]...")
def targets(style: str, keys: tuple[str, ...]) -> None:
    """List the targets, and whether each supports a key exactly, approximately, or not at all.

    \b
    coder-gen targets
    coder-gen targets gpus ports
    """
    from coder_gen.commands.common.messages import print_diagnostics, write_stdout
    from coder_gen.language.context import nearest
    from coder_gen.language.keys.container import KEYS
    from coder_gen.targets import registry
    from coder_gen.text.diagnostics import WARNING

    for key in keys:
        if key not in KEYS:
            guess = nearest(key, KEYS)
            raise click.UsageError(
                f"there is no key {key!r}." + (f" Did you mean {guess}?" if guess else "")
            )
    found, broken = registry.available()
    for problems in broken:
        print_diagnostics([d._replace(severity=WARNING) for d in problems.diagnostics], settings())
    columns = registry.columns()
    shown = list(keys) or list(KEYS)
    if style == "json":
        matrix = {
            key: {name: table[key]._asdict() for name, table in columns.items()} for key in shown
        }
        write_stdout(json.dumps(matrix, indent=2) + "\n")
        return
    width = max(map(len, KEYS))
    lines: list[str] = []
    if not keys:
        lines += [f"{name:<{width}} {target.SUMMARY}" for name, target in found.items()]
        lines.append("")
    lines.append(" ".join([f"{'key':<{width}}", *(f"{n:<{_COLUMN}}" for n in columns)]).rstrip())
    for key in shown:
        support = {name: table[key] for name, table in columns.items()}
        levels = " ".join(
            f"{one.level:<{max(_COLUMN, len(name))}}" for name, one in support.items()
        )
        lines.append(f"{key:<{width}} {levels}".rstrip())
        lines += [f"{'':<{width}} {name}: {one.note}" for name, one in support.items() if one.note]
    write_stdout("\n".join(lines) + "\n")
