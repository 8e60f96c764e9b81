"""``coder-gen lint``: shellcheck over scripts, the Compose schema over YAML."""

from __future__ import annotations

import json
from typing import Any

import click

from coder_gen.commands.common.options import spec_options
from coder_gen.commands.common.settings import Settings, named, settings
from coder_gen.text.diagnostics import FOUND, Diagnostic
from coder_gen.text.positions import place_record


@click.command()
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text",
    help="text is for people, json for programs.",
)  # fmt: skip
@spec_options
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[FILE]...")
def lint(style: str, paths: tuple[str, ...]) -> None:
    """Lint files; without any, those under the spec's `outputs`.

    Scripts are checked with shellcheck and all its checks, Compose files with the Compose schema;
    other YAML is read as a spec; other files are skipped, with a notice. Exit status 1 if there are
    findings.

    \b
    coder-gen lint run.sh docker-compose.yml
    coder-gen lint
    """
    from coder_gen.commands.common.messages import print_diagnostics, write_stderr, write_stdout
    from coder_gen.host import linters
    from coder_gen.text.positions import name_as_text
    from coder_gen.text.printing import lines

    chosen = settings()
    asked = list(named(paths, chosen, "a file")) or _outputs(chosen)
    names = [name for name in asked if linters.knows(name)]
    with click.progressbar(length=len(names), hidden=not linters.worth_a_bar(len(names))) as bar:
        found = linters.lint(names, bar.update)
    if style == "json":
        write_stdout(json.dumps([_record(d) for d in found], indent=2) + "\n")
    else:
        print_diagnostics(found, chosen)
        if not chosen.quiet:
            write_stderr(f"{len(found)} findings in {len(names)} files\n")
            if left := [name for name in asked if name not in names]:
                write_stderr(
                    lines(
                        [
                            f"not checked, because no linter knows them: {name_as_text(', '.join(left))}"
                        ]
                    )
                )
    raise click.exceptions.Exit(FOUND if found else 0)


def _outputs(chosen: Settings) -> list[str]:
    """The files that the spec's outputs name."""
    import os

    from coder_gen.commands.common.compiling import load_project
    from coder_gen.text.diagnostics import problem

    project = load_project(chosen)
    if not project.outputs:
        raise problem(
            "E029",
            "the spec has no `outputs`, so there is nothing to lint",
            project.span,
            "name the files: coder-gen lint run.sh",
        )
    folder = os.path.dirname(chosen.file or "")
    return [os.path.join(folder, output.file) for output in project.outputs]


def _record(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        **place_record(diagnostic.span),
        "fix": diagnostic.fix,
    }
