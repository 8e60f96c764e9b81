"""The comparison with composerize is about the corpus as it is now, and can tell right from wrong."""

from __future__ import annotations

from tests.importing.composerize import ours, recorded, results
from tests.importing.corpus import LINES


def test_every_line_was_given_to_it() -> None:
    """If not: run `tests/importing/composerize.py` again, as it says."""
    assert set(recorded()["made"]) == {line.text for line in LINES}


def test_judged() -> None:
    found = {result.line.text: (result.refused, result.wrong) for result in results()}
    assert found["docker run -d -p 80:80 nginx:alpine"] == ("", ())
    assert found["docker run --rm alpine date && echo done"] == ("", ("command",))
    assert found["docker run -P nginx"] == ("", ("publish-all",))
    assert found["sudo docker run --rm alpine date"] == ("throws", ())
    assert found["docker run --restart no --stop-timeout=120 web"][0] == "Compose refuses it"


def test_ours() -> None:
    """``ours`` compares each line itself, and fails where one differs."""
    lines, kept = ours()
    assert lines == len(LINES)
    assert kept == sum(said.startswith("kept") for line in LINES for said in line.said)
