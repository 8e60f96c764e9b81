"""The container's name: whose container has it, what becomes of that, and two starts at once."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.targets.launcher.hanging import Host, ended
from tests.targets.launcher.processes import process_name

UID = str(os.getuid())
NAME = f"lab-{UID}"
OTHER = "54321"
SPEC = "name: lab\nimage: debian:12\npull_policy: never\n"
# Where the client looks for its daemon, as the launcher's stand-in says, is in the claim's name.
AT = {"docker": "unix____var_run_docker.sock", "podman": ""}
RUNNING = ("running", "restarting", "paused")
ENDED = ("created", "exited", "dead", "removing", "configured", "stopped")


@pytest.fixture(params=["docker", "podman"])
def engine(request: pytest.FixtureRequest) -> str:
    """The engine's name."""
    assert isinstance(request.param, str)
    return request.param


@pytest.fixture
def host(tmp_path: Path, engine: str) -> Host:
    """A host with that engine alone."""
    return Host(tmp_path, engine)


@pytest.mark.parametrize("label", [UID, OTHER, "", "<no value>", f"{UID} x", f"1{UID}", f"{UID}1"])
@pytest.mark.parametrize("state", [*RUNNING, *ENDED])
def test_whose_container_it_is(state: str, label: str, engine: str, host: Host) -> None:
    """Only what this user's launcher left is removed, by its id; nothing that runs, nobody else's."""
    script = host.launcher(SPEC, "script", "--engine", engine)
    status, lines = host.run(script, CONTAINER=f"{state} 0123abc {label}")
    removed = [call for call in host.calls() if " rm " in call]
    started = [call for call in host.calls() if call.startswith(f"{engine} run ")]
    if label != UID:
        said = f"the name {NAME} belongs to a container that this script did not start for you"
        assert (status, removed, started) == (3, [], [])
        assert lines == [f"{said}: remove it with '{engine} rm -f {NAME}' if it is yours"]
    elif state in RUNNING:
        assert (status, removed, started) == (3, [], [])
        assert lines == [f"{NAME} is {state} already: stop it with '{engine} stop {NAME}'"]
    else:
        assert (status, lines) == (0, [])
        assert removed == [f"{engine} container rm -- 0123abc"]
        assert len(started) == 1


def test_no_container(engine: str, host: Host) -> None:
    """Nothing is removed where nothing is."""
    script = host.launcher(SPEC, "script", "--engine", engine)
    assert host.run(script) == (0, [])
    assert not any(" rm " in call for call in host.calls())


@pytest.fixture
def winner(host: Host, engine: str) -> Iterator[subprocess.Popen[str]]:
    """A start that has got as far as calling the engine."""
    script = host.launcher(SPEC, "script", "--engine", engine)
    for name in ("started", "go"):
        os.mkfifo(host.folder / name)
    process = host.start(script, STARTED=str(host.folder / "started"), GO=str(host.folder / "go"))
    assert (host.folder / "started").read_text().strip() == str(process.pid)
    yield process
    if process.poll() is None:
        _let_go(host)
    process.communicate(timeout=60)


def _let_go(host: Host) -> None:
    (host.folder / "go").write_text("go\n")


@pytest.mark.parametrize("container", ["", f"created 0123abc {UID}", f"exited 0123abc {UID}"])
def test_a_start_in_progress(
    container: str, engine: str, host: Host, winner: subprocess.Popen[str]
) -> None:
    """The second of two says who starts it, and takes nothing away: it may be the first one's."""
    before = host.calls()
    assert host.run(host.folder / "run.sh", CONTAINER=container) == (
        3,
        [
            (
                f"{NAME} is being started already, by process {winner.pid}: wait until it runs, or end"
                " that start"
            )
        ],
    )
    later = host.calls()[len(before) :]
    assert later
    assert not any(" rm " in call or " run " in call for call in later)
    _let_go(host)
    assert ended(winner) == (0, [])
    # Its claim ended with it, and what it left is left over.
    assert host.run(host.folder / "run.sh", CONTAINER=f"created 0123abc {UID}") == (0, [])
    assert f"{engine} container rm -- 0123abc" in host.calls()


def test_a_start_that_has_come_to_run(
    engine: str, host: Host, winner: subprocess.Popen[str]
) -> None:
    """What runs is said to run, also while the start's own process is there."""
    status, lines = host.run(host.folder / "run.sh", CONTAINER=f"running 0123abc {UID}")
    assert status == 3
    assert lines == [f"{NAME} is running already: stop it with '{engine} stop {NAME}'"]
    assert winner.poll() is None


def test_another_name_is_another_start(host: Host, winner: subprocess.Popen[str]) -> None:
    """A claim is of one name."""
    engine = next(call.split()[0] for call in host.calls())
    script = host.folder / "other.sh"
    script.write_text(
        host.launcher(SPEC.replace("lab", "office"), "script", "--engine", engine).read_text()
    )
    script.chmod(0o755)
    done = host.start(script)
    assert done.communicate(timeout=60)[1] == ""
    assert done.returncode == 0
    assert winner.poll() is None


@pytest.mark.parametrize("variable", ["docker's", "the context's", "podman's"])
def test_another_daemon_is_another_start(
    variable: str, engine: str, host: Host, winner: subprocess.Popen[str]
) -> None:
    """The same name on another host, or in another user's daemon, is another container."""
    env = {
        "docker's": {"DOCKER_HOST": "tcp://far:2376"},
        "the context's": {"CONTEXT": "ssh://far"},
        "podman's": {"CONTAINER_HOST": "ssh://far/run/podman.sock"},
    }[variable]
    status, lines = host.run(host.folder / "run.sh", **env)
    if engine == ("podman" if variable == "podman's" else "docker"):
        assert (status, lines) == (0, [])
    else:
        assert status == 3
        assert "is being started already, by process" in lines[0]
    assert winner.poll() is None


def _claim(engine: str) -> str:
    return f"{engine}-{NAME}@{AT[engine]}"


@pytest.mark.parametrize(
    "claim",
    {
        "another process's number": process_name(1),
        "reused": process_name(os.getpid()),
        "no process": process_name(999999999),
        "of another boot": process_name(os.getpid(), boot="other"),
        "of another host": process_name(1, node="far"),
        "text": "none",
        "no number": process_name(-5),
        "a path": "../../x.1",
    }.items(),
    ids=lambda item: item[0],
)
def test_a_claim_that_was_left(claim: tuple[str, str], engine: str, host: Host) -> None:
    """A process that is no more holds nothing up, also where its number is another's now."""
    names = host.runtime / f"coder-gen-{UID}" / "names"
    names.mkdir(parents=True)
    for folder in (names, names.parent):
        folder.chmod(0o700)
    (names / _claim(engine)).symlink_to(claim[1])
    script = host.launcher(SPEC, "script", "--engine", engine)
    assert host.run(script) == (0, [])
    assert [path.name for path in names.iterdir()] == [_claim(engine)]
    assert os.readlink(names / _claim(engine)) != claim[1]


def test_of_many_who_find_such_a_claim_one_starts(engine: str, host: Host) -> None:
    """Never two; the others say why."""
    names = host.runtime / f"coder-gen-{UID}" / "names"
    names.mkdir(parents=True)
    for folder in (names, names.parent):
        folder.chmod(0o700)
    (names / _claim(engine)).symlink_to(process_name(999999999))
    script = host.launcher(SPEC, "script", "--engine", engine)
    os.mkfifo(host.folder / "started")
    os.mkfifo(host.folder / "go")
    # Kept open here, so that whoever is first to run stays there until all the others have ended.
    started = os.open(host.folder / "started", os.O_RDWR)
    go = os.open(host.folder / "go", os.O_RDWR)
    env = {"STARTED": str(host.folder / "started"), "GO": str(host.folder / "go")}
    starts = [host.start(script, **env) for _ in range(6)]
    pid = int(os.read(started, 100).split()[0])
    others = [process for process in starts if process.pid != pid]
    assert len(others) == len(starts) - 1
    for process in others:
        status, (line,) = ended(process)
        assert status == 3
        assert line.startswith(f"{NAME} is being started already, by ")
    os.write(go, b"go\n")
    (first,) = (process for process in starts if process.pid == pid)
    assert ended(first) == (0, [])
    assert len([call for call in host.calls() if call.startswith(f"{engine} run ")]) == 1
    os.close(started)
    os.close(go)


def test_a_folder_that_is_somebody_elses(engine: str, host: Host) -> None:
    """It is not written to; that two starts are not told apart then is said, and it starts."""
    (host.runtime / f"coder-gen-{UID}").symlink_to(host.folder)
    script = host.launcher(SPEC, "script", "--engine", engine)
    status, (line,) = host.run(script)
    assert status == 0
    assert line.startswith(f"another start of {NAME} at this moment would not be seen: ")
    assert not (host.folder / "names").exists()
