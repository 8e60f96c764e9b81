"""The packages of the generator and what they import: read from the code, drawn for the page.

``python -m tests.architecture`` (`make architecture`) draws the picture into docs/architecture.md,
writes the table of changes there, and prints counts; a test fails where the page is stale.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path

from tests import golden, pages
from tests.project import changes

ROOT = pages.ROOT / "generator" / "coder_gen"
PAGE = pages.ROOT / "docs" / "architecture.md"
_BEGIN = "<!-- Made by `make architecture` from the imports; do not edit. -->"
_END = "<!-- The end of what `make architecture` makes. -->"
# A module's name in a string is an import at run time: ``import_module``, or a table for it.
_MODULE = re.compile(r"coder_gen(\.[a-z_]+)+\.?")

Graph = Mapping[str, AbstractSet[str]]


# Parts of a package that stand apart from it: what imports little and others need alone, and what
# imports much of what imports the package.
APART = {
    "audit.launchers": ROOT / "audit" / "launchers",
    "engines.names": ROOT / "engines" / "names.py",
    "language.builtin": ROOT / "language" / "builtin",
}


def modules(package: str) -> list[Path]:
    """The files of a package, which may be a single module."""
    if package in APART:
        return _files(APART[package])
    others = {file for path in APART.values() for file in _files(path)}
    return sorted({*_files(ROOT / package)} - others)


def _files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


def package_of(module: str) -> str:
    """The package of a module of ours."""
    name = module.removeprefix("coder_gen.")
    for part in APART:
        if f"{name}.".startswith(f"{part}."):
            return part
    return name.split(".")[0]


def packages() -> list[str]:
    """The names below ``coder_gen``, but for those that Python has a meaning for."""
    found = {path.stem for path in ROOT.iterdir() if not path.name.startswith("__")}
    return sorted({*found, *APART} - {"py", "templates"})


def imports(file: Path) -> Iterator[str]:
    """What a module imports, wherever in it: also in functions, and for the type checker alone."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "coder_gen":
            yield from (f"coder_gen.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Constant) and _MODULE.fullmatch(str(node.value)):
            # "coder_gen.targets" is also the name of the group of entry points: the same package.
            yield str(node.value)


@cache
def graph() -> Graph:
    """For each package the others that it imports."""
    names = packages()
    found: dict[str, set[str]] = {name: set() for name in names}
    for name in names:
        for file in modules(name):
            for imported in imports(file):
                other = package_of(imported)
                if imported.startswith("coder_gen.") and other in found and other != name:
                    found[name].add(other)
    return found


def order(arrows: Graph) -> tuple[list[str], list[str]]:
    """A topological order, what is imported first; and the packages that stand in a circle."""
    left = {name: set(others) for name, others in arrows.items()}
    found: list[str] = []
    while ready := sorted(name for name, others in left.items() if not others):
        found += ready
        left = {name: others - {*ready} for name, others in left.items() if name not in ready}
    # What imports a circle has no place in the order either, and is in no circle.
    circular = [name for name in left if name in _reached(name, arrows)]
    return found, sorted(circular)


def _reached(name: str, arrows: Graph) -> set[str]:
    """What a package imports, directly or through others."""
    found: set[str] = set()
    open_ = {*arrows[name]}
    while open_:
        one = open_.pop()
        found.add(one)
        open_ |= arrows[one] - found
    return found


def picture() -> str:
    """The packages in Mermaid's language; an arrow that others imply is not drawn."""
    arrows = graph()
    lines = ["flowchart BT"]
    for name in order(arrows)[0]:
        others = arrows[name]
        implied = {far for near in others for far in _reached(near, arrows)}
        shown = sorted(others - implied)
        lines.append(f"    {name} --> {' & '.join(shown)}" if shown else f"    {name}")
    return "\n".join([_BEGIN, "", "```mermaid", *lines, "```", "", _END])


def drawn() -> str:
    """The picture as the page has it."""
    return _BEGIN + PAGE.read_text("utf-8").split(_BEGIN)[1].split(_END)[0] + _END


def counts() -> str:
    """Modules in each package, arrows between packages, and packages in circles."""
    arrows = graph()
    sizes = Counter({name: len(modules(name)) for name in arrows})
    circular = order(arrows)[1]
    return "\n".join(
        [
            *(f"{count:4} {name}" for name, count in sizes.most_common()),
            f"{sizes.total()} modules in {len(sizes)} packages, "
            f"{sum(map(len, arrows.values()))} arrows between packages, "
            f"{len(circular)} packages in circles" + "".join(f" {name}" for name in circular),
        ]
    )


def script_lines() -> str:
    """For each golden script the lines above the line that names its modules, and below it."""
    found = []
    for path in golden.files(".sh"):
        text = path.read_text("utf-8")
        own = golden.own_part(text).count("\n")
        found.append(f"{own:5} {text.count(chr(10)) - own:5} {path.parent.name}/{path.name}")
    return "\n".join(["  own shared (lines of golden scripts)", *found])


# The table of what a change touches.
_CHANGES = re.compile(r"^\| Change \| Files \|\n(?:\|.*\n)*", re.MULTILINE)
# A row of the page's table: the package, what it knows, and what it imports.
_ROW = re.compile(r"^\| `([a-z.]+)`( \*pure\*)? \| ([^|\n]*) \| (?:`[`a-z., ]*)?\|$", re.MULTILINE)


def _with_imports(row: re.Match[str]) -> str:
    others = graph().get(row[1])
    if others is None:
        return row[0]
    named = ", ".join(f"`{other}`" for other in sorted(others))
    return f"| `{row[1]}`{row[2] or ''} | {row[3]} | {named + ' ' if named else ''}|"


def main() -> None:
    """Bring the page up to date, and print the counts."""
    page = PAGE.read_text("utf-8").replace(drawn(), picture())
    page = _CHANGES.sub(lambda _: changes.table() + "\n", page)
    PAGE.write_text(_ROW.sub(_with_imports, page), "utf-8")
    print(counts())
    print(script_lines())


if __name__ == "__main__":
    main()
