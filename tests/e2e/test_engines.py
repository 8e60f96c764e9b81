"""One spec, one process: what it sees on Docker, on Podman with and without root, on Apptainer.

Docker's view is the measure. Whatever differs elsewhere is declared in `differences.py`, which is
also the table in docs/engines.md; what is declared and does not differ is a fault too.
"""

from __future__ import annotations

import contextlib
import functools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e import engine_hosts, host, seeing
from tests.e2e.differences import DECLARED
from tests.e2e.engine_hosts import EngineHost
from tests.e2e.launching import write_script
from tests.e2e.users import User

VIEWS = Path(__file__).parent / "views"
SPECS = ("coder", *sorted(path.stem for path in VIEWS.glob("*.yaml")))
MODES = ("service", "shell")
ENGINES = ("podman", "rootless podman", "apptainer")
# What each mounts.
TARGETS = {
    "coder": [],
    "closed": [f"/run/secrets/{n}" for n in ("token", "given")]
    + ["/etc/team/motd", "/etc/team/made"],
    "limits": ["/tmp", "/keep"],
    "odd": ["/data", "/odd", "/absent"],
    "open": ["/dev/shm"],
    "plain": ["/keep"],
}
STATED_LIMITS = ("open files", "processes", "core file size", "locked memory")
# Root's Podman is measured by what root sees on Docker.
MEASURE = {"podman": "docker of root"}
Ask = Callable[[str, str, str], dict[str, object]]


@pytest.fixture(scope="module")
def ask(hosts: dict[str, EngineHost], witness_sif: Path) -> Iterator[Ask]:
    """What the process of a spec's mode sees on an engine; asked once."""
    with contextlib.ExitStack() as stack:

        @functools.cache
        def seen(engine: str, spec: str, mode: str) -> dict[str, object]:
            folder = stack.enter_context(engine_hosts.folder_for_all())
            where = hosts[engine]
            words = ["--set", f"image={seeing.IMAGE}"] if spec == "coder" else []
            text = None if spec == "coder" else (VIEWS / f"{spec}.yaml").read_text()
            script = write_script(folder, text, "--quiet", "--engine", where.engine, *words)
            _lay_out(folder, witness_sif)
            env = {
                "PORT": str(host.free_port()),
                "CODE_SERVER_PORT": str(host.free_port()),
                "GIVEN": 's3cret "$x',
                "http_proxy": "http://proxy.test:3128",
                "no_proxy": "localhost,.test",
            }
            arguments = ["--shell", "--", seeing.WITNESS] if mode == "shell" else []
            if mode == "shell" and spec != "coder":
                arguments = ["--shell"]
            done = where.run(script, *arguments, env=env, cwd=folder)
            assert done.returncode == 0, f"{engine}, {spec}, {mode}: {done.stderr}{done.stdout}"
            found = seeing.facts(
                seeing.answers(done.stdout),
                TARGETS[spec],
                STATED_LIMITS if spec == "limits" else (),
                seeing.namespaces_of_this_host(),
            )
            # The ports differ from run to run.
            variables = found["environment"]
            assert isinstance(variables, dict)
            variables.pop("PORT", None)
            return found

        yield seen


def _lay_out(folder: Path, sif: Path) -> None:
    """The files that the specs name."""
    (folder / "data").mkdir()
    (folder / "data" / "mine").touch()
    (folder / 'a, b"c:d').mkdir()
    (folder / "token").write_text("a token\n")
    (folder / "team.env").write_text('TEAM=platform team\nQUOTED="as is"\n# a comment\n\nGIVEN\n')
    shutil.copy(sif, folder / "coder-eyes.sif")


def _differing(ask: Ask, engine: str, spec: str) -> dict[str, list[str]]:
    """The fields that an engine shows otherwise than Docker does, each with what was seen."""
    found: dict[str, list[str]] = {}
    for mode in MODES:
        measure = ask(MEASURE.get(engine, "docker"), spec, mode)
        other = ask(engine, spec, mode)
        for field in measure.keys() | other.keys():
            if measure.get(field) != other.get(field):
                line = f"{mode}: {other.get(field)!r} for {measure.get(field)!r}"
                found.setdefault(field, []).append(line)
    return found


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("spec", SPECS)
def test_process_sees_what_it_sees_on_docker(spec: str, engine: str, ask: Ask) -> None:
    """Apart from what is declared."""
    faults = [
        f"{field}: {line}"
        for field, lines in sorted(_differing(ask, engine, spec).items())
        if not any(engine in each.engines and field == each.field for each in DECLARED)
        for line in lines
    ]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def test_each_declared_difference_is_there(ask: Ask) -> None:
    """The table says no more than it has to."""
    seen = {
        (engine, field)
        for engine in ENGINES
        for spec in SPECS
        for field in _differing(ask, engine, spec)
    }
    declared = {(engine, each.field) for each in DECLARED for engine in each.engines}
    assert declared - seen == set()


def test_docker_shows_what_the_spec_says(ask: Ask, ordinary_user: User) -> None:
    """The measure itself, so that not all of them are wrong together."""
    odd = ask("docker", "odd", "service")
    assert odd["user and group"] == (str(ordinary_user.uid), str(ordinary_user.gid))
    assert odd["environment"] == {
        "PLAIN": "value",
        "EMPTY": "",
        "ODD": 'it\'s "$HOME" `id` $(id) \\ ; & | * ? {a,b} #x, ü 字',
        "LINES": "first\nsecond\n",
        "GIVEN": 's3cret "$x',
        "http_proxy": "http://proxy.test:3128",
        "no_proxy": "localhost,.test",
        "USER": "coder",
        "SHELL": "/bin/bash",
    }
    words = ["", "a b", "it's", 'say "hi"', "$HOME", "`id`", "back\\slash", "--flag", "*"]
    words += ["line\nbreak", f"{ordinary_user.name}-made"]
    assert odd["arguments"] == "".join(f"<{word}>" for word in words)
    assert (odd["HOME"], odd["working directory"], odd["host name"]) == ("/data", "/data", "ide")
    assert odd["mounts"] == {"/data": ("bind", True), "/odd": ("bind", False)}
    closed = ask("docker", "closed", "service")
    assert closed["files"] == {
        "file__run_secrets_token": "a token",
        "file__run_secrets_given": 's3cret "$x',
        "file__etc_team_motd": "a token",
        "file__etc_team_made": "it's $5",
        "names__data": "",
        "names__keep": "",
    }
