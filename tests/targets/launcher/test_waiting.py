"""Nothing waits for ever: each question has a limit, who did not answer is named, nothing is left."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.targets.launcher.hanging import Host, ended, has_ended

UID = str(os.getuid())
LISTENING = "LISTEN 0 1 0.0.0.0:8080 0.0.0.0:*"
LEFT = f"exited 0123abc {UID}"
RUNS = f"running 0123abc {UID}"


class Silent(NamedTuple):
    """A question that nobody answers."""

    command: str
    words: str
    question: str
    env: dict[str, str]
    arguments: str = ""
    status: int = 3
    # What is said besides, and what is still called.
    more: str = ""
    goes_on: str = ""


QUESTIONS = [
    *(
        question
        for engine, first in (("docker", "docker version"), ("podman", "podman info"))
        for question in (
            Silent("script", f"--engine {engine}", first, {}),
            Silent("script", f"--engine {engine}", f"{engine} container inspect", {}),
            Silent("script", f"--engine {engine}", f"{engine} image inspect", {}),
            Silent(
                "script",
                f"--engine {engine}",
                f"{engine} port lab-{UID}",
                {"CONTAINER": RUNS},
                more=f"lab-{UID} is running already: ",
            ),
            Silent(
                "script",
                f"--engine {engine}",
                f"{engine} ps",
                {"LISTENING": LISTENING},
                more="port 8080 is taken by another program: ",
            ),
            Silent("script", f"--engine {engine}", f"{engine} container rm", {"CONTAINER": LEFT}),
        )
    ),
    Silent("script", "--engine docker", "docker context inspect", {}),
    Silent("script", "--engine docker", "docker context inspect", {}, "--dry-run", status=0),
    # The other engine answers, and is taken.
    Silent(
        "script",
        "--engine auto",
        "docker version",
        {},
        status=0,
        more="open ",
        goes_on="podman run",
    ),
    Silent("script", "--engine apptainer", "apptainer run --help", {}),
    Silent("script", "--engine apptainer", "apptainer instance run", {}, "--start"),
    Silent("script", "--engine apptainer", "apptainer instance list", {}, "--start"),
    Silent("script", "--engine apptainer", "apptainer instance list", {}, "--stop"),
    Silent("script", "--engine apptainer", "apptainer instance list", {}, "--list"),
    Silent("build-script", "--engine docker", "docker version", {}),
    Silent("build-script", "--engine docker", "docker info", {}),
    Silent("build-script", "--engine podman", "podman info", {}),
    Silent(
        "build-script",
        "--engine docker",
        "docker image inspect",
        {},
        "--no-preflight",
        more="the build ended well; ",
    ),
    Silent("convert-script", "--engine docker", "docker version", {}),
    Silent("convert-script", "--engine docker", "docker image inspect", {}),
    Silent("convert-script", "--engine podman", "podman image inspect", {}),
]


@pytest.fixture(scope="module")
def silences(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[Silent, tuple[Host, subprocess.Popen[str]]]]:
    """All of them at once, since each takes as long as its limit."""
    started = {}
    for question in map(_hashable, QUESTIONS):
        folder = tmp_path_factory.mktemp("silent")
        host = Host(folder, "docker", "podman", "apptainer", "ss")
        (folder / "debian.sif").touch()
        (folder / "Dockerfile").touch()
        spec = "name: lab\nimage: debian:12\nports: ['8080:80']\n"
        if question.command != "script":
            spec = "name: lab\nimage: lab:1\nbuild: {}\n"
        script = host.launcher(spec, question.command, *question.words.split(), limits=2)
        env = dict(question.env)
        started[question] = (
            host,
            host.start(script, *question.arguments.split(), HANG=question.question, **env),
        )
    yield started
    for _, process in started.values():
        if process.poll() is None:
            process.kill()


def _hashable(question: Silent) -> Silent:
    return question._replace(env=tuple(question.env.items()))  # type: ignore[arg-type]


def _name(question: Silent) -> str:
    return "-".join(
        filter(None, [question.command, question.words, question.question, question.arguments])
    )


@pytest.mark.parametrize("question", QUESTIONS, ids=_name)
def test_a_question_that_nobody_answers(
    question: Silent, silences: dict[Silent, tuple[Host, subprocess.Popen[str]]]
) -> None:
    """Which, after how long, what to look at; and its process has ended."""
    host, process = silences[_hashable(question)]
    status, lines = ended(process)
    program = question.question.split()[0]
    asked = [line for line in lines if line.startswith(f"{program} did not answer '")]
    assert len(asked) == 1, lines
    said = re.fullmatch(rf"{program} did not answer '(.*)' in 30 s: .{{20,}}", asked[0])
    assert said, asked
    assert question.question.startswith(said[1]) or said[1].startswith(question.question)
    rest = [li for li in lines if li not in asked and not li.startswith("building ")]
    assert len(rest) == bool(question.more), lines
    assert all(line.startswith(question.more) for line in rest), lines
    assert status == question.status
    assert host.left() == []
    calls = host.calls()
    assert any(call.startswith(question.question) for call in calls)
    ran = [call for call in calls if " run " in f"{call} " and "--help" not in call]
    assert [call[: len(question.goes_on)] for call in ran] == [question.goes_on] * bool(
        question.goes_on
    )


# A path that does not answer: the question itself is made to hang, as it does where a server is gone.
_HUNG = """\
looking() {
	if [[ $1 == /hung/* ]]; then
		printf '%s\\n' "${BASHPID}" >>"${PIDS}"
		read -r _ <"${NEVER}"
	fi
"""
VOLUMES = "volumes: [{type: bind, source: /hung/a, target: /a%s}, {type: bind, source: /hung/b, target: /b%s}]\n"
OPTIONAL = ", optional: true"


def hung(host: Host, spec: str, *words: str) -> Path:
    """A launcher on a host where nothing below /hung answers; it is no mount of its own here."""
    os.mkfifo(host.folder / "never")
    script = host.launcher(f"name: lab\nimage: debian:12\n{spec}", "script", *words, limits=2)
    text = script.read_text()
    assert "looking() {\n" in text
    script.write_text(text.replace("looking() {\n", _HUNG))
    return script


@pytest.mark.parametrize("engine", ["docker", "podman", "apptainer"])
@pytest.mark.parametrize(
    ("spec", "said", "status"),
    [
        (
            VOLUMES % ("", ""),
            ["/hung/a, to be mounted at /a, ", "/hung/b, to be mounted at /b, "],
            3,
        ),
        (VOLUMES % (OPTIONAL, OPTIONAL), ["/hung/a ", "/hung/b "], 0),
        ("devices: [/hung/a]\n", ["the device /hung/a "], 3),
        ("secrets: {a: {file: /hung/a}}\n", ["/hung/a, to be mounted at /run/secrets/a, "], 3),
        ("env_file: /hung/a\n", [], 3),
        ("env_file: [{path: /hung/a, required: false}]\n", ["/hung/a "], 0),
    ],
    ids=["mounts", "optional", "device", "secret", "env_file", "optional env_file"],
)
def test_a_path_that_does_not_answer(
    spec: str, said: list[str], status: int, engine: str, tmp_path: Path
) -> None:
    """It is named, with where to look; what is optional is left out, what is required refused."""
    host = Host(tmp_path, engine)
    (tmp_path / "debian.sif").touch()
    script = hung(host, spec, "--engine", engine)
    found, lines = host.run(script, NEVER=str(tmp_path / "never"))
    assert found == status
    said = said or [
        "the file of variables /hung/a "
        if engine == "apptainer"
        else f"/hung/a, which {engine} reads, "
    ]
    advice = "did not answer in 5 s: look at the file server that it is on, or that a link in it leads to"
    assert lines == [f"{each}{advice}{'; going on without it' * (status == 0)}" for each in said]
    assert host.left() == []


def test_what_is_on_a_silent_mount_is_not_asked_again(tmp_path: Path) -> None:
    """Its server is named, once; a hundred paths on it do not take a hundred times as long."""
    host = Host(tmp_path, "docker")
    script = hung(host, VOLUMES % ("", OPTIONAL))
    # As a host would say it that has mounted it.
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 0:1 / / rw - ext4 /dev/vda rw\n"
        "36 22 0:33 /x /hung rw,relatime shared:1 - nfs4 filer:/vol\\040one rw,hard\n"
    )
    script.write_text(script.read_text().replace("/proc/self/mountinfo", str(mounts)))
    status, lines = host.run(script, NEVER=str(tmp_path / "never"))
    assert status == 3
    assert lines == [
        (
            "/hung/a, to be mounted at /a, did not answer in 5 s: "
            "look at the file server of /hung (filer:/vol\\040one, nfs4)"
        ),
        "/hung/b does not answer either (it is on /hung); going on without it",
    ]
    assert len(host.pids.read_text().split()) == 1


@pytest.mark.parametrize("engine", ["docker", "podman", "apptainer"])
@pytest.mark.parametrize("required", ["true", "false"])
def test_a_pipe_as_a_file_of_variables(required: str, engine: str, tmp_path: Path) -> None:
    """Opening it would wait for who writes to it."""
    host = Host(tmp_path, engine)
    (tmp_path / "debian.sif").touch()
    os.mkfifo(tmp_path / "vars")
    spec = f"name: lab\nimage: debian:12\nenv_file: [{{path: vars, required: {required}}}]\n"
    script = host.launcher(spec, "script", "--engine", engine, limits=2)
    status, (line,) = host.run(script)
    assert status == 3
    assert f"{tmp_path}/vars" in line
    assert " is a pipe that " in line
    assert not any(" run " in f"{call} " and "--help" not in call for call in host.calls())


def test_a_pipe_as_the_home(tmp_path: Path) -> None:
    """It is no folder; nobody opens it."""
    host = Host(tmp_path, "apptainer")
    (tmp_path / "debian.sif").touch()
    os.mkfifo(tmp_path / "home")
    script = host.launcher("name: lab\nimage: debian:12\n", "script", "--engine", "apptainer")
    status, (line,) = host.run(script, str(tmp_path / "home"))
    assert status == 3
    assert line.startswith(f"{tmp_path}/home, to be the home, ")


@pytest.mark.parametrize(
    ("program", "question", "env", "said", "status"),
    [
        ("ss", "ss", {}, "ss did not answer in 5 s: going on without a look at the ports", 0),
        ("id", "id -un", {}, "'id -un' did not answer in 5 s: see whether the server of users ", 0),
        ("id", "id -u ", {}, "'id -u' did not answer in 5 s: ", 3),
    ],
    ids=["ss", "id -un", "id -u"],
)
def test_other_programs(
    program: str, question: str, env: dict[str, str], said: str, status: int, tmp_path: Path
) -> None:
    """What is not needed is done without, and said."""
    host = Host(tmp_path, "docker", program)
    spec = "name: lab\nimage: debian:12\nports: ['8080:80', '8081:81']\n"
    script = host.launcher(spec, limits=2)
    found, lines = host.run(script, HANG=question.strip(), **env)
    assert found == status
    assert [line for line in lines if "did not answer" in line] == [
        line for line in lines if line.startswith(said)
    ]
    assert len([line for line in lines if line.startswith(said)]) == 1
    assert host.left() == []


def test_help_asks_no_engine(tmp_path: Path) -> None:
    """Neither for an engine nor for a file."""
    for number, engine in enumerate(("docker", "podman", "apptainer", "auto")):
        folder = tmp_path / str(number)
        folder.mkdir()
        host = Host(folder, "docker", "podman", "apptainer")
        script = host.launcher(
            f"name: lab\nimage: debian:12\n{VOLUMES % ('', '')}", "script", "--engine", engine
        )
        assert host.run(script, "--help") == (0, [])
        assert host.calls() == []


# The function by itself.
_HARNESS = """\
set -euo pipefail
%s
tell() {
	local status=0
	ask "$@" || status=$?
	printf '%%s [%%s]\\n' "${status}" "${answer}" >>"${OUT}"
}
"""


@pytest.fixture
def asking(tmp_path: Path) -> Path:
    """A script's beginning, with the functions that ask."""
    host = Host(tmp_path, "docker")
    text = host.launcher("name: lab\nimage: debian:12\n").read_text()
    found = re.search(
        r"^answer=''\nask\(\) \{\n.*?^\}\n.*?^answering\(\) \{\n.*?^\}\n", text, re.M | re.S
    )
    assert found
    path = tmp_path / "asking"
    path.write_text(_HARNESS % found[0])
    return path


def _bash(
    asking: Path, lines: str, *, redirect: str = "", prefix: tuple[str, ...] = ()
) -> list[str]:
    script = asking.with_name("script")
    script.write_text(asking.read_text() + lines)
    out = asking.with_name("out")
    subprocess.run(
        [*prefix, "bash", "-c", f'exec bash "$0" {redirect}', script],
        env={**os.environ, "OUT": str(out), "PIDS": str(asking.with_name("pids"))},
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    return out.read_text().splitlines() if out.exists() else []


CASES = [
    ("out 20 printf 'a\\nb\\n\\n'", ["0 [a", "b]"]),
    ("out 20 bash -c 'echo out; echo err >&2; exit 3'", ["3 [out]"]),
    ("both 20 bash -c 'echo out; echo err >&2; exit 3'", ["3 [out", "err]"]),
    ("both 20 bash -c 'kill -KILL $$'", ["137 []"]),
    ("out 20 cat", ["0 []"]),
    ("out 20 bash -c 'exit 127'", ["127 []"]),
    ("out 20 test -e /no/such", ["1 []"]),
    ("out 1 sleep 1000", ["124 []"]),
    ("out 1 bash -c 'echo begun; exec sleep 1000'", ["124 []"]),
    # What ends leaves somebody behind who has its output open.
    ('out 20 bash -c \'sleep 1000 & echo "$!" >>"$PIDS"; echo fine\'', ["0 [fine]"]),
    ("out 1 yes", ["124 []"]),
    ("'' '' echo however long", ["0 [however long]"]),
]


@pytest.mark.parametrize(("words", "expected"), CASES, ids=[words for words, _ in CASES])
def test_what_an_answer_is(words: str, expected: list[str], asking: Path) -> None:
    """Its text, its status, or that there is none; also of what holds its output open."""
    assert _bash(asking, f"tell {words}\n") == expected
    pids = asking.with_name("pids")
    for pid in pids.read_text().split() if pids.exists() else ():
        os.kill(int(pid), signal.SIGKILL)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams(closed: str, asking: Path) -> None:
    """The pipes may get the numbers of what is closed."""
    lines = "tell both 20 bash -c 'echo out; echo err >&2; exit 4'\ntell out 1 sleep 1000\ntell out 20 echo x\n"
    assert _bash(asking, lines, redirect=closed) == ["4 [out", "err]", "124 []", "0 [x]"]


def test_it_has_no_stream_of_the_script(asking: Path) -> None:
    """What cannot be ended would hold up who reads what the script says."""
    lines = (
        'fds() { for link in /proc/"${BASHPID}"/fd/*; do readlink -- "${link}"; done; }\n'
        'exec 2>"${OUT}.errors" >"${OUT}.output"\ntell both 20 fds\n'
    )
    said = _bash(asking, lines)
    assert any(line.startswith("pipe:") for line in said) or "pipe:" in said[0]
    assert not any("out.errors" in line or "out.output" in line for line in said)


def test_no_child_is_left_for_the_engine(asking: Path) -> None:
    """What takes the script's place has no children that it did not start."""
    lines = (
        "tell out 20 echo x\ntell out 1 sleep 1000\ntell out 20 echo y\n"
        'exec cat /proc/self/task/self/children >>"${OUT}"\n'
    ).replace("/proc/self/task/self/children", "/proc/$$/task/$$/children")
    assert _bash(asking, lines) == ["0 [x]", "124 []", "0 [y]"]


@pytest.mark.parametrize(
    "traps",
    [
        "",
        "trap 'echo ended >>\"${OUT}\"' EXIT; trap 'exit 143' TERM; trap 'exit 130' INT; trap 'exit 129' HUP\n",
    ],
    ids=["no traps", "traps"],
)
@pytest.mark.parametrize("group", [False, True], ids=["process", "group"])
@pytest.mark.parametrize("name", ["HUP", "INT", "TERM", "KILL"])
def test_a_signal_while_asking(name: str, group: bool, traps: str, asking: Path) -> None:
    """Ctrl-C, a shutdown, even SIGKILL: the script ends at once, and so does what it asked."""
    if group and name == "KILL":
        pytest.skip("nobody is left to end it")
    fifo = asking.with_name("begun")
    os.mkfifo(fifo)
    script = asking.with_name("script")
    script.write_text(
        asking.read_text()
        + traps
        + 'tell both 1000 bash -c \'sleep 1000 & echo "$$ $!" >"$BEGUN"; wait\'\n'
    )
    out = asking.with_name("out")
    with subprocess.Popen(
        ["bash", script],
        env={**os.environ, "OUT": str(out), "BEGUN": str(fifo)},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        pids = [int(pid) for pid in fifo.read_text().split()]
        number = getattr(signal, f"SIG{name}")
        (os.killpg if group else os.kill)(process.pid, number)
        assert process.stderr is not None
        assert process.stderr.read() == b""
        status = process.wait(timeout=30)
    expected = 128 + number if traps and name != "KILL" else -number
    assert status == expected
    assert out.exists() == bool(traps and name != "KILL")
    assert [pid for pid in pids if not has_ended(pid)] == []


@pytest.mark.parametrize("background", [False, True], ids=["foreground", "background"])
def test_on_a_terminal_that_stops_who_writes(background: bool, asking: Path) -> None:
    """`stty tostop`, in the foreground and behind: nothing stops, and no job is announced."""
    script = asking.with_name("script")
    script.write_text(
        asking.read_text()
        + "tell both 20 bash -c 'echo out; echo err >&2'\ntell out 1 sleep 1000\n"
        # Who asks for a password there gets none.
        + "tell out 1 bash -c 'read -r line </dev/tty; exit 5'\n"
    )
    out = asking.with_name("out")
    run = f"bash {script}" + (" & wait" if background else "")
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["OUT"] = str(out)
        os.execvp("bash", ["bash", "-c", f"stty tostop; set -m; {run}; echo end"])
    shown = b""
    while b"end" not in shown:
        try:
            shown += os.read(terminal, 1000)
        except OSError:
            break
    os.waitpid(pid, 0)
    os.close(terminal)
    assert b"Stopped" not in shown
    assert background or shown == b"end\r\n"
    *answered, last = out.read_text().splitlines()
    assert answered == ["0 [out", "err]", "124 []"]
    assert last in ("124 []", "5 []")


@pytest.mark.parametrize("name", ["INT", "TERM"])
def test_a_pull_has_no_limit_and_ends_with_the_launcher(name: str, tmp_path: Path) -> None:
    """A big image takes its time; whoever gives up leaves no pull behind."""
    host = Host(tmp_path, "docker")
    script = host.launcher("name: lab\nimage: debian:12\n")
    os.mkfifo(tmp_path / "begun")
    engine = (
        (host.bin / "docker")
        .read_text()
        .replace(
            '*" pull "*)', '*" pull "*) echo "$$" >"${BEGUN}"; exec sleep 1000;; *" nothing "*)'
        )
    )
    host.stand_in("docker", engine)
    process = host.start(script, IMAGE_MISSING="1", BEGUN=str(tmp_path / "begun"))
    pid = int((tmp_path / "begun").read_text())
    os.kill(process.pid, getattr(signal, f"SIG{name}"))
    status, lines = ended(process)
    assert status in (-getattr(signal, f"SIG{name}"), 128 + getattr(signal, f"SIG{name}"))
    assert lines == ["the image debian:12 is not on this host: pulling it"]
    assert has_ended(pid)
