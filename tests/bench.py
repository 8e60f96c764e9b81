"""``make bench``: start-up, memory and throughput, as ratios in one run.

Everything is timed as a whole process, in turn with what it is compared with, so that a machine
that speeds up or slows down does so for both; the ratio of each pair counts, and its median is
shown. The wheel is what users have, so that is what is timed. ``docs/speed.md`` keeps
a result.

Peers are compared where they are on PATH: composerize (npm), docker-compose-v2 (see
``.ci/install-engines``). They read the same service as our spec has.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
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
  - /usr/share:/usr/share
  - /usr/lib:/data:ro
  - {type: bind, source: /usr/intel, target: /usr/intel, optional: true}
mem_limit: 4g
outputs: {NAME.sh: script}
"""
# What a spec says that extends a shared one: its own image, port, mounts and limit.
CHILD = """\
extends: coder
name: bench
image: site/coder:2026
variables: {PORT: {type: port, default: 7861}}
environment: {LANG: C.UTF-8}
volumes:
  - /usr/share:/usr/share
  - /data/NAME:/data:ro
mem_limit: 4g
outputs: {NAME.sh: script}
"""
# The same for who reads command lines.
RUN_LINE = """\
docker run --rm --user 1000:1000 --env PORT=7860 --env LANG=C.UTF-8 --env http_proxy
 --env https_proxy --env no_proxy --publish 7860:7860 --cap-add SYS_ADMIN --device /dev/fuse
 --volume /usr/share:/usr/share --volume /usr/lib:/data:ro --volume /usr/intel:/usr/intel
 --memory 4g coder:latest
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
main(prog_name="bare")
"""
# The part of rendering that any generator from these templates has: nothing is read or checked.
BARE_RENDERING = """\
import sys, time
from coder_gen import render as rendering
from coder_gen.commands.common import compiling
from coder_gen.commands.common.settings import Settings
from coder_gen.targets.base import Request
from coder_gen.targets.launcher import machinery
kept = {}
def keep(template, /, **values):
    kept.update(values)
    return ""
machinery.render = keep
chosen = Settings()
chosen.file = sys.argv[1]
compiling.compile_target(compiling.load_project(chosen), "script", Request(), False)
template = rendering.environment(".sh.j2").get_template("script.sh.j2")
began = time.perf_counter(), time.process_time()
for _ in range(int(sys.argv[2])):
    template.render(kept)
print(time.perf_counter() - began[0], time.process_time() - began[1])
"""
Command = Sequence[str]


class Run(NamedTuple):
    """One process and its children: wall and processor seconds, and peak memory in MB."""

    wall: float
    cpu: float
    memory: float = 0.0


def run(command: Command, cwd: Path | None = None, env: dict[str, str] | None = None) -> Run:
    """Run to the end and measure; a failure ends the bench."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{shlex.join(command)}: status {process.returncode}\n{said.decode()}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


class Bench(NamedTuple):
    """What is measured with: an installed wheel, a folder for files, how often."""

    tools: Path
    folder: Path
    runs: int

    @property
    def tool(self) -> str:
        """The installed command."""
        return str(self.tools / "coder-gen")

    def file(self, name: str, text: str) -> str:
        """Write a file; returns its path."""
        path = self.folder / name
        path.write_text(text, "utf-8")
        return str(path)


def row(
    job: str, beside: str, pairs: list[tuple[Run, Run]], goal: float, measured: str = "wall"
) -> None:
    """A line of the table: the median ratios, and whether the one that is measured met its goal."""
    ratios = {what: _ratio(pairs, what) for what in Run._fields}
    seconds = median(ours.wall for ours, _ in pairs)
    took = f"{seconds:.1f} s" if seconds > 1 else f"{seconds * 1000:.0f} ms"
    shown = " | ".join(f"{ratio:.2f}" if ratio else "" for ratio in ratios.values())
    met = "yes" if ratios[measured] <= goal else "no"
    print(f"| {job} | {beside} | {took} | {shown} | {goal:g}, {measured} | {met} |", flush=True)


def _ratio(pairs: list[tuple[Run, Run]], what: str) -> float:
    """The median of the pairs' ratios; 0 where the other side was not measured so."""
    both = [(getattr(ours, what), getattr(theirs, what)) for ours, theirs in pairs]
    return median(a / b if b else 0.0 for a, b in both)


def installed(folder: Path) -> Path:
    """A wheel of this tree, installed in an environment of its own; returns its bin folder."""
    environment = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip = [environment / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, str(ROOT), "podman-compose"], check=True)
    return environment / "bin"


class Fleet(NamedTuple):
    """Many small specs in one folder, each with an output of its own."""

    folder: Path
    names: list[str]

    def written(self, bench: Bench) -> Run:
        """Write every output, none of which is there yet, in one call."""
        for output in self.folder.glob("*.sh"):
            output.unlink()
        return run([bench.tool, "write", "-q", *self.names], self.folder)

    def rendered(self, bench: Bench) -> Run:
        """What bare rendering takes, for one spec as often as there are specs."""
        spec, count = str(self.folder / self.names[0]), str(len(self.names))
        code = [str(bench.tools / "python"), "-c", BARE_RENDERING, spec, count]
        said = subprocess.run(code, capture_output=True, text=True, check=True).stdout
        return Run(*map(float, said.split()))


def fleet(folder: Path, count: int, text: str = SPEC) -> Fleet:
    """Make the specs."""
    folder.mkdir()
    names = [f"{number}.yaml" for number in range(count)]
    for number, name in enumerate(names):
        (folder / name).write_text(text.replace("NAME", str(number)))
    return Fleet(folder, names)


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
        bench = Bench(installed(Path(name)), Path(name), given.runs)
        print("| Job | compared with | time | wall | cpu | memory | goal | met |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        _start_up(bench)
        _peers(bench)
        _fleet(bench, given.fleet)
        _sizes(bench)


def _start_up(bench: Bench) -> None:
    spec = bench.file("spec.yaml", SPEC)
    python = str(bench.tools / "python")
    bare, click = [python, bench.file("bare.py", BARE)], [python, bench.file("menu.py", BARE_CLICK)]
    jinja = "bare click + jinja2"

    def compare(job: str, ours: Command, beside: str, theirs: Command, goal: float) -> None:
        row(job, beside, _pairs(bench, ours, theirs), goal)

    pairs = _pairs(bench, [bench.tool, "script", "-f", spec], bare)
    row("`script`", jinja, pairs, 1.3)
    row("`script`", jinja, pairs, 1.25, "memory")
    compare("`compose`", [bench.tool, "compose", "-q", "-f", spec], jinja, bare, 1.3)
    menu = [*click, "--help"]
    for option in ("--help", "--version"):
        compare(f"`{option}`", [bench.tool, option], "bare click, `--help`", menu, 1.2)
    # What the shell calls at each press of the tab key.
    asked = {"COMP_WORDS": "x scr", "COMP_CWORD": "1"}
    ours = {"_CODER_GEN_COMPLETE": "bash_complete", **asked}
    theirs = {"_BARE_COMPLETE": "bash_complete", **asked}
    run([bench.tool], env=ours)
    pairs = [(run([bench.tool], env=ours), run(click, env=theirs)) for _ in range(bench.runs)]
    row("completion", "bare click, completion", pairs, 1.2)


def _pairs(bench: Bench, ours: Command, theirs: Command) -> list[tuple[Run, Run]]:
    """Each measured in turn, after a run of both that does not count."""
    run(ours)
    run(theirs)
    return [(run(ours), run(theirs)) for _ in range(bench.runs)]


def _peers(bench: Bench) -> None:
    """The same service, read from a spec by us and from what they read by others."""
    spec = str(bench.folder / "spec.yaml")
    made = {"compose": bench.folder / "docker-compose.yml", "env": bench.folder / ".env"}
    for command, path in made.items():
        subprocess.run([bench.tool, command, "-q", "-f", spec, "-o", str(path)], check=True)
    file = str(made["compose"])
    podman_compose = [str(bench.tools / "podman-compose"), "--dry-run", "-f", file, "config"]
    peers: tuple[tuple[str, list[str], float], ...] = (
        ("composerize", ["composerize", *shlex.split(RUN_LINE)], 0.6),
        ("podman-compose config", podman_compose, 0.7),
        ("docker compose config", ["docker-compose-v2", "-f", file, "config"], 1.0),
    )
    for name, command, goal in peers:
        if shutil.which(command[0]):
            row("`script`", name, _pairs(bench, [bench.tool, "script", "-f", spec], command), goal)
        else:
            print(f"{command[0]} is not on PATH: not compared", file=sys.stderr)


def _fleet(bench: Bench, count: int) -> None:
    """Many specs in one call, and what takes them further."""
    few = count // 10
    many, less = (fleet(bench.folder / f"fleet-{n}", n) for n in (count, few))
    children = fleet(bench.folder / "children", count, CHILD)
    job, child_job = f"`write`, {count:,} specs", f"`write`, {count:,} that extend `coder`"
    pairs = [(children.written(bench), many.written(bench)) for _ in range(max(1, bench.runs // 5))]
    row(job, "bare rendering of them", [(own, many.rendered(bench)) for _, own in pairs], 10)
    row(child_job, "bare rendering of them", [(c, children.rendered(bench)) for c, _ in pairs], 10)
    row(child_job, "as many without a parent", pairs, 1.3, "cpu")
    row(job, f"{few:,} specs", [(pairs[-1][1], less.written(bench))], 1.2, "memory")
    scripts = [f"{number}.sh" for number in range(few)]
    alone = run(
        [str(bench.tools / "shellcheck"), "-o", "all", "-S", "style", *scripts], less.folder
    )
    for words in (["lint", *scripts], ["check", *less.names]):
        ours = run([bench.tool, *words], less.folder)
        row(f"`{words[0]}`, {few:,} scripts", "shellcheck alone", [(ours, alone)], 1.2)


def _sizes(bench: Bench) -> None:
    files = {n: bench.file(f"volumes-{n}.yaml", many_volumes(n)) for n in (10_000, 1_000)}
    many, few = ([bench.tool, "script", "-f", file] for file in files.values())
    pairs = [(run(many), run(few)) for _ in range(max(3, bench.runs // 5))]
    row("`script`, 10,000 volumes", "1,000 volumes", pairs, 12)


if __name__ == "__main__":
    main()
