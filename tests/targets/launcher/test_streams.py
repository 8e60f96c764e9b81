"""Standard streams that are closed, or whose disk is full: a launcher does what it can, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.targets.launcher.stand_in import Host, host

SPEC = "name: lab\nimage: i:1\nx11: host\n"
UNWRITABLE = "run.sh: standard output cannot be written: it is closed, or its disk is full"


@pytest.fixture
def there(tmp_path: Path) -> Host:
    """A host with every engine, and without a display, which is worth a line."""
    return host(tmp_path, "docker", "podman", "apptainer")


def _through(redirection: str) -> list[str]:
    return ["sh", "-c", f'exec "$@" {redirection}', "sh"]


@pytest.mark.parametrize("engine", ["docker", "podman", "apptainer", "auto"])
@pytest.mark.parametrize("redirection", [">&-", ">/dev/full"])
@pytest.mark.parametrize("word", ["--help", "--dry-run"])
def test_standard_output(word: str, redirection: str, engine: str, there: Host) -> None:
    """What was asked for is its output: without that it has failed."""
    launcher = there.launcher(SPEC, "--engine", engine)
    done = there.run(launcher, word, before=_through(redirection))
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1] == UNWRITABLE
    assert "line " not in done.stderr


@pytest.mark.parametrize(
    ("target", "word"),
    [
        *(("build-script", word) for word in ("--help", "--dry-run")),
        *(("convert-script", word) for word in ("--help", "--dry-run")),
        *(("setup-script", word) for word in ("--help", "--list")),
    ],
)
@pytest.mark.parametrize("redirection", [">&-", ">/dev/full"])
def test_standard_output_of_its_companions(
    redirection: str, target: str, word: str, there: Host
) -> None:
    spec = SPEC + "build: {base: debian:12, setup: {identity: {git: {user.name: Me}}}}\n"
    done = there.run(there.launcher(spec, target=target), word, before=_through(redirection))
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1] == UNWRITABLE
    assert "line " not in done.stderr


@pytest.mark.parametrize("engine", ["docker", "podman", "apptainer", "auto"])
@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", "<&-"])
def test_the_container_starts_without_standard_error(
    redirection: str, engine: str, there: Host
) -> None:
    """A line that nobody can read is no reason not to start."""
    launcher = there.launcher(SPEC, "--engine", engine)
    done = there.run(launcher, before=_through(redirection))
    assert done.returncode == 0
    assert [call[1] for call in there.calls()] in (["run"], ["exec"])
    wrong = there.run(launcher, "--no-such-option", before=_through(redirection))
    assert wrong.returncode == 2
