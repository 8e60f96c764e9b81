"""A real X client in a container, on a display with access control, in each `x11.access`.

Whoever the launcher lets in is out again afterwards, and nobody else.
"""

from __future__ import annotations

import dataclasses
import signal
from pathlib import Path

import pytest

from tests.e2e.display import Display, StartXvfb
from tests.e2e.engines import Docker
from tests.e2e.launching import Launcher, lines_of, run, write_script
from tests.e2e.terminal import Terminal
from tests.e2e.users import User

SPEC = """\
name: NAME
image: coder-x:latest
pull_policy: never
user: USER
x11: {access: ACCESS}
entrypoint: [/bin/bash, -c]
"""
LOOK = "set -o pipefail; xdpyinfo | while read -r a b _; do case $a in dim*) echo $b ;; esac; done"
STRANGER = "54321"
# Says whether it got in, and stays until it is told to end, as a window's program does.
STAY = "trap 'exit 77' TERM INT HUP; xdpyinfo >/dev/null && echo 'in'; while :; do sleep 0.1; done"
SIZE = "640x480"
HOLDERS = "coder-gen-"


class Desk:
    """A user who is logged in at a display of their own, and may use the engine."""

    def __init__(self, docker: Docker, user: User, display: Display, folder: Path) -> None:
        self.docker, self.user, self.display, self.folder = docker, user, display, folder
        self.runtime = folder / "runtime"
        self.runtime.mkdir()
        self.runtime.chmod(0o777)
        self.env = docker.environment(XDG_RUNTIME_DIR=str(self.runtime), **display.env)
        self.groups = (docker.group,)

    def script(self, access: str, name: str = "one", user: str = "host", more: str = "") -> Path:
        """A launcher for X clients."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        spec = SPEC.replace("NAME", name).replace("USER", user).replace("ACCESS", access) + more
        return write_script(folder, spec)

    def look(self, script: Path, **env: str) -> tuple[int, str, list[str]]:
        """Ask the display for its size, in the container: status, output, the launcher's lines."""
        done = run([script, "--", LOOK], {**self.env, **env}, user=self.user, groups=self.groups)
        said = [line for line in done.stderr.splitlines() if line.startswith("run.sh: ")]
        return done.returncode, done.stdout.rstrip("\n"), lines_of("\n".join(said))

    def stay(self, script: Path, **env: str) -> Launcher:
        """The launcher in the background, with a client that stays."""
        argv: list[str | Path] = [script, "--", STAY]
        env = {**self.env, **env}
        return Launcher(argv, env, self.folder, user=self.user, groups=self.groups)

    def left(self) -> list[Path]:
        """The files that launchers left behind, and their private folders."""
        return [
            path
            for path in self.runtime.rglob("*")
            if path.is_file() or not path.relative_to(self.runtime).parts[0].startswith(HOLDERS)
        ]


@pytest.fixture
def desk(
    docker: Docker,
    x_client_image: str,
    start_xvfb: StartXvfb,
    ordinary_user: User,
    public_folder: Path,
) -> Desk:
    """An ordinary user's display, with nobody on its access list."""
    assert x_client_image == "coder-x:latest"
    return Desk(docker, ordinary_user, start_xvfb(owner=ordinary_user), public_folder)


@pytest.mark.parametrize(
    ("access", "user"),
    [
        ("host", "host"),
        ("host", STRANGER),
        ("user", "host"),
        ("cookie", "host"),
        ("cookie", STRANGER),
    ],
)
def test_client_gets_in(access: str, user: str, desk: Desk) -> None:
    """The window's program reaches the display; afterwards the access list is as before."""
    assert desk.look(desk.script(access, user=user)) == (0, SIZE, [])
    assert desk.display.access_list() == []
    assert desk.left() == []


def test_client_stays_out(desk: Desk) -> None:
    """`off` passes nothing on; who mounts the socket by hand still is not let in."""
    status, output, lines = desk.look(desk.script("off"))
    assert (status, output, lines) == (1, "", [])
    more = (
        f"volumes: [/tmp/.X11-unix:/tmp/.X11-unix]\nenvironment: {{DISPLAY: '{desk.display.name}'}}"
    )
    assert desk.look(desk.script("off", more=more)) == (1, "", [])
    assert desk.display.access_list() == []


def test_user_lets_nobody_else_in(desk: Desk) -> None:
    """`user` opens the display to one user: a container with other ids is refused."""
    assert desk.look(desk.script("user", user=STRANGER)) == (1, "", [])
    assert desk.display.access_list() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("access", ["host", "user", "cookie"])
def test_signal_takes_the_grant_back(access: str, number: signal.Signals, desk: Desk) -> None:
    """However the launcher is ended: the container ends, the grant and the cookie are gone."""
    grants = {"host": ["LOCAL:"], "user": [f"SI:localuser:{desk.user.name}"], "cookie": []}
    with desk.stay(desk.script(access)) as launcher:
        launcher.until_printed("in\n")
        assert desk.display.access_list() == grants[access]
        launcher.signal(number)
        assert launcher.wait() == 77
    assert desk.display.access_list() == []
    assert desk.left() == []


@pytest.mark.parametrize("access", ["host", "user", "cookie"])
def test_ctrl_c_takes_the_grant_back(access: str, desk: Desk) -> None:
    """The same for the key on a terminal, where the whole group of processes gets the signal."""
    argv = [str(desk.script(access)), "--", STAY]
    with Terminal(argv, env=desk.env, user=desk.user, groups=desk.groups) as terminal:
        terminal.expect("in\n")
        terminal.interrupt()
        assert terminal.wait() == 77
    assert desk.display.access_list() == []
    assert desk.left() == []


@pytest.mark.parametrize("access", ["host", "user"])
def test_grant_that_was_there_stays(access: str, desk: Desk) -> None:
    """What the user has opened is not the launcher's to close."""
    grant = {"host": "local:", "user": f"SI:localuser:{desk.user.name}"}[access]
    desk.display.grant(f"+{grant}", "+SI:localuser:root")
    before = desk.display.access_list()
    assert len(before) == 2
    assert desk.look(desk.script(access)) == (0, SIZE, [])
    assert desk.display.access_list() == before
    assert desk.left() == []


@pytest.mark.parametrize("first_ends_first", [True, False])
def test_last_of_two_launchers_revokes(first_ends_first: bool, desk: Desk) -> None:
    """Neither pulls the display away from under the other."""
    grant = [f"SI:localuser:{desk.user.name}"]
    one, two = desk.script("user", "one"), desk.script("user", "two")
    with desk.stay(one) as first:
        first.until_printed("in\n")
        with desk.stay(two) as second:
            second.until_printed("in\n")
            early, late = (first, second) if first_ends_first else (second, first)
            early.signal(signal.SIGTERM)
            assert early.wait() == 77
            assert desk.display.access_list() == grant
            late.signal(signal.SIGTERM)
            assert late.wait() == 77
    assert desk.display.access_list() == []
    assert desk.left() == []


def test_two_screens_are_one_display(desk: Desk) -> None:
    """`:7` and `:7.0` have one access list."""
    with desk.stay(desk.script("user", "one")) as first:
        first.until_printed("in\n")
        with desk.stay(desk.script("user", "two"), DISPLAY=f"{desk.display.name}.0") as second:
            second.until_printed("in\n")
            first.signal(signal.SIGTERM)
            assert first.wait() == 77
            assert desk.display.access_list() == [f"SI:localuser:{desk.user.name}"]
            second.signal(signal.SIGTERM)
            assert second.wait() == 77
    assert desk.display.access_list() == []


@pytest.mark.parametrize("access", ["user", "cookie"])
def test_somebody_elses_session(access: str, desk: Desk) -> None:
    """After `su` the session's folder is another user's, and the umask may be anything."""
    script = desk.script(access)
    desk.runtime.chmod(0o700)
    (desk.folder / "temporary").mkdir()
    (desk.folder / "temporary").chmod(0o777)
    closed = ["/bin/bash", "-c", 'umask 0777; exec "$@"', "-", script, "--", LOOK]
    env = {**desk.env, "TMPDIR": str(desk.folder / "temporary")}
    done = run(closed, env, user=desk.user, groups=desk.groups)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{SIZE}\n", "")
    assert desk.display.access_list() == []


def test_user_without_a_name(desk: Desk) -> None:
    """Whom the host's list of users does not have is let in by number."""
    desk.display.authority.chmod(0o644)
    nobody = dataclasses.replace(desk.user, name=STRANGER, uid=int(STRANGER), gid=int(STRANGER))
    script = desk.script("user")
    done = run([script, "--", LOOK], desk.env, user=nobody, groups=desk.groups)
    assert (done.returncode, done.stdout) == (0, f"{SIZE}\n"), done.stderr
    assert desk.display.access_list() == []


def test_next_launcher_revokes_for_one_that_was_killed(desk: Desk) -> None:
    """SIGKILL leaves no time to close the display; the next end of a launcher does it."""
    with desk.stay(desk.script("user", "one")) as launcher:
        launcher.until_printed("in\n")
        launcher.signal(signal.SIGKILL)
        launcher.wait()
    assert desk.display.access_list() == [f"SI:localuser:{desk.user.name}"]
    assert desk.look(desk.script("user", "two")) == (0, SIZE, [])
    assert desk.display.access_list() == []
    assert desk.left() == []


@pytest.mark.parametrize("access", ["host", "user", "cookie"])
def test_no_display(access: str, desk: Desk) -> None:
    """One line of notice, and the container starts."""
    status, _, lines = desk.look(desk.script(access), DISPLAY="")
    assert status == 1
    assert lines == ["DISPLAY is not set: the container starts without a display"]


@pytest.mark.parametrize("access", ["host", "user", "cookie"])
def test_dead_display(access: str, desk: Desk) -> None:
    """A display that does not answer is one line of warning; the container starts."""
    script = desk.script(access)
    done = run(
        [script, "--", "echo started; exit 8"],
        {**desk.env, "DISPLAY": ":4242"},
        user=desk.user,
        groups=desk.groups,
    )
    assert (done.returncode, done.stdout) == (8, "started\n")
    (line,) = lines_of(done.stderr)
    assert ":4242" in line
    assert desk.left() == []


def test_forwarded_display(
    docker: Docker,
    x_client_image: str,
    start_xvfb: StartXvfb,
    ordinary_user: User,
    public_folder: Path,
) -> None:
    """`localhost:N`, as ssh -X sets it: by cookie, with the host's network; nothing is granted."""
    display = start_xvfb(tcp=True, owner=ordinary_user)
    desk = Desk(docker, ordinary_user, display, public_folder)
    name = f"localhost:{display.number}.0"
    script = desk.script("cookie", more="network_mode: host\n")
    assert desk.look(script, DISPLAY=name) == (0, SIZE, [])
    # Another way in or another network is refused by the server; the launcher says so before.
    status, _, lines = desk.look(desk.script("user"), DISPLAY=name)
    assert status == 1
    assert ["network_mode: host" in lines[0], "set x11: cookie" in lines[1]] == [True, True]
    # A grant would let in nobody, and through ssh it would open the user's own computer.
    for access in ("host", "user"):
        with desk.stay(desk.script(access, more="network_mode: host\n"), DISPLAY=name) as launcher:
            launcher.until(lambda: "unable to open" in launcher.errors, "refused")
            assert display.access_list() == []
