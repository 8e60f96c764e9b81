"""`make attack`, as docs/security.md has it, and a part of it that CI runs."""

from __future__ import annotations

import re
from pathlib import Path

from tests.attack import ATTACKS, kills
from tests.targets.launcher.hostile import PLACES, VALUES

PAGE = Path(__file__).parents[2] / "docs" / "security.md"
# What the page promises at the least.
LEAST = (3000, 1000, 500, 300, 150)


def test_the_table_on_the_page_is_that_of_the_attacks() -> None:
    """Every attack that there is, as often as promised; and all of it held."""
    found = re.findall(r"^\| ([^|]+) \| (\d+) \| (\d+) \|$", PAGE.read_text("utf-8"), re.M)
    assert [name for name, *_ in found] == [*ATTACKS]
    for (name, tried, held), least in zip(found, LEAST, strict=True):
        assert int(tried) >= least, name
        assert held == tried, name
    assert int(found[0][1]) == len(PLACES) * len(VALUES)


def test_a_killed_write_leaves_whole_files(tmp_path: Path) -> None:
    """A fixed part of the attack."""
    assert kills.kills(5, 1, tmp_path).failures == []
