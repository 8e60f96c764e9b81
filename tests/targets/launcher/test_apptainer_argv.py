"""Whatever a spec says, Apptainer is told it in its own words: options, variables, limits.

What each key has to become is written from apptainer-run(1) and getrlimit(2), by hand; nothing here asks
coder-gen how it says something.
"""

from __future__ import annotations

import json
import resource
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coder_gen.engines.apptainer import RULES
from coder_gen.language.keys.container import KEYS as OF_THE_LANGUAGE
from coder_gen.support import UNSUPPORTED
from tests.generators.fields import FIELDS
from tests.generators.recording import Engine
from tests.generators.sizes import part
from tests.generators.specs import IP4, KEYS, NAME, PATH, VARIABLE, Fragment, csv, specs
from tests.generators.texts import any_text, line, said
from tests.targets.compose.reading import interpolated, mount
from tests.targets.launcher.test_argv import written

# Options of `apptainer run` without a value; every other is followed by one.
BARE = frozenset(
    """
    --containall --contain --cleanenv --ipc --pid --no-init --no-umask --no-eval --writable-tmpfs
    --userns --fakeroot --nv --rocm --no-privs --net --no-home --oom-kill-disable
    """.split()  # noqa: SIM905 - a list to read
)
# What the host's environment has, for keys that pass something on.
HOST = {"XHANDED": "o v e r", "HOME": "/home/somebody", "http_proxy": "http://nobody.test"}
LIMITS = {
    "nofile": (resource.RLIMIT_NOFILE, 1),
    "core": (resource.RLIMIT_CORE, 1024),
    "nproc": (resource.RLIMIT_NPROC, 1),
}


class Told(NamedTuple):
    """What the engine is told: options, variables of the container, limits of its process."""

    options: list[Fragment]
    variables: dict[str, str]
    limits: dict[str, tuple[int, int]]


Say = Callable[[Told, Any, dict[str, Any], Path], None]


def _options(make: Callable[[Any], Sequence[Fragment]]) -> Say:
    return lambda told, value, data, folder: told.options.extend(make(value))


def _scalar(flag: str) -> Say:
    return _options(lambda value: [(flag, str(value))])


def _nothing(told: Told, value: Any, data: dict[str, Any], folder: Path) -> None:
    """Not of the command line: said elsewhere, or what Apptainer does anyway."""


def bind(source: str, target: str, *more: str) -> Fragment:
    """A mount, one line of CSV."""
    return ("--mount", csv("type=bind", f"source={source}", f"target={target}", *more))


def _environment(told: Told, value: Any, data: dict[str, Any], folder: Path) -> None:
    pairs = value.items() if isinstance(value, dict) else ((v, None) for v in value)
    for name, text in pairs:
        if name == "HOME":
            told.options.extend([("--no-home",), ("--home", text)])
        elif not name.isidentifier() or name in ("PREPEND_PATH", "APPEND_PATH"):
            continue
        elif text is not None:
            told.variables[name] = text
        elif name in HOST:
            told.variables[name] = HOST[name]


def _env_file(told: Told, value: Any, data: dict[str, Any], folder: Path) -> None:
    told.variables.update(FILES["there.env"][1])


def _forwarded(told: Told, value: Any, data: dict[str, Any], folder: Path) -> None:
    told.variables.update({name: HOST[name] for name in value if name in HOST})


def _volumes(told: Told, value: Any, data: dict[str, Any], folder: Path) -> None:
    for item in map(mount, value):
        access = ["readonly"] if item.get("read_only") else []
        if item["type"] == "bind":
            told.options.append(bind(item["source"], item["target"], *access))
        elif item["type"] == "volume" and "source" in item:
            below = item.get("volume", {}).get("subpath")
            path = f"{folder}/data/coder-gen/volumes/{item['source']}"
            told.options.append(bind(f"{path}/{below}" if below else path, item["target"], *access))
        else:
            told.options.append(("--scratch", item["target"]))


def _files(told: Told, value: Any, data: dict[str, Any], folder: Path) -> None:
    for grant in value.values():
        told.options.append(bind(grant["file"], grant["target"], "readonly"))


def _devices(told: Told, value: Any, data: dict[str, Any], folder: Path) -> None:
    # A name of CDI's is for an engine that knows it.
    for item in (each for each in value if each.startswith("/")):
        source, _, rest = item.partition(":")
        told.options.append(bind(source, rest.partition(":")[0] or source))


def _gpus(value: Any) -> list[Fragment]:
    requests = [{}] if value == "all" else value
    amd = {(each.get("driver") or "").startswith("amd") for each in requests}
    return [("--rocm" if each else "--nv",) for each in amd]


def _dropped(told: Told, value: Any, data: dict[str, Any], folder: Path) -> None:
    if "ALL" in value and not data.get("cap_add"):
        told.options.append(("--no-privs",))
    else:
        told.options.extend(("--drop-caps", each) for each in value)


def _limits(told: Told, value: Any, data: dict[str, Any], folder: Path) -> None:
    for name, limit in value.items():
        pair = (limit["soft"], limit["hard"]) if isinstance(limit, dict) else (limit, limit)
        told.limits[name] = pair


def _apptainer(value: Any) -> list[Fragment]:
    found: list[Fragment] = [(f"--{key}",) for key in ("userns", "fakeroot") if value.get(key)]
    found += [("--no-mount", "bind-paths")] if "options" in value else []
    return found + ([("--home", f"{h}:{h}")] if (h := value.get("home")) else [])


# What each key becomes that Apptainer can express, exactly or approximately or for some values.
SAID: dict[str, Say] = {
    **dict.fromkeys(
        """
        image command entrypoint pull_policy container_name ports security_opt stdin_open tty rm
        restart stop_signal stop_grace_period uts read_only init ipc pid x11
        """.split(),  # noqa: SIM905 - a list to read
        _nothing,
    ),
    "apptainer": _options(_apptainer),
    "hostname": _scalar("--hostname"),
    "user": _options(lambda value: [("--fakeroot",)] if value in ("root", "0", "0:0") else []),
    "working_dir": _scalar("--pwd"),
    "environment": _environment,
    "env_file": _env_file,
    "forward_environment": _forwarded,
    "volumes": _volumes,
    "tmpfs": _options(lambda value: [("--scratch", each.partition(":")[0]) for each in value]),
    "devices": _devices,
    "gpus": _options(_gpus),
    "secrets": _files,
    "configs": _files,
    "cap_add": _options(lambda value: [("--add-caps", each) for each in value]),
    "cap_drop": _dropped,
    "network_mode": _options(lambda v: [("--net",), ("--network", "none")] if v == "none" else []),
    "dns": _options(lambda value: [("--dns", ",".join(value))]),
    "mem_limit": _scalar("--memory"),
    "mem_reservation": _scalar("--memory-reservation"),
    "memswap_limit": _scalar("--memory-swap"),
    "oom_kill_disable": _options(lambda on: [("--oom-kill-disable",)] if on else []),
    "cpus": _scalar("--cpus"),
    "cpu_shares": _scalar("--cpu-shares"),
    "cpuset": _scalar("--cpuset-cpus"),
    "cpuset_mems": _scalar("--cpuset-mems"),
    "pids_limit": _scalar("--pids-limit"),
    "ulimits": _limits,
    "blkio_config": _options(
        lambda value: [("--blkio-weight", str(value["weight"]))] if "weight" in value else []
    ),
}


def always(data: dict[str, Any]) -> list[Fragment]:
    """What Docker does unasked, and Apptainer when told."""
    flags = ["--no-umask", "--no-eval"]
    shares = {key for key in ("ipc", "pid") if data.get(key) == "host"}
    if shares:
        flags += ["--cleanenv", "--contain", *({"--ipc", "--pid"} - {f"--{key}" for key in shares})]
    else:
        flags.append("--containall")
    flags += [] if data.get("init") else ["--no-init"]
    flags += [] if data.get("read_only") else ["--writable-tmpfs"]
    found: list[Fragment] = [(flag,) for flag in flags]
    return [*found, bind("/dev/shm", "/dev/shm")] if "ipc" in shares else found


def told(data: dict[str, Any], folder: Path) -> Told:
    """What the engine has to be told of a spec."""
    found = Told(always(data), {}, {})
    for key, value in data.items():
        if key in SAID:
            SAID[key](found, value, data, folder)
    return found


# --- The specs ------------------------------------------------------------------------------------

# Files of variables, read as they are: the text, and what it means.
FILES: dict[str, tuple[str, dict[str, str]]] = {
    "there.env": (
        "# no variable\n\nXFIRST=a 'b' $HOME \"c\"\r\nXEMPTY=\nXHANDED\nXNOT_SET\nX=a=b\nXLAST=end",
        {
            "XFIRST": "a 'b' $HOME \"c\"", "XEMPTY": "", "XHANDED": HOST["XHANDED"], "X": "a=b",
            "XLAST": "end",
        },
    ),
}  # fmt: skip
_TARGET = line(without=",").map(lambda text: "/m" + said(text))
_MOUNT = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("bind"), "source": PATH.map(said), "target": _TARGET},
        optional={"read_only": st.booleans()},
    ),
    st.fixed_dictionaries(
        {"type": st.just("volume"), "target": _TARGET},
        optional={"source": NAME, "read_only": st.booleans()},
    ),
    st.fixed_dictionaries(
        {"type": st.just("volume"), "target": _TARGET, "source": NAME,
         "volume": st.just({"subpath": "a b/c"})},
    ),
    st.fixed_dictionaries({"type": st.just("tmpfs"), "target": _TARGET}),
)  # fmt: skip
_LIMIT = st.integers(2048, 9999) | st.just({"soft": 3000, "hard": 5000})
OWN: dict[str, st.SearchStrategy[Any]] = {
    "volumes": st.lists(_MOUNT, min_size=1, max_size=3).map(
        lambda items: [{**item, "target": f"{item['target']}{i}"} for i, item in enumerate(items)]
    ),
    "tmpfs": st.lists(
        st.builds("/t{}{}".format, line(without=":,").map(said), st.sampled_from(["", ":size=1m"])),
        min_size=1,
        max_size=1,
    ),
    "env_file": st.just(["there.env"])
    | st.just([{"path": "absent.env", "required": False}, {"path": "./there.env"}]),
    "environment": st.dictionaries(
        VARIABLE | st.sampled_from(["HOME", "not-a-name", "PREPEND_PATH", "XHANDED"]),
        any_text(least=1).map(said),
        min_size=1,
        max_size=3,
    ).map(lambda found: {**found, **({"HOME": "/home/in"} if "HOME" in found else {})})
    | st.just({"XHANDED": None, "XUNSET": None}),
    "forward_environment": st.just(["XHANDED", "http_proxy", "XUNSET"]),
    "user": st.sampled_from(["host", "root", "0:0", "1000:1000"]),
    "gpus": FIELDS["gpus"],
    "network_mode": st.sampled_from(["host", "none", "bridge"]),
    "ipc": st.sampled_from(["host", "private", "shareable"]),
    "pid": st.sampled_from(["host", "container:other"]),
    "security_opt": st.just(["no-new-privileges:true", "seccomp=unconfined", "label=type:x"]),
    "dns": st.lists(IP4, min_size=1, max_size=3, unique=True),
    "ulimits": st.dictionaries(st.sampled_from([*LIMITS, "rttime"]), _LIMIT, min_size=1),
    "blkio_config": FIELDS["blkio_config"],
    "apptainer": st.just({"userns": True, "options": ["--no-mount", "bind-paths"]})
    | st.just({"fakeroot": True, "home": "/tmp", "sif": "./other.sif"})
    | st.just({"userns": False, "fakeroot": False}),
    "devices": st.sampled_from(
        [["/dev/a"], ["/dev/a:/dev/b:r", "/dev/c:/dev/d"], ["vendor.test/gpu=0", "/dev/a"]]
    ),
    "restart": st.sampled_from(["no", "always"]),
    "x11": st.sampled_from(["host", "user", "cookie", "off"]),
}


@st.composite
def _specs(draw: st.DrawFn) -> dict[str, Any]:
    """A spec with keys that Apptainer has words for, and with keys that it has none for."""
    plain = draw(specs(keys=tuple(KEYS.keys() - OWN.keys()), most=8))
    chosen = draw(st.lists(st.sampled_from(sorted(OWN)), min_size=3, max_size=8, unique=True))
    data = plain.data | {key: draw(OWN[key]) for key in chosen}
    if "networks" in data:
        data.pop("network_mode", None)
    if data.get("restart") == "always":
        data.pop("rm", None)
    # One home: that of the spec's own folder, or one in memory.
    if "HOME" in data.get("environment", ()):
        data.pop("apptainer", None)
    return data


def test_the_oracle_knows_every_key() -> None:
    """Whatever Apptainer can say, for some values at least, has its words here."""
    assert SAID.keys() == {
        key
        for key in OF_THE_LANGUAGE
        if RULES[key].judge is not None or RULES[key].support.level != UNSUPPORTED
    }
    assert {*KEYS, *OWN, "image", "command", "entrypoint", "publish_address"} == {*OF_THE_LANGUAGE}


@pytest.fixture(scope="module")
def apptainer(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A recording apptainer, with what the specs name beside the launcher."""
    engine = Engine(tmp_path_factory.mktemp("engine"), "apptainer")
    for name, (text, _) in FILES.items():
        (engine.folder / name).write_text(text, "utf-8", newline="")
    return engine


def launcher(folder: Path, data: dict[str, Any]) -> Path:
    """The launcher, for which this host has cgroups: else it leaves out what needs them."""
    path = written(folder, json.dumps(data), "apptainer")
    text = path.read_text("utf-8")
    for place in ("/sys/fs/cgroup/cgroup.controllers", "/run/systemd/system"):
        text = text.replace(f" {place} ", " / ").replace(f" {place} ]", " / ]")
    path.write_text(text.replace("-S ${XDG_RUNTIME_DIR-}/bus", "-e /"), "utf-8")
    return path


@part(20)
@example(
    data={
        "name": "every",
        "image": "registry.test/ide:1.4",
        "devices": ["vendor.test/gpu=0", "/dev/a"],
        "cap_drop": ["ALL", "CHOWN"],
        "ulimits": {"rttime": 5},
        "environment": {"not-a-name": "x", "HOME": "/home/in", "XTEXT": " a\n\t$$(id) "},
        "volumes": [
            {"type": "tmpfs", "target": "/one"},
            {"type": "volume", "target": "/two"},
            {"type": "bind", "source": '/a "b", c', "target": "/three"},
        ],
        "forward_environment": ["XHANDED", "http_proxy", "XUNSET"],
        "env_file": ["there.env"],
    }
)
@given(data=_specs())
def test_apptainer_is_told_what_the_spec_says(apptainer: Engine, data: dict[str, Any]) -> None:
    env = HOST | {"XDG_DATA_HOME": str(apptainer.folder / "data")}
    called = apptainer.call(launcher(apptainer.folder, data), env=env)
    spec = interpolated(data, {})
    wanted = told(spec, apptainer.folder)
    sif = apptainer.folder / spec.get("apptainer", {}).get("sif", "./ide.sif")
    at = called.argv.index(str(sif))
    assert Counter(options_of(called.argv[1:at])) == Counter(wanted.options)
    entry = spec.get("entrypoint", [])
    assert called.argv[0] == ("exec" if entry else "run")
    assert called.argv[at + 1 :] == [*entry, *spec.get("command", [])]
    variables = {
        name.removeprefix("APPTAINERENV_"): value
        for name, value in called.environment.items()
        if name.startswith("APPTAINERENV_")
    }
    assert variables == wanted.variables
    # Passed on unasked by the engine, whatever --cleanenv says.
    assert "http_proxy" not in called.environment
    for name, (which, unit) in LIMITS.items():
        wanted_limits = wanted.limits.get(name, resource.getrlimit(which))
        assert called.limits[name] == tuple(_shown(limit, unit) for limit in wanted_limits)


def _shown(limit: int, unit: int) -> str:
    """As bash shows it."""
    return "unlimited" if limit == resource.RLIM_INFINITY else str(limit // unit)


def options_of(argv: Sequence[str]) -> list[Fragment]:
    """The options of a call, each with its value."""
    found: list[Fragment] = []
    remaining = iter(argv)
    for word in remaining:
        assert word.startswith("--"), argv
        found.append((word,) if word in BARE else (word, next(remaining)))
    return found
