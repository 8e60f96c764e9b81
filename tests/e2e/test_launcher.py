"""run.sh and `coder-gen --exec` as their users meet them: terminals, signals, exit statuses."""

from __future__ import annotations

import os
import re
import shlex
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.e2e import host, images
from tests.e2e.display import Display
from tests.e2e.engines import Docker
from tests.e2e.launching import TOOL, Launcher, run, write_script
from tests.e2e.terminal import Terminal
from tests.e2e.users import User

UID = os.getuid()
SERVICE = f"coder-{UID}"
# It is ready for Ctrl-C once it says so; typed, it does not look like its output.
PATIENT = 'sh -c \'trap "echo caught\\ it; exit" INT; echo rea""dy; while :; do sleep 1; done\''
# A shell prompt of bash in the test image.
PROMPT = r"[$#] $"

Start = Callable[[Path], list[str | Path]]


def by_script(folder: Path) -> list[str | Path]:
    """The words that start the folder's spec through a generated script."""
    return [write_script(folder)]


def by_exec(folder: Path) -> list[str | Path]:
    """The words that start it through the tool itself."""
    return [*TOOL, "--exec"]


BOTH = pytest.mark.parametrize("start", [by_script, by_exec])


@pytest.fixture(params=["replaced", "supervised"])
def env(request: pytest.FixtureRequest, docker: Docker, xvfb: Display) -> dict[str, str]:
    """A user's environment, without a display and with one.

    Without, the script's process becomes the engine's client; with one it stays, since it has to
    take the display's grant back at the end.
    """
    display = xvfb.env if request.param == "supervised" else {}
    ports = {"PORT": str(host.free_port()), "CODE_SERVER_PORT": str(host.free_port())}
    return docker.environment(**ports, **display)


@BOTH
def test_shell_in_a_terminal(
    start: Start, env: Mapping[str, str], tmp_path: Path, docker: Docker
) -> None:
    """A real terminal inside, Ctrl-C for what runs there, and the shell's own exit status."""
    with Terminal([str(w) for w in start(tmp_path)] + ["--shell"], env=env, cwd=tmp_path) as shell:
        shell.expect(PROMPT)
        shell.send("test -t 0 && test -t 1 && echo terminal-$(tty)\n")
        shell.expect("terminal-/dev/pts/0")
        shell.send(f"{PATIENT}\n")
        shell.expect("ready")
        shell.interrupt()
        shell.expect("caught it")
        shell.expect(PROMPT)
        shell.send("exit 7\n")
        assert shell.wait() == 7
    assert docker.containers() == []


@BOTH
def test_ctrl_c_comes_once(start: Start, env: Mapping[str, str], tmp_path: Path) -> None:
    """Also where the output goes to a file, and the terminal's signal to the whole group."""
    count = "n=0; trap 'n=$((n + 1))' INT; echo ready >&2; while [ $n = 0 ]; do sleep 0.1; done"
    command = shlex.join([*map(str, start(tmp_path)), "--shell", "--", "-c"])
    command += f" {shlex.quote(count + '; sleep 1; echo $n')} >{tmp_path}/out"
    with Terminal(["/bin/bash", "-c", f"{command}; exit $?"], env=env, cwd=tmp_path) as terminal:
        terminal.expect("ready")
        terminal.interrupt()
        assert terminal.wait() == 0
    assert (tmp_path / "out").read_text() == "1\n"


def test_shell_of_an_ordinary_user(
    ordinary_user: User, public_folder: Path, docker: Docker
) -> None:
    """Inside are the user's own ids, so that files made on mounts are theirs."""
    script = write_script(public_folder)
    with Terminal(
        [str(script), "--shell"],
        env=docker.environment(),
        cwd=public_folder,
        user=ordinary_user,
        groups=[docker.group],
    ) as shell:
        shell.expect(PROMPT)
        shell.send("echo ids $(id -u):$(id -g)\n")
        shell.expect(f"ids {ordinary_user.uid}:{ordinary_user.gid}")
        shell.send("exit 3\n")
        assert shell.wait() == 3


@BOTH
def test_shell_reads_a_pipe(start: Start, env: Mapping[str, str], tmp_path: Path) -> None:
    """Without a terminal there is none inside either, and the output is clean."""
    commands = "id -u\ntest -t 0 || echo none\nexit 9\n"
    done = run([*start(tmp_path), "--shell"], env, stdin=commands, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (9, f"{UID}\nnone\n"), done.stderr


@BOTH
def test_arguments_reach_the_container(
    start: Start, env: Mapping[str, str], tmp_path: Path
) -> None:
    """What comes after -- is the container's, word for word."""
    words = ["-c", 'printf "<%s>" "$@"', "zero", "a b", "", "--shell", "$HOME", "it's"]
    done = run([*start(tmp_path), "--shell", "--", *words], env, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "<a b><><--shell><$HOME><it's>"), done.stderr


@BOTH
def test_dry_run_can_be_pasted(start: Start, docker: Docker, tmp_path: Path) -> None:
    """The printed line, given to a shell, starts the same container."""
    words = ["-c", 'printf "<%s>" "$@" "$PORT"; exit 5', "zero", "it's", "a  b", "l\nm", "é"]
    argv = [*start(tmp_path), "--dry-run", "--shell", "--", *words]
    printed = run(argv, docker.environment(), cwd=tmp_path)
    assert printed.returncode == 0, printed.stderr
    assert len(printed.stdout.splitlines()) == 1
    assert docker.containers() == []
    pasted = run(["/bin/bash", "-c", printed.stdout], docker.environment())
    assert (pasted.returncode, pasted.stdout) == (5, "<it's><a  b><l\nm><é><7860>"), pasted.stderr


@BOTH
def test_sigterm_ends_the_service(
    start: Start, env: Mapping[str, str], tmp_path: Path, docker: Docker
) -> None:
    """The container hears the signal, and its exit status is the launcher's."""
    with Launcher(start(tmp_path), env, tmp_path, cwd=tmp_path) as launcher:
        launcher.until_running(docker, SERVICE)
        launcher.until_printed("serving on port")
        assert host.fetch(f"http://127.0.0.1:{env['PORT']}/") == images.PAGE
        launcher.signal(signal.SIGTERM)
        assert launcher.wait() == 128 + signal.SIGTERM
    assert docker.inspect(SERVICE)["State"]["ExitCode"] == 128 + signal.SIGTERM
    assert re.search(rf"open http://localhost:{env['PORT']}/ ", launcher.errors)


@BOTH
def test_ctrl_c_ends_the_service(
    start: Start, env: Mapping[str, str], tmp_path: Path, docker: Docker
) -> None:
    """Ctrl-C stops the container, and the status says so."""
    with Terminal([str(word) for word in start(tmp_path)], env=env, cwd=tmp_path) as terminal:
        terminal.expect("serving on port")
        terminal.interrupt()
        assert terminal.wait() == 128 + signal.SIGINT
    assert docker.inspect(SERVICE)["State"]["Status"] == "exited"
    assert "line " not in terminal.output


def test_exit_status_of_the_service(env: Mapping[str, str], tmp_path: Path) -> None:
    """A service that ends by itself ends the launcher, with its status."""
    spec = "{name: x, image: 'coder:latest', pull_policy: never, entrypoint: [/bin/sh, -c]}"
    script = write_script(tmp_path, spec)
    assert run([script, "--", "exit 42"], env).returncode == 42


@pytest.mark.parametrize("ssh_port", ["22", "2222"])
def test_ssh_users_get_the_tunnel(ssh_port: str, docker: Docker, tmp_path: Path) -> None:
    """Who came over ssh is told the line to paste on their own computer."""
    port = str(host.free_port())
    env = docker.environment(
        PORT=port,
        CODE_SERVER_PORT=str(host.free_port()),
        SSH_CONNECTION=f"10.9.8.7 50222 10.1.2.3 {ssh_port}",
    )
    with Launcher([write_script(tmp_path)], env, tmp_path) as launcher:
        launcher.until_running(docker, SERVICE)
        by = "" if ssh_port == "22" else f" -p {ssh_port}"
        assert f"ssh -N -L {port}:localhost:{port} root@10.1.2.3{by}\n" in launcher.errors


def test_auto_port_is_the_users_own(docker: Docker, tmp_path: Path) -> None:
    """The same port each time; the next free one where it is taken; printed with the URL."""
    spec = """
name: auto
image: coder:latest
pull_policy: never
variables: {PORT: {type: port, default: auto}}
environment: {PORT: "${PORT}"}
ports: ["${PORT}:${PORT}"]
"""
    script = write_script(tmp_path, spec)
    ports: list[int] = []
    for busy in (False, False, True):
        listeners = [host.listen(ports[0])] if busy else []
        try:
            with Launcher([script], docker.environment(), tmp_path) as launcher:
                launcher.until_running(docker, f"auto-{UID}")
                said = re.search(r"open http://localhost:(\d+)/", launcher.errors)
                assert said, launcher.errors
                assert host.fetch(f"http://127.0.0.1:{said[1]}/") == images.PAGE
                ports.append(int(said[1]))
        finally:
            for listener in listeners:
                listener.close()
    assert 20000 <= ports[0] < 30000
    assert ports[0] == ports[1]
    assert ports[2] > ports[0]


GRANTS = """
name: grants
image: coder:latest
pull_policy: never
user: "1001:1001"
entrypoint: [/bin/bash, -c]
secrets:
  token: {environment: CG_TOKEN}
configs:
  motd: {content: "hello $$you\\n", target: /etc/motd}
"""


def test_secrets_from_the_environment(docker: Docker, tmp_path: Path) -> None:
    """A value arrives as a file, off every command line, and its copy goes with the container."""
    script = write_script(tmp_path, GRANTS)
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    env = docker.environment(CG_TOKEN="s3cret\n$x", XDG_RUNTIME_DIR=str(runtime))
    show = "cat /run/secrets/token; echo; cat /etc/motd; env | grep -c [s]3cret; exit 4"
    done = run([script, "--", show], env)
    assert (done.returncode, done.stdout) == (4, "s3cret\n$x\nhello $you\n0\n"), done.stderr
    # What names its process is no file of its own.
    assert [path for path in runtime.rglob("*") if path.is_file()] == []
    inspected = str(docker.inspect(f"grants-{UID}"))
    assert "s3cret" not in inspected


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_no_secret_is_left_after_a_signal(
    number: signal.Signals, docker: Docker, tmp_path: Path
) -> None:
    """Not even where the launcher is ended from outside."""
    script = write_script(tmp_path, GRANTS)
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    env = docker.environment(CG_TOKEN="s3cret", XDG_RUNTIME_DIR=str(runtime))
    wait = "trap 'exit 77' INT TERM HUP; echo up; while :; do sleep 0.1; done"
    with Launcher([script, "--", wait], env, tmp_path) as launcher:
        launcher.until_printed("up")
        assert {path.stat().st_mode & 0o777 for path in runtime.iterdir()} == {0o700}
        launcher.signal(number)
        assert launcher.wait() == 77
    assert [path for path in runtime.rglob("*") if path.is_file()] == []
