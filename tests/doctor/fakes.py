"""A host that says what a test wants, for what this kind of machine cannot be made to have."""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from typing import Any

from coder_gen.doctor.context import CheckContext
from coder_gen.doctor.model import CheckFinding
from coder_gen.doctor.registry import BY_ID
from coder_gen.engines.registry import engine as find_engine
from coder_gen.expression import Parts
from coder_gen.host.probe import Answer, Look, Process, User
from coder_gen.language.load import Options, load
from coder_gen.plan import plans
from coder_gen.text.diagnostics import Reporter

ME = User(1000, 1000, "me", (1000,), "/home/me")
FOLDER = Look(kind="folder", mode=0o40755, uid=1000, gid=1000, readable=True, writable=True,
              free=1 << 40, total=1 << 41)  # fmt: skip
ABSENT = Look(errno=errno.ENOENT)


class FakeProbe:
    """Answers from tables; what no table has is not there."""

    def __init__(
        self,
        *,
        environment: Mapping[str, str] | None = None,
        user: User = ME,
        programs: tuple[str, ...] = (
            "bash",
            "docker",
            "podman",
            "apptainer",
            "ss",
            "xhost",
            "xauth",
        ),
        answers: Mapping[str, Answer | str] | None = None,
        looks: Mapping[str, Look] | None = None,
        files: Mapping[str, str] | None = None,
        folders: Mapping[str, tuple[str, ...]] | None = None,
        groups: Mapping[int, tuple[str, tuple[str, ...]]] | None = None,
        refused: Mapping[str, str] | None = None,
        name_servers: tuple[str, ...] = (),
        opened: int = 0,
    ) -> None:
        self.environment: Mapping[str, str] = dict(environment or {})
        self.user = user
        self.seconds = 1.0
        self.now = 1_800_000_000.0
        self.machine = "x86_64"
        self.processors = 8
        self.memory = 16 << 30
        self._programs = programs
        self._answers = answers or {}
        self._looks = looks or {}
        self._files = files or {}
        self._folders = folders or {}
        self._groups = groups or {}
        self._refused = refused or {}
        self._name_servers = name_servers
        self._opened = opened
        self.asked: list[str] = []

    def which(self, program: str) -> str | None:
        return f"/usr/bin/{program}" if program in self._programs else None

    def run(self, *argv: str) -> Answer:
        line = " ".join(argv)
        self.asked.append(line)
        for start, answer in self._answers.items():
            if line.startswith(start):
                return answer if isinstance(answer, Answer) else Answer(0, answer)
        return Answer(1, stderr="not known")

    def look(self, path: str) -> Look:
        return self._looks.get(path, ABSENT)

    def looks(self, paths: Sequence[str]) -> list[Look]:
        return [self.look(path) for path in paths]

    def read(self, path: str) -> str | None:
        return self._files.get(path)

    def names(self, folder: str) -> tuple[str, ...]:
        return self._folders.get(folder, ())

    def opened(self, path: str) -> int:
        return self._opened

    def holder(self, inode: str) -> Process | None:
        return Process("server", 42) if inode == "4242" else None

    def is_own_address(self, address: str) -> bool:
        return address.startswith("127.")

    def connect(self, address: str, port: int) -> str:
        return self._refused.get(f"{address}:{port}", self._refused.get(address, ""))

    def greet_display(self, address: str, port: int, name: bytes, cookie: bytes) -> str:
        return self._refused.get("display", "")

    def ask_name_server(self, address: str) -> bool:
        return address in self._name_servers

    def resolve(self, name: str) -> str:
        return ""

    def fetch(self, url: str) -> str:
        return self._refused.get(url, "")

    def group_name(self, gid: int) -> str | None:
        return self._groups[gid][0] if gid in self._groups else None

    def group_members(self, gid: int) -> tuple[str, ...]:
        return self._groups[gid][1] if gid in self._groups else ()


DOCKER = {
    "docker version": '{"Client": {"Version": "27.1.0"}, "Server": {"Version": "20.10.24"}}',
}


def docker(info: str = "{}", **answers: str) -> dict[str, Answer | str]:
    """A daemon that answers, with what `docker info` says."""
    more = {name.replace("_", " "): answer for name, answer in answers.items()}
    return {**DOCKER, "docker info": info, **more}


def context(spec: str, engine: str = "docker", uid: int = 1000) -> CheckContext:
    """The default mode of a spec, on a fake host."""

    def nothing(path: str) -> bytes:
        raise FileNotFoundError(path)

    project = load("coder.yaml", spec.encode(), Options(), nothing)
    reporter = Reporter()
    plan = plans(project, reporter)[project.default_mode]
    reporter.stop_if_failed()
    # What the language has built in is the fake host's, too.
    built_in: dict[str, Parts] = {"UID": (str(uid),), "USER": ("me",)}
    return CheckContext(project, plan, find_engine(engine), "/here", uid, built_in)


SMALL = "name: x\nimage: coder:latest\nuser: host\n"


def find(
    check: str, probe: FakeProbe, spec: str = SMALL, engine: str = "docker"
) -> list[CheckFinding]:
    """What one check finds; a check that has nothing to look at is a fault of the test."""
    subject = context(spec, engine, probe.user.uid)
    assert BY_ID[check].needs.met(subject)
    return BY_ID[check].run(subject, probe)


def one(check: str, probe: FakeProbe, spec: str = SMALL, engine: str = "docker") -> CheckFinding:
    """The only finding of a check."""
    (finding,) = find(check, probe, spec, engine)
    return finding


def record(finding: CheckFinding) -> Any:
    """A finding without its place."""
    return finding.status, finding.message
