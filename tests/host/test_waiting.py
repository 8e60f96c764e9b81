"""Nothing waits for ever: pipes that nobody writes to or reads, programs that do not answer, a file
system whose server is gone. Each has a limit, which is short here, and what is said names it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from coder_gen.commands.common import completions
from coder_gen.commands.common.settings import Settings
from coder_gen.host import engine_inspect, files, host_probe, linters, queries, writing
from tests import cli
from tests.robustness.hosts import LIMIT

_SHORT = 0.2


@pytest.fixture(autouse=True)
def _limits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for module, name in (
        (files, "PIPE_SECONDS"), (files, "STDIN_SECONDS"), (writing, "PIPE_SECONDS"),
        (engine_inspect, "SECONDS"), (linters, "SECONDS"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, _SHORT)
    monkeypatch.chdir(tmp_path)
    os.mkfifo("fifo")
    Path("coder.yaml").write_text("image: a\n")
    # Where a limit is missing, this ends the whole run, and says where it was.
    signal.alarm(LIMIT)
    yield
    signal.alarm(0)


# Each command that reads a file which the user names, with a pipe in its place.
_NAMED = (
    "script -f fifo", "compose -f fifo", "env -f fifo", "audit -f fifo", "explain -f fifo",
    "report -f fifo", "doctor -f fifo", "dockerfile -f fifo", "write fifo", "check fifo",
    "write -f fifo", "import fifo", "import fifo --check", "diff coder.yaml fifo",
    "diff fifo coder.yaml", "audit --script fifo", "audit --compose fifo", "lint fifo",
    "lint fifo.yaml", "lint -f fifo", "--exec --dry-run -f fifo",
)  # fmt: skip


@pytest.mark.parametrize("command", _NAMED)
def test_a_pipe_that_nobody_writes_to(command: str) -> None:
    os.link("fifo", "fifo.yaml")
    ran = cli.run(*command.split())
    assert ran.status in (2, 3) and ran.stdout == "", ran
    assert "fifo" in ran.stderr and "error[E001]" in ran.stderr, ran
    if not command.startswith("lint fifo"):  # which takes files only, and does not wait at all
        assert "nothing came for 0.2 seconds" in ran.stderr, ran


# What a spec names, or a command finds by itself: a pipe there is not waited for at all.
_FOUND = (
    "extends: ./fifo\n", "image: a\nenv_file: fifo\n", "image: a\nlabel_file: fifo\n",
    "image: a\nsecrets: {t: {file: fifo}}\n", "image: a\nsecurity_opt: [seccomp=fifo]\n",
    "image: a\nvolumes: ['./fifo:/t']\n",
)  # fmt: skip


@pytest.mark.parametrize("spec", _FOUND)
@pytest.mark.parametrize("command", ["script", "env", "audit", "doctor", "write", "check", "lint"])
def test_a_pipe_that_a_spec_names(spec: str, command: str) -> None:
    Path("coder.yaml").write_text(spec + "outputs: {run.sh: script, other/x: compose}\n")
    ran = cli.run(command)
    assert ran.status in (0, 1, 2, 3) and "fault of coder-gen" not in ran.stderr, ran
    if "extends" in spec:
        assert ran.status in (1, 2) and "fifo: not a regular file" in ran.stderr, ran


@pytest.mark.parametrize("command", ["write", "write --force", "check"])
def test_a_pipe_as_an_output(command: str) -> None:
    Path("coder.yaml").write_text("image: a\noutputs: {new.sh: script, fifo: script}\n")
    ran = cli.run(*command.split())
    assert ran.status in (1, 2) and "fifo" in ran.stderr + ran.stdout
    assert not Path("new.sh").exists()


@pytest.mark.parametrize(
    "command", ["script", "env", "audit", "report", "explain", "import coder.sh"]
)
def test_a_pipe_that_nobody_reads(command: str) -> None:
    Path("coder.sh").write_text("docker run a\n")
    ran = cli.run(*command.split(), "-q", "-o", "fifo")
    assert ran.status == 3 and "fifo: nobody read the pipe for 0.2 seconds" in ran.stderr, ran


def test_a_pipe_whose_reader_reads_no_further() -> None:
    Path("coder.yaml").write_text("image: a\nlabels: {a: '" + "x" * 300_000 + "'}\n")
    reader = os.open("fifo", os.O_RDONLY | os.O_NONBLOCK)
    ran = cli.run("script", "-o", "fifo")
    os.close(reader)
    assert ran.status == 3 and "fifo: nobody read on for 0.2 seconds" in ran.stderr, ran


def test_a_pipe_that_is_read_gets_it_all() -> None:
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(Path("fifo").read_bytes()))
    reader.start()
    ran = cli.run("script", "-o", "fifo")
    reader.join()
    assert ran.status == 0 and found[0].decode() == cli.run("script").stdout


def test_a_pipe_that_delivers_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Piece by piece, each in time, and longer than the limit in all."""
    monkeypatch.setattr(files, "PIPE_SECONDS", 30.0)
    pieces = [b"image: a\n", b"name: lab\n", b"tty: true\n"]
    gone = threading.Event()

    def write() -> None:
        with open("fifo", "wb", buffering=0) as file:
            for piece in pieces:
                file.write(piece)
        gone.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert files.read_spec("fifo") == ("fifo", b"".join(pieces))
    writer.join()


def _process(command: str, **more: object) -> subprocess.CompletedProcess[bytes]:
    program = f'"{sys.executable}" -m coder_gen {command}'
    return subprocess.run(["bash", "-c", program], capture_output=True, timeout=LIMIT)


def test_process_substitution_and_standard_input_are_read() -> None:
    for command in (
        "script -f <(echo image: a)", "script -f - < <(echo image: a)",
        "script -f /dev/stdin < <(echo image: a)", "script -f /dev/stdin <coder.yaml",
        "diff <(echo image: a) <(echo image: a)", "import <(echo docker run a)",
    ):  # fmt: skip
        done = _process(command)
        assert done.returncode == 0, (command, done)


def test_an_engine_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nor what it started, which holds the pipe after the engine was killed."""
    Path("bin").mkdir()
    for name in ("docker", "podman"):
        path = Path("bin", name)
        path.write_text("#!/bin/sh\nsleep 1000 &\necho $! >>pids\nexec sleep 1000\n")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    for engine in ("docker", "podman"):
        ran = cli.run("import", "--container", "x", "--engine", engine)
        assert ran.status == 3 and f"{engine}: it said nothing for 0.2 seconds" in ran.stderr, ran
    assert cli.run("import", "--container", "x").status == 3
    ran = cli.run("doctor", "--timeout", "0.3", "--only", "engine", "--only", "image")
    assert "the engine does not answer" in ran.stdout, ran


def test_a_program_that_does_not_answer_is_ended_with_what_it_started() -> None:
    """Both hold a pipe; its reader gets to the end once they are gone."""
    with open(os.open("fifo", os.O_RDONLY | os.O_NONBLOCK), "rb") as alive:
        held = "exec 9>fifo; sleep 1000 & exec sleep 1000"
        assert queries.ask(["/bin/sh", "-c", held], _SHORT).timed_out
        os.set_blocking(alive.fileno(), True)
        assert alive.read() == b""


def test_a_linter_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("slow").write_text("#!/bin/sh\nexec sleep 1000\n")
    Path("slow").chmod(0o755)
    Path("a.sh").write_text("#!/bin/sh\n")
    Path("a.yaml").write_text("services: {a: {image: a}}\n")
    slow = os.path.abspath("slow")
    monkeypatch.setattr(linters, "_program", lambda _: slow)
    monkeypatch.setattr(sys, "executable", slow)
    for name, linter in (("a.sh", "shellcheck"), ("a.yaml", "check-jsonschema")):
        ran = cli.run("lint", name)
        assert ran.status == 3 and f"{linter} does not answer: it said nothing" in ran.stderr, ran


def test_the_doctor_waits_for_no_file_and_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    host = host_probe.HostProbe(_SHORT)
    assert host.read("fifo") in (None, "")
    never = threading.Event()
    monkeypatch.setattr(host_probe, "_read", lambda _: never.wait(LIMIT) and None)
    monkeypatch.setattr(host_probe, "_names", lambda _: never.wait(LIMIT) and ())
    monkeypatch.setattr(host_probe, "_opened", lambda _: never.wait(LIMIT) and 0)
    monkeypatch.setattr(host, "_fetch", lambda _: never.wait(LIMIT) and "")
    assert host.read("x") is None and host.names("x") == ()
    assert os.strerror(host.opened("x")) == "Connection timed out"
    assert host.fetch("http://x") == "no answer in time"
    never.set()


def test_completion_waits_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither for a pipe nor for what the spec extends; and it reads no standard input."""
    monkeypatch.setattr(files, "PIPE_SECONDS", 1e9)
    for name in ("fifo", "-", "/dev/stdin", "nowhere"):
        chosen = Settings()
        chosen.file = name
        assert list(completions.candidates("mode", chosen)) == [], name
    Path("coder.yaml").write_text("extends: ./fifo\n")
    assert list(completions.candidates("mode", Settings())) == []
    Path("coder.yaml").write_text("image: a\nmodes: {jupyter: {}}\n")
    assert "jupyter" in list(completions.candidates("mode", Settings()))
    files.begin()


def test_the_workers_of_a_write_end_with_it(tmp_path: Path) -> None:
    """A command that was killed leaves no process that waits for work."""
    names = [f"{number}.yaml" for number in range(300)]
    for name in names:
        Path(name).write_text(f"image: a\noutputs: {{{name}.sh: script}}\n")
    words = [sys.executable, "-m", "coder_gen", "write", *names]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not list(tmp_path.glob("*.sh")):
            assert process.poll() is None
        process.kill()
        # The pipes end when the last process that holds them does.
        assert process.communicate(timeout=LIMIT) == (b"", b"")
    assert not list(tmp_path.glob(f"{writing.SCRATCH}*"))


# A file system that does not answer is a call that does not return, and cannot be interrupted.
_HUNG = """\
import os, sys, time
from coder_gen.host import files
from coder_gen import __main__
files.FILE_SECONDS = 0.2
real = os.open
def hung(path, *more, **named):
    if os.fspath(path).endswith("hung.yaml"):
        time.sleep(1000)
    return real(path, *more, **named)
os.open = hung
__main__.main()
"""


@pytest.mark.parametrize(
    "words",
    [["script", "-f", "hung.yaml"], ["script"], ["import", "hung.yaml"], ["lint", "hung.yaml"]],
)
def test_a_file_system_that_does_not_answer(words: list[str]) -> None:
    Path("coder.yaml").write_text("extends: ./hung.yaml\n")
    done = subprocess.run([sys.executable, "-c", _HUNG, *words], capture_output=True, timeout=LIMIT)
    assert done.returncode == 3 and done.stdout == b""
    assert done.stderr.startswith(b"error[E307]: hung.yaml does not answer: its file system")


_SLOW_READER = """\
import sys, time
from coder_gen.host import files
from coder_gen import __main__
files.FILE_SECONDS = 0.2
sys.argv[1:] = ["script", "-o", "/dev/stdout"]
__main__.main()
"""


def test_who_reads_slowly_is_waited_for() -> None:
    """A person in a pager is no file system that does not answer."""
    Path("coder.yaml").write_text("image: a\nlabels: {a: '" + "x" * 300_000 + "'}\n")
    with subprocess.Popen([sys.executable, "-c", _SLOW_READER], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(1)  # it writes, and has filled the pipe
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.0)  # longer than what a file system has
        process.stdout.read()
    assert process.returncode == 0


def test_each_thread_waits_for_its_own_file() -> None:
    """What one has ended is over, in whatever order the others end."""
    first, second = files.answers("a"), files.answers("b")
    first.__enter__()
    inner = threading.Thread(target=second.__enter__)
    inner.start()
    inner.join()
    first.__exit__(None, None, None)
    assert [path for path, _ in files._waiting.values()] == ["b"]
    files._waiting.clear()


def test_completion_ends_in_silence_there() -> None:
    Path("coder.yaml").write_text("extends: ./hung.yaml\n")
    code = _HUNG.replace(
        "files.FILE_SECONDS = 0.2",
        "from coder_gen.commands.common import completions\ncompletions.SECONDS = 0.2",
    )
    environment = {**os.environ, "_CODER_GEN_COMPLETE": "bash_complete",
                   "COMP_WORDS": "coder-gen script --mode ", "COMP_CWORD": "3"}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, timeout=LIMIT
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
