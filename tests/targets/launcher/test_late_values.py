"""What a variable holds at start is checked for the key that takes it, whatever type it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from coder_gen.language.keys.container import KEYS
from tests.attack.values import launches, run
from tests.targets.launcher.hostile import FIXED, PLACES, Place


def test_every_key_has_its_places() -> None:
    assert {place.key for place in PLACES} | set(FIXED) == set(KEYS)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.key}-{PLACES.index(place)}")
def test_a_hostile_value_is_refused_or_one_word(place: Place, tmp_path: Path) -> None:
    for launch in launches([place], each=5):
        wrong = run(launch, tmp_path)
        assert wrong is None, f"{launch}: {wrong}"
