"""A script has the modules that it needs, whole, and no others: for every engine and combination."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from coder_gen.engines.names import AUTO, NAMES
from coder_gen.engines.registry import by_program, engines
from coder_gen.targets.launcher.machinery import MODULE_OF, NEEDS
from tests import cli, golden
from tests.targets.launcher.bash_functions import Functions, functions

BUILTINS = frozenset(
    [
        *(":", "[", "break", "cd", "command", "continue", "echo", "exec", "exit", "kill", "printf"),
        *("pwd", "read", "return", "set", "shift", "trap", "true", "false", "ulimit", "umask"),
        *("unset", "wait", "export", "local", "type", "shopt", "declare"),
        # The grammar takes the braces of `if { ...; } 2>file` for commands.
        *("{", "}"),
    ]
)
# What launchers and their companions ask of a host; a new one is a new dependency.
PROGRAMS = frozenset(
    [
        *("bash", "cat", "chmod", "cp", "df", "dirname", "du", "env", "getent", "grep", "id", "ln"),
        *(
            "install",
            "mkdir",
            "mktemp",
            "mv",
            "readlink",
            "rm",
            "rmdir",
            "sha256sum",
            "sleep",
            "ss",
        ),
        *("stat", "tail", "tar", "uname", "xauth", "xhost", "curl", "wget", "unzip", "python3"),
        "git",
        *by_program(),
    ]
)
# Modules that do what they are for where they are read.
WITHOUT_A_CALL = ("own_file",)
ENGINES = (*NAMES, AUTO)
FLAGS = {
    "x11": [None, "host", "user", "cookie"],
    "secrets": [None, "{token: {environment: TOKEN}}"],
    "stdin_open": [None, "true"],
    "tty": [None, "true"],
    "user": [None, "host"],
    "entrypoint": [None, "[/bin/sh]"],
    "ulimits": [None, "{nofile: 1024}"],
    "mem_limit": [None, "1g"],
    "env_file": [None, "e.env", "[{path: e.env, required: false}]"],
    "forward_environment": [None, "[http_proxy]"],
    "devices": [None, "[/dev/fuse]"],
    "ports": [None, '["8080:80"]'],
    "tmpfs": [None, "[/run/x]"],
    "volumes": [
        None,
        '["/srv:/srv"]',
        '["data:/data"]',
        "[{type: bind, source: /srv, target: /srv, optional: true}]",
        "[{type: bind, source: /srv, target: /srv, bind: {selinux: z}}]",
        "[{type: bind, source: /srv, target: /srv, optional: true, bind: {selinux: z}}]",
    ],
    "healthcheck": [None, "{test: [CMD, a, b c]}"],
    "engines": [None, "[docker, podman]", "[podman, apptainer]", "[apptainer, docker]"],
}


@cache
def module(name: str) -> Functions:
    """The functions of a module; its own code outside of them stands under ''."""
    return functions((golden.MACHINERY / f"{name}.sh").read_text("utf-8"))


def wrong_with(text: str) -> dict[str, object]:
    """What is called and not there, what is there for nothing or twice, a module that is not whole."""
    found = functions(text)
    reached = found.reached()
    own = functions(golden.own_part(text)).defined
    faults: dict[str, object] = {
        "not defined": found.missing(BUILTINS | PROGRAMS),
        "not called": set(own) - reached,
        "not needed": {
            name
            for name in golden.modules_of(text)
            if name not in WITHOUT_A_CALL and reached.isdisjoint(module(name).defined)
        },
        "defined twice": {name for name in found.defined if found.defined.count(name) > 1},
        "not the same as elsewhere": {""} if golden.whole(text) != text else set(),
    }
    return {what: names for what, names in faults.items() if names}


def _id(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("path", golden.files(".sh"), ids=_id)
def test_of_every_golden_script(path: Path) -> None:
    assert wrong_with(path.read_text("utf-8")) == {}


@pytest.mark.parametrize("case", golden.cases(), ids=lambda case: case.name)
def test_of_every_golden_spec_for_every_engine(
    case: golden.Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in case.inputs:
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    options = [["script", "--engine", engine] for engine in ENGINES]
    options += [[name] for name in ("build-script", "convert-script", "setup-script")]
    faults = {}
    spec = ["-f", case.spec.name] if case.spec else []
    for words in options:
        made = cli.run(*words, "--quiet", *spec)
        if made.status == 0:
            faults[" ".join(words)] = wrong_with(made.stdout)
        else:
            assert made.status == 2 and made.stdout == ""
    assert {what: found for what, found in faults.items() if found} == {}
    assert any(words.startswith("script") for words in faults)


def combinations() -> Iterator[dict[str, str]]:
    """Each pair of settings of two keys, in as few specs as a plain greedy choice finds."""
    names = list(FLAGS)
    settings = [(name, value) for name in names for value in FLAGS[name]]
    wanted = {
        frozenset(pair) for pair in itertools.combinations(settings, 2) if pair[0][0] != pair[1][0]
    }
    while wanted:
        first = sorted(wanted, key=lambda pair: sorted(map(str, pair)))[0]
        spec = dict(first)
        for name in names:
            if name not in spec:
                # The setting that covers most of what is still wanted with those chosen before.
                spec[name] = max(
                    FLAGS[name],
                    key=lambda value, name=name: sum(  # type: ignore[misc]
                        frozenset([(name, value), chosen]) in wanted for chosen in spec.items()
                    ),
                )
        wanted -= {frozenset(pair) for pair in itertools.combinations(spec.items(), 2)}
        yield {name: value for name, value in spec.items() if value is not None}


def test_of_every_pair_of_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    faults: dict[str, object] = {}
    seen = 0
    for keys in combinations():
        spec = "".join(f"{name}: {value}\n" for name, value in {"image": "a:1", **keys}.items())
        Path("coder.yaml").write_text(spec, "utf-8")
        for engine in ENGINES:
            made = cli.run("script", "--engine", engine, "--quiet")
            assert made.status == 0, made.stderr
            seen += 1
            found = wrong_with(made.stdout)
            if found:
                faults[f"{engine}: {' '.join(spec.splitlines())}"] = found
    assert faults == {}
    assert seen > 100


MODULES = sorted(
    path.relative_to(golden.MACHINERY.resolve()).with_suffix("").as_posix()
    for path in golden.MACHINERY.resolve().rglob("*.sh")
)


def needed_by(name: str) -> set[str]:
    """The modules whose functions a module calls; a name put together at run time is no need."""
    own = module(name)
    called = {each for calls in own.calls.values() for each in calls} - {*own.defined}
    homes = {each: {other for other in MODULES if each in module(other).defined} for each in called}
    assert all(len(found) < 2 for found in homes.values()), homes
    return {home for found in homes.values() for home in found}


def test_the_table_of_needs_is_what_modules_call() -> None:
    table = {**NEEDS, **{engine.module: engine.needs for engine in engines()}}
    assert sorted(table) == MODULES
    assert {name: tuple(sorted(needed_by(name))) for name in table} == {
        name: tuple(sorted(needs)) for name, needs in table.items()
    }


def test_every_engine_of_a_family_has_the_same_functions() -> None:
    """They are called by the engine's name."""
    found: dict[str, list[set[str]]] = {}
    for engine in engines():
        defined = module(engine.module).defined
        own = {name for name in defined if name.startswith(f"{engine.name}_")}
        found.setdefault(engine.family, []).append({name.removeprefix(engine.name) for name in own})
    for sets in found.values():
        assert all(each == sets[0] for each in sets)
    every = [each for sets in found.values() for each in sets]
    assert set.intersection(*every) == {"_there", "_usable", "_listens_as_root"}


def test_an_entry_function_is_in_its_module() -> None:
    assert {
        name: home for name, home in MODULE_OF.items() if name not in module(home).defined
    } == {}
