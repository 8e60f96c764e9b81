"""The built-in spec gives the engine what the original's hand-written launcher gave.

Flag for flag in meaning, on a host like the original's, but for the betterments in the table.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import pages
from tests.site_host import person, recorded, recorded_elsewhere

Setting = tuple[str, str]
PROXIES = {
    "http_proxy": "http://proxy.test:3128",
    "https_proxy": "http://proxy.test:3129",
    "no_proxy": "localhost,.test",
}
UPPER = {name.upper(): value for name, value in PROXIES.items()}
DISPLAY = {"DISPLAY": ":7"}
# Flags that stand alone; every other one takes the next word as its value.
ALONE = frozenset(["--rm", "-i", "-t", "--interactive", "--tty"])
LONG = {"-e": "--env", "-v": "--volume", "-p": "--publish"}


def original(shell: bool, env: dict[str, str]) -> list[str]:
    """The words of the original's `docker run`: seed/facts.md, run_coder_docker.sh."""
    who = person()
    port, second = env.get("PORT") or "7860", env.get("CODE_SERVER_PORT") or "9888"
    home = f"/nfs/site/home/{who.name}"
    words = ["run", *(["-it", "--rm", "--entrypoint", "/bin/bash"] if shell else [])]
    words += ["--user", f"{who.uid}:{who.gid}", "--security-opt", "seccomp=unconfined"]
    words += ["--cap-add=SYS_ADMIN", "--device", "/dev/fuse", "--ipc=host"]
    for name in PROXIES:
        words += ["-e", f"{name}={env.get(name, '')}"]
    if not shell:
        words += ["-e", f"PORT={port}", "-p", f"{port}:{port}", "-p", f"{second}:{second}"]
    words += ["-e", f"DISPLAY={env.get('DISPLAY', '')}"]
    for path in (home, "/nfs", "/usr/intel", "/tmp/.X11-unix"):
        words += ["-v", f"{path}:{path}"]
    return [*words, "coder:latest"]


def settings(words: list[str]) -> tuple[set[Setting], list[str]]:
    """The options as (flag, value), whichever way they are spelled, and what comes after them."""
    assert words[0] == "run"
    found: list[Setting] = []
    rest = iter(words[1:])
    for word in rest:
        if not word.startswith("-") or word == "--":
            return set(found), [word, *rest]
        flag, has_value, value = word.partition("=")
        if flag == "-it":
            found += [("--interactive", ""), ("--tty", "")]
        elif flag in ALONE:
            found.append((flag, ""))
        else:
            found.append((LONG.get(flag, flag), value if has_value else next(rest)))
    raise AssertionError("there is no image")


class Case(NamedTuple):
    """How the launcher is called."""

    shell: bool
    env: dict[str, str]


class Betterment(NamedTuple):
    """What is different from the original on purpose."""

    title: str
    change: Callable[[set[Setting], Case], set[Setting]]
    """Makes the original's options ours."""


def _mounts(options: set[Setting], case: Case) -> set[Setting]:
    return {
        ("--mount", f"type=bind,source={value.split(':')[0]},target={value.split(':')[1]}")
        if flag == "--volume"
        else (flag, value)
        for flag, value in options
    }


def _no_display(options: set[Setting], case: Case) -> set[Setting]:
    if "DISPLAY" in case.env:
        return options
    return {
        (flag, value)
        for flag, value in options
        if ".X11-unix" not in value and not value.startswith("DISPLAY=")
    }


def _by_name(options: set[Setting], case: Case) -> set[Setting]:
    names = {f"{name}={case.env.get(name, '')}": name for name in (*PROXIES, "DISPLAY")}
    return {(flag, names.get(value, value)) for flag, value in options}


def _set_only(options: set[Setting], case: Case) -> set[Setting]:
    return {o for o in options if not (o[1] in PROXIES and o[1] not in case.env)}


def _upper(options: set[Setting], case: Case) -> set[Setting]:
    return options | {("--env", name) for name in UPPER if name in case.env}


def _never_pull(options: set[Setting], case: Case) -> set[Setting]:
    return options | {("--pull", "never")}


def _identity(options: set[Setting], case: Case) -> set[Setting]:
    who = person()
    labels = {("--label", "coder-gen.environment=coder"), ("--label", f"coder-gen.owner={who.uid}")}
    return options | labels | (set() if case.shell else {("--name", f"coder-{who.uid}")})


def _terminal(options: set[Setting], case: Case) -> set[Setting]:
    return options - {("--tty", "")}


# In the order in which they apply; docs/differences.md says why.
BETTERMENTS = (
    Betterment("`--mount`, not `-v`", _mounts),
    Betterment("the display and its socket only if `DISPLAY` is set", _no_display),
    Betterment("`--env NAME`, not `NAME=VALUE`, for variables of the host", _by_name),
    Betterment("a proxy that is not set is not passed on", _set_only),
    Betterment("the upper-case spellings of the proxies too, if they are set", _upper),
    Betterment("`--pull never`", _never_pull),
    Betterment("a name and two labels", _identity),
    # This test has no terminal; tests/e2e has one.
    Betterment("`--tty` only on a terminal", _terminal),
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that the ordinary user of the namespace reaches, with the built-in spec's script."""
    with tempfile.TemporaryDirectory(prefix="cg-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        argv = [sys.executable, "-m", "coder_gen", "script"]
        script = subprocess.run(argv, cwd=folder, check=True, capture_output=True).stdout
        (folder / "run.sh").write_bytes(script)
        (folder / "run.sh").chmod(0o755)
        yield folder


@pytest.mark.parametrize("ports", [{}, {"PORT": "7999", "CODE_SERVER_PORT": "9999"}], ids=len)
@pytest.mark.parametrize("proxies", [{}, PROXIES, {**PROXIES, **UPPER}], ids=len)
@pytest.mark.parametrize("display", [{}, DISPLAY], ids=["no display", "display"])
@pytest.mark.parametrize("shell", [False, True], ids=["service", "shell"])
def test_the_engine_gets_what_the_original_gave_it(
    shell: bool,
    display: dict[str, str],
    proxies: dict[str, str],
    ports: dict[str, str],
    folder: Path,
) -> None:
    """Every option in meaning, and the same image with no command, in both modes."""
    env = {**display, **proxies, **ports}
    mode = ["--shell"] if shell else []
    words = recorded(folder, folder / "run.sh", ["--no-preflight", *mode], env)
    expected, image = settings(original(shell, env))
    for betterment in BETTERMENTS:
        expected = betterment.change(expected, Case(shell, env))
    found, rest = settings(words)
    assert found == expected
    # `--` before the image: whatever its name begins with, it is no option.
    assert rest == ["--", *image]


def test_options_come_once_and_in_the_originals_order(folder: Path) -> None:
    """A reader of both scripts finds the options at the same places."""
    env = {**DISPLAY, **PROXIES}
    words = recorded(folder, folder / "run.sh", ["--no-preflight"], env)
    flags = [word for word in words if word.startswith("--") and word != "--"]
    shared = ["--user", "--security-opt", "--cap-add", "--device", "--ipc"]
    assert [flag for flag in flags if flag in shared] == shared
    mounts = [word for word in words if word.startswith("type=bind")]
    assert [mount.split("target=")[1] for mount in mounts] == [
        f"/nfs/site/home/{person().name}",
        "/nfs",
        "/usr/intel",
        "/tmp/.X11-unix",
    ]


def test_a_host_without_the_sites_folders_starts_it_too(folder: Path) -> None:
    """The mounts are optional: elsewhere the same script starts, without them."""
    words = recorded_elsewhere(folder, folder / "run.sh", ["--no-preflight"], {})
    found, rest = settings(words)
    assert [value for flag, value in found if flag == "--mount"] == []
    assert rest == ["--", "coder:latest"]


@pytest.mark.parametrize("betterment", BETTERMENTS, ids=lambda b: b.change.__name__)
def test_each_betterment_is_one(betterment: Betterment) -> None:
    """The table says no more than it has to: each line changes something somewhere."""
    cases = [Case(shell, env) for shell in (False, True) for env in ({}, {**DISPLAY, **UPPER})]
    changed = False
    for case in cases:
        before, _ = settings(original(case.shell, case.env))
        for each in BETTERMENTS:
            after = each.change(before, case)
            changed = changed or (each is betterment and after != before)
            before = after
    assert changed


def test_the_page_lists_each_betterment() -> None:
    """docs/differences.md has these lines and no others, each with its reason."""
    page = (pages.ROOT / "docs" / "differences.md").read_text("utf-8")
    _, table, *_ = page.split("\n| --- | --- |\n")
    rows = [line.strip("| ").split(" | ") for line in table.split("\n\n")[0].splitlines()]
    assert [row[0] for row in rows] == [betterment.title for betterment in BETTERMENTS]
    assert all(len(row) == 2 and row[1] for row in rows)
