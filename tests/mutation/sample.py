"""A fixed sample of mutants: the same on the same tree, and nearly the same after other changes.

Each candidate has a hash of its own; each package, and the templates, give their share of those with
the smallest hashes. A change elsewhere moves a share by one at most.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from tests import pages
from tests.mutation import bash, python
from tests.mutation.model import Mutant

SIZE = 120
TEMPLATES = "templates"
# Modules that belong to no package.
MODULES = "coder_gen"
_SOURCE = Path("generator", "coder_gen")
# Prose alone: what each code means.
_LEFT_OUT = frozenset([_SOURCE / "codes.py", Path(bash.LOOKS)])
# Strings are so many that they would be half of the sample; conditions and numbers have two mutants.
_WEIGHTS: Mapping[str, float] = {"string": 0.25, "number": 0.5, "condition": 0.5}


def strata(root: Path = pages.ROOT) -> dict[str, list[Mutant]]:
    """Every candidate of a tree, by package."""
    found: dict[str, list[Mutant]] = {}
    for path in sorted((root / _SOURCE).rglob("*.py")):
        relative = path.relative_to(root)
        if relative not in _LEFT_OUT:
            parts = relative.relative_to(_SOURCE).parts
            package = parts[0] if len(parts) > 1 else MODULES
            found.setdefault(package, []).extend(
                python.mutants(relative.as_posix(), path.read_text("utf-8"))
            )
    for path in sorted((root / TEMPLATES).rglob("*")):
        relative = path.relative_to(root)
        if path.suffix in (".sh", ".j2") and relative not in _LEFT_OUT:
            found.setdefault(TEMPLATES, []).extend(
                bash.mutants(relative.as_posix(), path.read_text("utf-8"))
            )
    # A package without a line of its own, as `spec`, has none.
    return {name: mutants for name, mutants in found.items() if mutants}


@cache
def sample(root: Path = pages.ROOT, size: int = SIZE) -> list[Mutant]:
    """The mutants of a tree that are tried."""
    by_package = strata(root)
    shares = _shares({name: len(mutants) for name, mutants in by_package.items()}, size)
    return [
        mutant
        for name, mutants in sorted(by_package.items())
        for mutant in _chosen(root, mutants, shares[name])
    ]


def _shares(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """In proportion to size, at least one each, by the largest remainders."""
    total = sum(sizes.values())
    exact = {name: count * size / total for name, count in sizes.items()}
    shares = {name: max(1, int(part)) for name, part in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (shares[name] - exact[name], name))
    for name in by_remainder[: max(0, size - sum(shares.values()))]:
        shares[name] += 1
    return shares


def _chosen(root: Path, mutants: list[Mutant], count: int) -> Iterator[Mutant]:
    """Those with the smallest hashes: of one place, one."""
    places: set[tuple[str, int]] = set()
    for mutant in sorted(mutants, key=_rank):
        if len(places) == count:
            return
        place = (mutant.path, mutant.line)
        if place not in places and _is_possible(root, mutant):
            places.add(place)
            yield mutant


def _rank(mutant: Mutant) -> float:
    drawn = int.from_bytes(hashlib.sha256(mutant.identity.encode()).digest()[:6], "big") / 2**48
    return drawn / _WEIGHTS.get(mutant.operator, 1.0)


def _is_possible(root: Path, mutant: Mutant) -> bool:
    """Whether the changed file can be read at all."""
    text = mutant.applied((root / mutant.path).read_text("utf-8"))
    if mutant.path.endswith(".sh"):
        return bash.is_readable(text)
    if not mutant.path.endswith(".py"):
        return True
    try:
        compile(text, mutant.path, "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True
