"""Stand-in engines: programs that note how they are called, and answer as the real ones do."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests import cli

# Notes its arguments, a line a call; its first file argument ending in .sif is the image. `hook` in
# the state folder is what a container does.
_ENGINE = r"""#!/bin/bash
state=${0%/*}/state engine=${0##*/}
note() { printf '%s\0' "${engine}" "$@" 'that is all' >>"${state}/calls"; }
container() {
	note "$@"
	[[ ! -e ${state}/hook ]] || { source "${state}/hook"; }
}
case ${engine}:$1:$2 in
*:run:--help | *:instance:run) [[ $* != *--help* ]] || { echo --no-eval; exit 0; } ;;&
*:version:*) echo 24.0 ;;
*:info:*) echo "${state}" ;;
*:context:*) echo unix:///var/run/docker.sock ;;
*:buildx:*) echo v0.11 ;;
*:image:inspect) [[ ! -e ${state}/no-image ]] && echo 1048576 ;;
*:container:inspect) exit 1 ;;
*:ps:* | *:pull:* | *:port:*) ;;
*:save:*) note "$@"; while (($# > 1)); do [[ $1 != --output ]] || : >"$2"; shift; done ;;
*:build:*)
	container "$@"
	[[ ${engine} != apptainer ]] || : >"$2"
	;;
*:inspect:*) echo '{}' ;;
*:instance:list)
	echo 'INSTANCE NAME    PID    IP    IMAGE'
	for file in "${state}"/instances/*; do [[ ! -e ${file} ]] || echo "${file##*/}    1    -    i.sif"; done
	;;
*:instance:stop)
	note "$@"
	rm -- "${state}/instances/${!#}"
	;;
*:instance:run)
	container "$@"
	for ((i = 1; i < $#; i++)); do
		[[ ${!i} != *.sif ]] || { ((i++)); : >"${state}/instances/${!i}"; break; }
	done
	;;
*:run:* | *:exec:*) container "$@" ;;
*) note unexpected "$@"; exit 125 ;;
esac
"""


class Host(NamedTuple):
    """A host of its own: its programs, what was called, and a folder for launchers."""

    folder: Path
    env: Mapping[str, str]

    @property
    def state(self) -> Path:
        """What the stand-ins know."""
        return self.folder / "bin" / "state"

    @property
    def runtime(self) -> Path:
        """The session's own folder."""
        return self.folder / "runtime"

    def calls(self) -> list[list[str]]:
        """What was asked for that is more than a question, with the engine's name first."""
        file = self.state / "calls"
        text = file.read_text("utf-8", "surrogateescape") if file.exists() else ""
        return [call.split("\0")[:-1] for call in text.split("that is all\0")[:-1]]

    def hook(self, code: str) -> None:
        """What a container does: lines of bash, with the engine's arguments."""
        (self.state / "hook").write_text(code + "\n")

    def launcher(self, spec: str, *options: str, target: str = "script") -> Path:
        """The launcher of a spec, with an image file beside it."""
        (self.folder / "coder.yaml").write_text(spec, "utf-8")
        made = cli.run(target, "-f", str(self.folder / "coder.yaml"), "--quiet", *options)
        assert made.status == 0, made.stderr
        path = self.folder / "run.sh"
        path.write_text(made.stdout, "utf-8")
        path.chmod(0o755)
        (self.folder / "i.sif").touch()
        return path

    def argv(self, launcher: Path, *words: str) -> list[str]:
        """How a launcher is started, with a bash that reads nobody's settings."""
        return ["bash", str(launcher), *words]

    def run(
        self, launcher: Path, *words: str, before: Sequence[str] = (), **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Start a launcher and wait for its end."""
        return subprocess.run(
            [*before, *self.argv(launcher, *words)],
            env={**self.env, **env},
            cwd=launcher.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=120,
            check=False,
        )

    def begin(self, launcher: Path, *words: str, **env: str) -> subprocess.Popen[str]:
        """Start a launcher, and go on."""
        return subprocess.Popen(
            self.argv(launcher, *words),
            env={**self.env, **env},
            cwd=launcher.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def left(self) -> list[str]:
        """What lies in the session's folder, but for this user's own and claims of names there.

        A claim is a link to nothing, which means nothing once its process has ended.
        """
        own = f"coder-gen-{os.getuid()}"
        found = (
            path.relative_to(self.runtime).as_posix()
            for path in self.runtime.rglob("*")
            if not (path.parent.name == "names" and path.is_symlink())
        )
        return sorted(name for name in found if name not in (own, f"{own}/names"))


def host(folder: Path, *engines: str) -> Host:
    """A host that has these engines, and otherwise the programs of every host."""
    state = folder / "bin" / "state"
    (state / "instances").mkdir(parents=True)
    for engine in engines:
        program = folder / "bin" / engine
        program.write_text(_ENGINE)
        program.chmod(0o755)
    for name, mode in (("home", 0o755), ("runtime", 0o700)):
        (folder / name).mkdir(mode=mode)
    env = {
        "PATH": f"{folder}/bin:/usr/bin:/bin",
        "HOME": str(folder / "home"),
        "XDG_RUNTIME_DIR": str(folder / "runtime"),
        "LC_ALL": "C.UTF-8",
    }
    return Host(folder, env)
