"""Making a launcher from a spec and running it as a user does, with a limit on every wait."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from tests.e2e import host
from tests.e2e.engines import Docker
from tests.e2e.users import User

TOOL = (sys.executable, "-m", "coder_gen")


def generate(folder: Path, *args: str, env: Mapping[str, str] | None = None) -> str:
    """What coder-gen prints in a folder; the spec is the folder's coder.yaml if there is one."""
    done = subprocess.run(
        [*TOOL, *args],
        cwd=folder,
        env=host.plain_environment() if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_script(folder: Path, spec: str | None = None, *args: str) -> Path:
    """The folder's run.sh, made from a spec's text, or from the built-in spec."""
    if spec is not None:
        (folder / "coder.yaml").write_text(spec, encoding="utf-8")
    script = folder / "run.sh"
    script.write_text(generate(folder, "script", *args), encoding="utf-8")
    script.chmod(0o755)
    return script


def run(
    argv: list[str | Path],
    env: Mapping[str, str],
    *,
    user: User | None = None,
    groups: tuple[int, ...] = (),
    stdin: str = "",
    cwd: Path | None = None,
    timeout: float = 60.0,
) -> subprocess.CompletedProcess[str]:
    """Run a launcher to its end, without a terminal."""
    return subprocess.run(
        [str(arg) for arg in argv],
        env=user.environment(env) if user else dict(env),
        cwd=cwd,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=timeout,
        check=False,
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=list(groups) if user else None,
    )


class Launcher:
    """A launcher in the background. Leaving the context ends it: by SIGTERM, then by SIGKILL."""

    def __init__(
        self,
        argv: list[str | Path],
        env: Mapping[str, str],
        logs: Path,
        *,
        user: User | None = None,
        groups: tuple[int, ...] = (),
        cwd: Path | None = None,
    ) -> None:
        number = len(list(logs.glob("launcher-*.err")))
        self._out, self._err = logs / f"launcher-{number}.out", logs / f"launcher-{number}.err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process: subprocess.Popen[bytes] = subprocess.Popen(
                [str(arg) for arg in argv],
                env=user.environment(env) if user else dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
                user=user.uid if user else None,
                group=user.gid if user else None,
                extra_groups=list(groups) if user else None,
            )

    @property
    def output(self) -> str:
        """What it wrote to standard output so far."""
        return self._out.read_text(encoding="utf-8", errors="replace")

    @property
    def errors(self) -> str:
        """What it wrote to standard error so far."""
        return self._err.read_text(encoding="utf-8", errors="replace")

    def until(self, condition: Callable[[], bool], what: str, timeout: float = 30.0) -> None:
        """Wait for a condition; fails at once where the launcher has ended without it."""

        def met() -> bool:
            ended = self.process.poll() is not None
            if condition():
                return True
            if ended:
                raise AssertionError(
                    f"ended with {self.process.returncode} before: {what}\n{self.errors}{self.output}"
                )
            return False

        try:
            host.wait_until(met, what, timeout)
        except TimeoutError as error:
            raise AssertionError(f"{error}\n{self.errors}{self.output}") from error

    def until_running(self, docker: Docker, name: str) -> None:
        """Wait until the engine says that the container of this name is up."""
        self.until(lambda: is_running(docker, name), f"{name} is running")

    def until_printed(self, text: str) -> None:
        """Wait until the container has printed a text."""
        self.until(lambda: text in self.output, f"the output has {text!r}")

    def signal(self, number: signal.Signals) -> None:
        """Signal the launcher's own process alone."""
        self.process.send_signal(number)

    def wait(self, timeout: float = 30.0) -> int:
        """The exit status."""
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"still running:\n{self.errors}{self.output}") from error

    def __enter__(self) -> Launcher:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        host.stop(self.process)


def is_running(docker: Docker, name: str) -> bool:
    """Whether a container of this name is up."""
    done = docker.run("container", "inspect", "--format", "{{.State.Running}}", name)
    return done.stdout.strip() == "true"


def lines_of(errors: str, script: str = "run.sh") -> list[str]:
    """The messages of a launcher that failed: every line is its own, none is bash's or Python's."""
    lines = errors.splitlines()
    for line in lines:
        assert line.startswith(f"{script}: "), errors
        assert ": line " not in line, errors
        assert "Traceback" not in line, errors
    return [line.removeprefix(f"{script}: ") for line in lines]
