"""What a command line, and a launcher made from its import, really call the engine with.

Both are run by bash, with programs on PATH that write down their arguments and do nothing else.
"""

from __future__ import annotations

import os
import pty
import pwd
import shlex
import subprocess
from collections.abc import Iterable
from pathlib import Path

from coder_gen.engines.registry import engine as find_engine
from coder_gen.expression import literal
from coder_gen.importing.command.meaning import (
    Fact,
    Meaning,
    MeaningDifference,
    differences,
    meaning,
)
from coder_gen.language.load import Options, load
from coder_gen.plan import plans
from coder_gen.targets.base import Request
from coder_gen.targets.launcher import script
from coder_gen.text.diagnostics import Reporter
from coder_gen.text.positions import SourceFile, Span

NOWHERE = Span(SourceFile("<argv>", ""), 0, 0, 0)
# A host on which every variable that the corpus reads has a value.
ENVIRONMENT = {
    "USER": pwd.getpwuid(os.getuid()).pw_name,
    "HOME": "/home/me",
    "DISPLAY": ":7",
    "TOKEN": "t0k en",
    "http_proxy": "http://proxy.test:3128",
    "https_proxy": "http://proxy.test:3129",
    "NO_PROXY": "localhost",
    "A": "from-host",
    "B": "of-host",
}
_RECORDER = """#!/bin/bash
# Global options come before the verb.
while [[ ${{1-}} == -* ]]; do
	case $1 in --*=*) shift ;; *) shift 2 ;; esac
done
[[ ${{1-}} != container ]] || shift
case ${{1-}} in
run | create) printf '%s\\0' "$#" "$@" >>'{record}' ;;
esac
"""


class Host:
    """A folder of recording engines, and one to start things in."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "bin"
        self.work = folder / "work"
        self.record = folder / "record"
        self.uid, self.gid = os.getuid(), os.getgid()
        self.programs.mkdir()
        self.work.mkdir()
        for name in ("docker", "podman"):
            self._program(name, _RECORDER.format(record=self.record))
        self._program("sudo", '#!/bin/bash\nwhile [[ $1 == -* ]]; do shift; done\nexec "$@"\n')
        (self.work / "app.env").write_text("FROM_FILE=1\n")
        (self.work / "labels").write_text("from.file=1\n")

    def _program(self, name: str, text: str) -> None:
        (self.programs / name).write_text(text)
        (self.programs / name).chmod(0o755)

    def calls(self, script: str, *arguments: str) -> list[list[str]]:
        """The words after the verb of every run that a script comes to, at a terminal."""
        self.record.unlink(missing_ok=True)
        ours, theirs = pty.openpty()
        try:
            done = subprocess.run(
                ["bash", "-c", script, "run.sh", *arguments],
                env={**ENVIRONMENT, "PATH": f"{self.programs}:{os.environ['PATH']}"},
                cwd=self.work, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, timeout=60,
                check=False,
            )  # fmt: skip
        finally:
            os.close(ours)
            os.close(theirs)
        if not self.record.exists():
            raise AssertionError(f"nothing was started: {done.stderr.decode(errors='replace')}")
        words = self.record.read_bytes().decode("utf-8", "surrogateescape").split("\0")[:-1]
        found = []
        while words:
            count = int(words[0])
            found.append(words[2 : count + 1])
            words = words[count + 1 :]
        return found

    def meant(self, words: Iterable[str], engine: str = "docker") -> Meaning:
        """What the words after the verb mean to the engine, started here."""
        found = meaning([literal(word, NOWHERE) for word in words], find_engine(engine))
        facts = {self._here(name, value) for name, value in found.facts} - {None}
        if ("userns", "keep-id") in facts:
            # A launcher started by root leaves it out where the user is the caller.
            caller = ("user", f"{self.uid}:{self.gid}") in facts
            facts -= {("userns", "keep-id")} if self.uid == 0 and caller else set()
        return found._replace(facts=frozenset(fact for fact in facts if fact is not None))

    def _here(self, name: str, value: str) -> Fact | None:
        if name == "env":
            variable, _, text = value.partition("=")
            if text == f"${{{variable}}}":  # passed on by its name
                here = ENVIRONMENT.get(variable)
                return None if here is None else (name, f"{variable}={here}")
        if name in ("env-file", "label-file"):
            paths = (os.path.normpath(self.work / path) for path in shlex.split(value))
            return name, shlex.join(paths)
        if name == "security-opt" and value.startswith("seccomp=") and value.endswith(".json"):
            return name, "seccomp=" + os.path.normpath(self.work / value.removeprefix("seccomp="))
        return name, value

    def changed(
        self, original: Iterable[str], now: Iterable[str], engine: str = "docker"
    ) -> list[MeaningDifference]:
        """What a launcher's call means otherwise than the original's, but for its own marks."""
        before, after = self.meant(original, engine), self.meant(now, engine)
        named = any(name == "name" for name, _ in before.facts)
        facts = {
            (name, value)
            for name, value in after.facts
            if not (name == "label" and value.startswith("coder-gen."))
            and (named or name != "name")
        }
        return differences(before, after._replace(facts=frozenset(facts)))


def launcher(spec: str, engine: str) -> str:
    """The script that a spec's text compiles to."""
    project = load("coder.yaml", spec.encode(), Options(), lambda name: b"")
    reporter = Reporter()
    made = script.compile(project, plans(project, reporter), Request(engine), reporter)
    reporter.stop_if_failed()
    return made.text
