"""The display closes again: at each step a signal, a server that hangs, a disk that is full.

On a real X server, with engines that only wait.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from coder_gen.doctor.x_display import parse
from tests.e2e import host
from tests.e2e.desk import SPEC, Barrier, Desk, desks, ended, send
from tests.e2e.launching import generate, write_script

LOCAL, ROOT = ["LOCAL:"], ["SI:localuser:root"]
GRANT = {"host": LOCAL, "user": ROOT}
# Each step of a launcher that opens the display: calls of xhost, and what writes the state.
STEPS = [
    ("xhost-", "before"),
    ("xhost-", "after"),
    ("xhost-+SIlocaluserroot", "before"),
    ("xhost-+SIlocaluserroot", "after"),
    ("xhost--SIlocaluserroot", "before"),
    ("xhost--SIlocaluserroot", "after"),
    ("mkdir--p", "before"),
    ("mkdir--p", "after"),
    ("mv--T", "before"),
    ("mv--T", "after"),
    ("mv--f", "before"),
    ("mv--f", "after"),
    ("rm--f", "before"),
    ("rm--f", "after"),
    ("rmdir---", "before"),
    ("rmdir---", "after"),
]
# To the launcher, or to all that it started, as from a terminal.
ENDS = [
    (signal.SIGTERM, False),
    (signal.SIGINT, True),
    (signal.SIGHUP, True),
    (signal.SIGKILL, False),
    (signal.SIGKILL, True),
]
HANG = '#!/bin/bash\n[[ "$*" != WHAT ]] || exec sleep 1000\nexec /usr/bin/xhost "$@"\n'


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A display with nobody on its access list, and launchers for it."""
    with desks() as found:
        yield found


@pytest.fixture(scope="module")
def shared_desk() -> Iterator[Desk]:
    """The same for tests that leave it as it was."""
    with desks() as found:
        yield found


@pytest.mark.parametrize(("number", "group"), ENDS, ids=str)
@pytest.mark.parametrize(("step", "when"), STEPS)
def test_signal_at_each_step(
    step: str, when: str, number: signal.Signals, group: bool, shared_desk: Desk
) -> None:
    """Ended there, the launcher closes the display; after SIGKILL the next one does."""
    desk, (name, _, argument) = shared_desk, step.partition("-")
    with Barrier(desk, name, f"{argument}.{when}") as barrier:
        launcher = desk.start(**barrier.env)
        barrier.wait(launcher)
        send(launcher, number, group=group)
        if number == signal.SIGKILL:
            launcher.wait()
        barrier.release()
        said = "" if number == signal.SIGKILL else ended([launcher])
        status = launcher.returncode
    if number == signal.SIGKILL:
        said += desk.run()[1] + ended([launcher])
    assert status in {-number, 128 + number, 0}, said
    assert (desk.listed(), desk.left()) == ([], []), said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("access", ["host", "user"])
def test_what_was_there_stays(access: str, number: signal.Signals, desk: Desk) -> None:
    """Before the first launcher, with two that overlap, and after one that was killed."""
    desk.display.grant("+local:", "+SI:localuser:root", "+SI:localuser:nobody")
    before = desk.listed()
    first, second = desk.start(access=access, STAY="1000"), desk.start(access=access, STAY="1000")
    _until_supervising(first, second)
    send(first, number)
    ended([first]) if number == signal.SIGTERM else first.wait()
    send(second, signal.SIGTERM)
    ended([second])
    _end_containers(first)
    assert desk.run(access=access) == (0, "")
    assert desk.listed() == before


def _children(launcher: subprocess.Popen[str]) -> list[int]:
    """What runs as the container."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, rest = path.read_text().partition("(")[2].rpartition(")")
            command = (path.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if rest.split()[3] == str(launcher.pid) and command.startswith(b"sleep\x001000"):
            found.append(int(path.parent.name))
    return found


def _has_container(launcher: subprocess.Popen[str]) -> bool:
    return bool(_children(launcher))


def _until_supervising(*launchers: subprocess.Popen[str]) -> None:
    for launcher in launchers:
        host.wait_until(partial(_has_container, launcher), "the container runs")


def _end_containers(*launchers: subprocess.Popen[str]) -> None:
    for launcher in launchers:
        for pid in _children(launcher):
            os.kill(pid, signal.SIGKILL)
        if launcher.stderr:
            launcher.stderr.close()


def test_the_next_launcher_clears_whatever_was_left(desk: Desk) -> None:
    """Another entry and another display's, at the start of a launcher."""
    killed = [desk.start(access=access, STAY="1000") for access in ("host", "user")]
    _until_supervising(*killed)
    for launcher in killed:
        send(launcher, signal.SIGKILL)
        launcher.wait()
    _end_containers(*killed)
    assert desk.listed() == [*LOCAL, *ROOT]
    assert desk.run(access="user") == (0, "")
    assert (desk.listed(), desk.left()) == ([], [])
    # At a display elsewhere nothing is granted, and the one here is closed all the same.
    killed = [desk.start(access="user", STAY="1000")]
    _until_supervising(*killed)
    send(killed[0], signal.SIGKILL)
    killed[0].wait()
    _end_containers(*killed)
    status, said = desk.run(access="user", DISPLAY="elsewhere.invalid:0")
    assert status == 0
    assert "access: user lets nobody in" in said
    assert (desk.listed(), desk.left()) == ([], [])


def test_a_number_that_is_in_use_again_is_no_launcher(desk: Desk) -> None:
    """Numbers of processes come again: when each started tells them apart."""
    launcher = desk.start(STAY="1000")
    _until_supervising(launcher)
    (holder,) = desk.runtime.glob("*/display*/SI*/[0-9]*")
    send(launcher, signal.SIGKILL)
    launcher.wait()
    _end_containers(launcher)
    _, start, place = holder.name.split(".", 2)
    # As if this very test had been given the number.
    holder.rename(holder.with_name(f"{os.getpid()}.{start}.{place}"))
    assert desk.run() == (0, "")
    assert (desk.listed(), desk.left()) == ([], [])


def test_a_server_that_has_the_number_of_an_earlier_one(desk: Desk) -> None:
    """What launchers wrote about that one is nothing to this one's list."""
    launcher = desk.start(STAY="1000")
    _until_supervising(launcher)
    (ours,) = desk.runtime.glob("*/display*/SI*/ours")
    send(launcher, signal.SIGKILL)
    launcher.wait()
    _end_containers(launcher)
    ours.write_text("1:1\n")
    assert desk.listed() == ROOT
    assert desk.run() == (0, "")
    assert (desk.listed(), desk.left()) == (ROOT, [])


def test_three_launchers_hold_one_grant(desk: Desk) -> None:
    """In whatever order they end, the last one closes the display; their engines differ."""
    launchers = [desk.start(engine, STAY="1000") for engine in ("docker", "podman", "apptainer")]
    _until_supervising(*launchers)
    for launcher in launchers:
        assert desk.listed() == ROOT
        send(launcher, signal.SIGTERM)
        assert ended([launcher]) == ""
    assert (desk.listed(), desk.left()) == ([], [])


def test_limits_of_the_container_are_not_those_of_the_end(desk: Desk) -> None:
    """Apptainer takes them from its caller; with so few files none could ask xhost."""
    folder = desk.folder / "apptainer-few"
    folder.mkdir()
    spec = SPEC.replace("ACCESS", "user") + "ulimits: {nofile: 8}\n"
    write_script(folder, spec, "--engine", "apptainer", "--quiet")
    desk.program(
        "apptainer",
        '#!/bin/bash\n[[ $2 != --help ]] || exec echo --no-eval\necho "$(ulimit -Hn) files" >&2\n',
    )
    assert desk.run("apptainer", "few") == (0, "8 files\n")
    assert (desk.listed(), desk.left()) == ([], [])


@pytest.mark.parametrize("missing", [(), ("flock",)])
def test_lock_of_one_that_was_killed(missing: tuple[str, ...], desk: Desk) -> None:
    """With flock(1) on PATH or without: a lock whose holder has ended holds nobody up."""
    if missing:
        tools = desk.folder / "tools"
        tools.mkdir()
        for folder in ("/usr/sbin", "/usr/bin", "/sbin", "/bin"):
            for program in Path(folder).iterdir():
                link = tools / program.name
                if program.name not in missing and not link.exists():
                    link.symlink_to(program)
        desk.env["PATH"] = f"{desk.bin}:{tools}"
    with Barrier(desk, "xhost", "+SIlocaluserroot.after") as barrier:
        launcher = desk.start(**barrier.env)
        barrier.wait(launcher)
        # The launcher's child has it, and xhost.
        assert len(list(desk.runtime.glob("*/display*/.lock/*"))) == 2
        send(launcher, signal.SIGKILL, group=True)
        barrier.release()
        launcher.communicate(timeout=60)
    assert desk.listed() == ROOT
    assert desk.run() == (0, "")
    assert (desk.listed(), desk.left()) == ([], [])


def test_lock_that_another_process_keeps(desk: Desk) -> None:
    """Nothing is granted; the line names who has it."""
    with Barrier(desk, "xhost", ".before") as barrier:
        first = desk.start(**barrier.env)
        barrier.wait(first)
        (lock,) = desk.runtime.glob("*/display*/.lock/*")
        keeper = int(lock.name.partition(".")[0])
        os.kill(keeper, signal.SIGSTOP)
        barrier.release()
        try:
            status, said = desk.run()
            assert status == 0
            first_line, second_line = said.splitlines()
            assert first_line == (
                f"run.sh: the lock {lock.parent} was not to be had in 10 s: process {keeper} has "
                "it: end that, or, if there is none here, remove the lock"
            )
            assert second_line == "run.sh: the display stays closed to the container"
            assert desk.listed() == []
        finally:
            os.kill(keeper, signal.SIGCONT)
        ended([first])
    assert (desk.listed(), desk.left()) == ([], [])


def test_grant_that_comes_late(desk: Desk) -> None:
    """xhost + is under way when all of its launcher is killed: the next launcher waits for it."""
    with Barrier(desk, "xhost", "+SIlocaluserroot.before") as barrier:
        launcher = desk.start(**barrier.env)
        barrier.wait(launcher)
        send(launcher, signal.SIGKILL, group=True)
        launcher.wait()
        following = desk.start()
        host.wait_until(
            lambda: bool(list(desk.runtime.glob("*/display*/.lock-*"))), "it waits for the lock"
        )
        barrier.release()
        ended([launcher])
        assert ended([following]) == ""
    assert (desk.listed(), desk.left()) == ([], [])


def test_intent_that_cannot_be_written(desk: Desk) -> None:
    """No grant without it, and a line that says so."""
    # A folder in the way of the file, at which root stops too.
    desk.program("mv", '#!/bin/bash\n[[ $1 != -f ]] || exit 1\nexec /bin/mv "$@"\n')
    desk.program(
        "xhost", '#!/bin/bash\n[[ $1 != +* ]] || echo GRANTED >&2\nexec /usr/bin/xhost "$@"\n'
    )
    status, said = desk.run()
    (line,) = said.splitlines()
    assert status == 0
    assert line.startswith("run.sh: the display stays closed to the container: nothing can be ")
    assert (desk.listed(), desk.left()) == ([], [])


def _fill(folder: Path) -> None:
    with contextlib.suppress(OSError), (folder / "all").open("wb", buffering=0) as full:
        while True:
            full.write(bytes(4096))


def test_full_disk(desk: Desk) -> None:
    """The folder's file system has no room: no grant, no cookie, the container starts."""
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=40,mode=700", "none", desk.runtime],
        check=True,
    )
    try:
        _fill(desk.runtime)
        for access in ("user", "cookie"):
            status, said = desk.run(access=access)
            assert status == 0
            assert "make room" in said
            assert desk.listed() == []
        (desk.runtime / "all").unlink()
        # Full only when the container ends: the display closes all the same.
        launcher = desk.start(STAY="1000")
        _until_supervising(launcher)
        assert desk.listed() == ROOT
        _fill(desk.runtime)
        send(launcher, signal.SIGTERM)
        ended([launcher])
        assert desk.listed() == []
    finally:
        subprocess.run(["umount", desk.runtime], check=True)


def test_server_that_does_not_answer(desk: Desk) -> None:
    """It was stopped: one question waits for 5 s, and the container starts without the display."""
    os.kill(desk.display.server, signal.SIGSTOP)
    try:
        status, said = desk.run()
    finally:
        os.kill(desk.display.server, signal.SIGCONT)
    assert status == 0
    assert said == (
        f"run.sh: the display {desk.display.name} cannot be used by programs in the container: "
        "xhost did not answer in 5 s (is XAUTHORITY right?)\n"
    )
    assert (desk.listed(), desk.left()) == ([], [])


def test_server_that_stops_meanwhile(desk: Desk) -> None:
    """The revocation gets no answer; the next launcher does it."""
    launcher = desk.start(STAY="1000")
    _until_supervising(launcher)
    os.kill(desk.display.server, signal.SIGSTOP)
    try:
        send(launcher, signal.SIGTERM)
        said = ended([launcher])
    finally:
        os.kill(desk.display.server, signal.SIGCONT)
    assert "stays open to SI:localuser:root: xhost did not answer in 5 s: close it with" in said
    assert desk.run() == (0, "")
    assert (desk.listed(), desk.left()) == ([], [])


def test_grant_of_unknown_outcome_is_taken_back(desk: Desk) -> None:
    """xhost + did its work, and did not come back."""
    desk.program(
        "xhost",
        '#!/bin/bash\n/usr/bin/xhost "$@"\n[[ $1 != +* ]] || exec sleep 1000\n',
    )
    status, said = desk.run()
    assert status == 0
    assert said == (
        "run.sh: xhost +SI:localuser:root failed, so programs in the container cannot use the "
        "display: xhost did not answer in 5 s\n"
    )
    assert (desk.listed(), desk.left()) == ([], [])


def test_revocation_without_an_answer(desk: Desk) -> None:
    """What to type is said, and the next launcher tries it again."""
    desk.program("xhost", HANG.replace("WHAT", "-*"))
    status, said = desk.run()
    name = desk.display.name
    assert status == 0
    assert said == (
        f"run.sh: the display {name} stays open to SI:localuser:root: xhost did not answer in 5 s: "
        f"close it with 'DISPLAY={name} xhost -SI:localuser:root'; the next launcher tries it again\n"
    )
    assert desk.listed() == ROOT
    (desk.bin / "xhost").unlink()
    assert desk.run() == (0, "")
    assert (desk.listed(), desk.left()) == ([], [])


def test_server_that_is_gone_at_the_end(desk: Desk) -> None:
    """Nothing is open where nobody listens."""
    desk.program(
        "xhost",
        '#!/bin/bash\n[[ $1 != -* ]] || export DISPLAY=:9999\nexec /usr/bin/xhost "$@"\n',
    )
    assert desk.run() == (0, "")
    assert desk.left() == []


def test_server_without_access_control(desk: Desk) -> None:
    """It lets in everybody: nothing is added to its list, nothing removed."""
    desk.display.grant("+SI:localuser:root", "+")
    calls = desk.folder / "calls"
    desk.program("xhost", f'#!/bin/bash\necho "$@" >>{calls}\nexec /usr/bin/xhost "$@"\n')
    status, said = desk.run(access="host")
    assert status == 0
    assert "is open to everybody who reaches it: close it with 'xhost -'" in said
    assert set(calls.read_text().splitlines()) == {""}
    desk.display.grant("-")
    assert desk.listed() == ROOT


NO_DISPLAYS = [
    "foo", ":", ":0.0.0", ": 0", ":0 ", "-nolisten:0", ":-1", "\x1b[2J:0", ":0\n", "a b:0", "a/b:0",
    ":0;id", "::", "[::1:0", ":0x1", "é:0", ":123456", "--help",
]  # fmt: skip


@pytest.mark.parametrize("name", NO_DISPLAYS)
@pytest.mark.parametrize("access", ["host", "user", "cookie"])
def test_display_that_is_none(access: str, name: str, desk: Desk) -> None:
    """One clear line; neither xhost nor xauth nor the engine hears of it."""
    for program in ("xhost", "xauth"):
        desk.program(program, f"#!/bin/bash\necho {program} was called >&2\n")
    desk.program("docker", '#!/bin/bash\n[[ $1 != run ]] || printf "%s\\n" "$@" >&2\n')
    status, said = desk.run(access=access, DISPLAY=name)
    line, *rest = said.splitlines()
    assert status == 0
    assert parse(name) is None
    assert line.startswith("run.sh: DISPLAY=") and "is not the name of a display" in line
    assert "\x1b" not in said
    assert not {"DISPLAY", "xhost was called", "xauth was called"} & set(rest)


@pytest.mark.parametrize("name", ["", "-", "+", "local:", "a b", "inet:x", "0x7f000001", "2130706433",
                                  "010.0.0.1", "a..b", "-x", "x-", "localhost", "vm:0",
                                  "1.2.3", "256.1.1.1", "é"])  # fmt: skip
def test_host_that_xhost_is_not_given(name: str, desk: Desk) -> None:
    """Nothing empty or malformed is an argument of xhost; HOSTNAME counts for nothing."""
    desk.program("uname", f"#!/bin/bash\nprintf %s {_quoted(name)}\n")
    desk.program("xhost", '#!/bin/bash\necho "xhost was called: $*" >&2\n')
    status, said = desk.run(access="host", DISPLAY="elsewhere.invalid:0", HOSTNAME="")
    assert status == 0
    assert "the display stays closed to the container: " in said
    assert "xhost was called" not in said


def test_host_at_a_display_elsewhere(desk: Desk) -> None:
    """`host` lets in the host by the name that it has, and out again."""
    address = host.capture(["hostname", "-I"]).stdout.split()[0]
    desk.program("uname", f"#!/bin/bash\necho {address}\n")
    desk.program("xhost", f'#!/bin/bash\nDISPLAY={desk.display.name} exec /usr/bin/xhost "$@"\n')
    launcher = desk.start(access="host", DISPLAY="elsewhere.invalid:0", HOSTNAME="", STAY="1000")
    _until_supervising(launcher)
    assert len(desk.listed()) == 1 and desk.listed()[0].startswith("INET:")
    send(launcher, signal.SIGTERM)
    assert ended([launcher]) == ""
    assert (desk.listed(), desk.left()) == ([], [])
    # What was there stays.
    desk.display.grant(f"+{address}")
    assert desk.run(access="host", DISPLAY="elsewhere.invalid:0") == (0, "")
    assert len(desk.listed()) == 1


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("me", "SI:localuser:me"),
        ("DOMAIN\\me", "SI:localuser:DOMAIN\\me"),
        ("me@domain.example", "SI:localuser:me@domain.example"),
        ("two words", "SI:localuser:#0"),
        ("-me", "SI:localuser:#0"),
        ("", "SI:localuser:#0"),
        ("0", "SI:localuser:#0"),
        ("jürgen", "SI:localuser:#0"),
        ("me\nlocal:", "SI:localuser:#0"),
    ],
)
def test_user_by_name_or_number(name: str, entry: str, desk: Desk) -> None:
    """Names from a directory have characters that xhost would read otherwise."""
    desk.program(
        "id", f'#!/bin/bash\n[[ $1 == -un ]] || exec /usr/bin/id "$@"\nprintf %s {_quoted(name)}\n'
    )
    desk.program("xhost", '#!/bin/bash\n[[ $1 != +* ]] || echo "$1" >&2\n')
    assert f"run.sh: xhost +{entry} failed, " in desk.run()[1]


def _quoted(text: str) -> str:
    return "$'" + "".join(f"\\x{byte:02x}" for byte in text.encode()) + "'"


@pytest.mark.parametrize(
    ("xauth", "line"),
    [
        ("[[ $2 != -f ]] || { echo 'xauth: error in locking' >&2; exit 1; }", "error in locking"),
        ("[[ $2 != -f ]] || exit 0", "xauth wrote nothing; make room there"),
        ("[[ $2 != -f ]] || exec sleep 1000", "xauth did not answer in 5 s"),
        ("[[ $1 != -i ]] || exec sleep 1000", "xauth did not answer in 5 s"),
        ("exit 1", "there is no cookie for DISPLAY="),
    ],
)
def test_cookie_that_cannot_be_had(xauth: str, line: str, desk: Desk) -> None:
    """It is not mounted then; one line says why."""
    desk.program("xauth", f'#!/bin/bash\n{xauth}\nexec /usr/bin/xauth "$@"\n')
    desk.program("docker", '#!/bin/bash\n[[ $1 != run ]] || printf "%s\\n" "$@"\n')
    script = desk.script(access="cookie")
    done = subprocess.run(
        [script, "--no-preflight"], env=desk.env, capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip
    assert done.returncode == 0
    (said,) = done.stderr.splitlines()
    assert line in said
    assert "Xauthority" not in done.stdout and "XAUTHORITY" not in done.stdout
    assert list(desk.runtime.iterdir()) == []


@pytest.mark.parametrize(("user", "mode"), [("host", 0o600), ("1234", 0o444)])
def test_mode_of_the_cookie(user: str, mode: int, desk: Desk) -> None:
    """Only the user's, or readable in a folder that is only the user's."""
    look = 'for a in "$@"; do [[ $a != *source=*Xauthority* ]] || { a=${a#*source=}; a=${a%%,*}; stat -c "%a %s" "${a%/*}" "$a"; }; done'
    desk.program("docker", f"#!/bin/bash\n[[ $1 == run ]] || exit 0\n{look}\n")
    folder = desk.folder / "cookie"
    folder.mkdir()
    (folder / "coder.yaml").write_text(
        f"image: debian:12\nuser: '{user}'\nx11: cookie\n", encoding="utf-8"
    )
    script = folder / "run.sh"
    script.write_text(generate(folder, "script", "--quiet"), encoding="utf-8")
    done = subprocess.run(
        ["bash", "-c", 'umask 0; exec bash "$@" --no-preflight', "-", script], env=desk.env, capture_output=True,
        text=True, timeout=60, check=True,
    )  # fmt: skip
    (around, _), (cookie, size) = (line.split() for line in done.stdout.splitlines())
    assert (around, cookie) == ("700", f"{mode:o}")
    assert int(size) > 0
