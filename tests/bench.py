"""``make bench``: start-up, memory and throughput, as ratios in one run.

Everything is timed as a whole process, in turn with what it is compared with, so that a machine
that speeds up or slows down does so for both; the ratio of each pair counts, and its median is
shown. The wheel is what users have, so that is what is timed.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SPEC = """\
name: bench
image: coder:latest
user: host
variables: {PORT: {type: port, default: 7860}}
environment: {PORT: "${PORT}", LANG: C.UTF-8}
forward_environment: [http_proxy, https_proxy, no_proxy]
ports: ["${PORT}:${PORT}"]
cap_add: [SYS_ADMIN]
devices: [/dev/fuse]
volumes:
  - /nfs:/nfs
  - /data:/data:ro
  - {type: bind, source: /usr/intel, target: /usr/intel, optional: true}
mem_limit: 4g
outputs: {NAME.sh: script}
"""
BARE = """\
import click, jinja2
template = jinja2.Environment().from_string("hello {{ x }}\\n")
@click.command()
def main():
    click.echo(template.render(x=1))
main()
"""
BARE_CLICK = """\
import click
@click.group()
def main():
    "A bare program."
@main.command()
def command():
    pass
main()
"""
RUN_LINE = "docker run --rm -p 7860:7860 -v /nfs:/nfs -e LANG=C.UTF-8 -m 4g coder:latest"
Command = Sequence[str]


class Run(NamedTuple):
    """One process: wall seconds, and peak memory in MB."""

    wall: float
    peak: float


def run(command: Command, cwd: Path | None = None) -> Run:
    """Run to the end and measure; a failure ends the bench."""
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}: status {process.returncode}\n{said.decode()}")
    return Run(wall, usage.ru_maxrss / 1024)


def compare(name: str, ours: Command, theirs: Command, goal: float, runs: int) -> None:
    """Print the median ratio of wall time, and of peak memory, pair by pair."""
    run(ours)
    run(theirs)
    pairs = [(run(ours), run(theirs)) for _ in range(runs)]
    wall = median(a.wall / b.wall for a, b in pairs)
    peak = median(a.peak / b.peak for a, b in pairs)
    row(name, median(a.wall for a, _ in pairs), wall, goal, f"memory x{peak:.2f}")


def row(name: str, seconds: float, ratio: float, goal: float | None, note: str = "") -> None:
    """One line of the result."""
    verdict = "" if goal is None else f"goal {goal:.2f} {'met' if ratio <= goal else 'MISSED'}"
    print(f"{name:<44} {seconds * 1000:8.0f} ms  x{ratio:5.2f}  {verdict:<16} {note}", flush=True)


def installed(folder: Path) -> Path:
    """A wheel of this tree, installed in an environment of its own; returns its bin folder."""
    environment = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip = [environment / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, str(ROOT), "podman-compose"], check=True)
    return environment / "bin"


def specs(folder: Path, count: int) -> list[str]:
    """Files with small specs, each with an output of its own."""
    folder.mkdir()
    for number in range(count):
        (folder / f"{number}.yaml").write_text(SPEC.replace("NAME", str(number)))
    return [f"{number}.yaml" for number in range(count)]


def fleet(tools: Path, scratch: Path, count: int) -> Run:
    """Compile many specs to scripts in one call."""
    folder = scratch / f"fleet-{count}"
    return run([str(tools / "coder-gen"), "write", "-q", *specs(folder, count)], folder)


def bare_rendering(tools: Path, count: int) -> float:
    """Seconds to render the same template that often, on one core, and nothing else."""
    code = (
        "import sys, time\n"
        "from coder_gen.commands.compiling import load_project\n"
        "from coder_gen.commands.settings import Settings\n"
        "from coder_gen.targets import script\n"
        "from coder_gen import render as r\n"
        "from coder_gen.commands import compiling\n"
        "from coder_gen.targets.base import Request\n"
        "kept = {}\n"
        "def keep(template, /, **values):\n"
        "    kept.update(values)\n"
        "    return ''\n"
        "script.render = keep\n"
        "chosen = Settings(); chosen.file = sys.argv[1]\n"
        "compiling.compile_target(load_project(chosen), 'script', Request(), False)\n"
        "template = r.environment('.sh.j2').get_template('script.sh.j2')\n"
        "began = time.perf_counter()\n"
        f"for _ in range({count}): template.render(kept)\n"
        "print(time.perf_counter() - began)\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder, "0.yaml")
        spec.write_text(SPEC.replace("NAME", "0"))
        done = subprocess.run(
            [tools / "python", "-c", code, spec], capture_output=True, text=True, check=True
        )
    return float(done.stdout)


def many_volumes(count: int) -> str:
    """A spec with that many volumes."""
    lines = [f"  - /data/{n}:/data/{n}" for n in range(count)]
    return "\n".join(["image: coder:latest", "volumes:", *lines, ""])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--fleet", type=int, default=10_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        tools = installed(scratch)
        _start_up(tools, scratch, given.runs)
        _throughput(tools, scratch, given.fleet, given.runs)
    print(
        f"peak of this bench itself: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"
    )


def _start_up(tools: Path, scratch: Path, runs: int) -> None:
    python, tool = str(tools / "python"), str(tools / "coder-gen")
    files = {"spec.yaml": SPEC, "bare.py": BARE, "click.py": BARE_CLICK}
    for file, text in files.items():
        (scratch / file).write_text(text)
    (scratch / "bare_click.py").write_text(BARE_CLICK)
    (scratch / "click.py").unlink()
    spec, bare = str(scratch / "spec.yaml"), [python, str(scratch / "bare.py")]
    script = [tool, "script", "-f", spec]
    compare("script : bare click + jinja2", script, bare, 1.3, runs)
    compare("compose : bare click + jinja2", [tool, "compose", "-q", "-f", spec], bare, 1.3, runs)
    bare_help = [python, str(scratch / "bare_click.py"), "--help"]
    compare("--help : bare click", [tool, "--help"], bare_help, 1.2, runs)
    compare("--version : bare click", [tool, "--version"], bare_help, 1.2, runs)
    made = scratch / "docker-compose.yml"
    made.write_text("services: {a: {image: 'coder:latest', ports: ['7860:7860']}}\n")
    peers: dict[str, tuple[list[str], float]] = {
        "composerize": (["composerize", RUN_LINE], 0.6),
        "podman-compose config": ([str(tools / "podman-compose"), "--dry-run", "-f", str(made), "config"], 0.7),
        "docker compose config": (["docker-compose-v2", "-f", str(made), "config"], 1.0),
    }  # fmt: skip
    for name, (command, goal) in peers.items():
        if shutil.which(command[0]):
            compare(f"script : {name}", script, command, goal, runs)
        else:
            print(f"script : {name:<35} not on PATH, not compared")


def _throughput(tools: Path, scratch: Path, count: int, runs: int) -> None:
    many, few = fleet(tools, scratch, count), fleet(tools, scratch, count // 10)
    bare = bare_rendering(tools, count)
    row(f"{count:,} specs : bare rendering, one core", many.wall, many.wall / bare, 10.0)
    row(f"memory {count:,} : {count // 10:,} specs", many.wall, many.peak / few.peak, 1.2)
    for number in (10_000, 1_000):
        (scratch / f"volumes-{number}.yaml").write_text(many_volumes(number))

    def volumes(number: int) -> Callable[[], Run]:
        command = [
            str(tools / "coder-gen"),
            "script",
            "-f",
            str(scratch / f"volumes-{number}.yaml"),
        ]
        return lambda: run(command)

    ratios = [volumes(10_000)().wall / volumes(1_000)().wall for _ in range(max(3, runs // 5))]
    row("10,000 volumes : 1,000 volumes", 0.0, median(ratios), 12.0)
    folder = scratch / f"fleet-{count // 10}"
    scripts = [f"{n}.sh" for n in range(min(1000, count // 10))]
    shellcheck = [str(tools / "shellcheck"), "-o", "all", "-S", "style", *scripts]
    alone = run(shellcheck, folder)
    lint = run([str(tools / "coder-gen"), "lint", *scripts], folder)
    row(f"lint of {len(scripts)} scripts : shellcheck", lint.wall, lint.wall / alone.wall, 1.2)
    check = run(
        [str(tools / "coder-gen"), "check", *[f"{n}.yaml" for n in range(len(scripts))]], folder
    )
    row(f"check of {len(scripts)} scripts : shellcheck", check.wall, check.wall / alone.wall, 1.2)


if __name__ == "__main__":
    main()
