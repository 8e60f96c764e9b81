"""Command lines as they stand in READMEs: the import's launcher calls the engine with the same."""

from __future__ import annotations

import re

import pytest

from coder_gen.importing import read
from coder_gen.importing.command.checking import check
from tests.importing.corpus import LINES, Line
from tests.importing.running import Host, launcher


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    """Recording engines."""
    return Host(tmp_path_factory.mktemp("host"))


def test_the_corpus_is_large_and_has_no_line_twice() -> None:
    assert len(LINES) >= 200
    assert len({line.text for line in LINES}) == len(LINES)


@pytest.mark.parametrize("line", LINES, ids=[str(line.number) for line in LINES])
def test_same_call(host: Host, line: Line) -> None:
    imported = read(line.text, "line")
    assert check(imported) == []
    kept = re.findall(r"--[a-z-]+", imported.spec_text.partition("engine_options:")[2])
    assert len(kept) == imported.counts.kept
    said = [f"kept {option}" for option in kept] + [d.code for d in imported.diagnostics]
    assert sorted(said) == line.said, imported.spec_text
    engine = imported.runs[0].program
    # As bash takes it: without the prompt, and with the engine on PATH.
    (original,) = host.calls(line.text.removeprefix("$ ").removeprefix("/usr/bin/"))
    (now,) = host.calls(launcher(imported.spec_text, engine), "--no-preflight")
    detached = [d for d in host.changed(original, now, engine) if d.name == "detach"]
    assert host.changed(original, now, engine) == detached
    assert bool(detached) == any(d.code == "W536" for d in imported.diagnostics)


@pytest.mark.parametrize(
    ("original", "now", "name"),
    [
        ("-p 80:80 a", "-p 80:81 a", "publish"),
        ("-v /a:/b a", "-v /a:/b:ro a", "mount"),
        ("-e A=b a", "-e A=c a", "env"),
        ("--init a", "a", "init"),
        ("a", "--privileged a", "privileged"),
        ("a", "b", "image"),
        ("a 'x y'", "a x y", "command"),
        ("-m 1g a", "-m 1000m a", "memory"),
        ("--network a --network b a", "--network a a", "network"),
    ],
)
def test_another_call_is_seen(host: Host, original: str, now: str, name: str) -> None:
    (before,) = host.calls(f"docker run {original}")
    (after,) = host.calls(f"docker run {now}")
    assert name in [difference.name for difference in host.changed(before, after)]


def test_the_launchers_own_marks_are_not_compared(host: Host) -> None:
    assert host.changed(["a"], ["--label", "coder-gen.owner=0", "--name", "x", "a"]) == []
    assert host.changed(["--name", "y", "a"], ["--name", "x", "a"]) != []
