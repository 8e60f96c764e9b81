"""Whatever text a spec holds, an engine gets it as it is: the words of its call are those expected."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coder_gen.engines.podman import TABLE as PODMAN
from coder_gen.language.keys.container import KEYS as OF_THE_LANGUAGE
from coder_gen.language.load import Options, load
from coder_gen.language.shapes.scalar_types import normalized_path
from coder_gen.plan import plans
from coder_gen.targets.base import Request
from coder_gen.targets.launcher import script
from coder_gen.text.diagnostics import Reporter
from tests.generators.recording import Engine, options_of
from tests.generators.sizes import part
from tests.generators.specs import ASIDE, KEYS, Spec, specs
from tests.generators.texts import any_text, said

# What the main property has shown for most places already.
FEWER = part(6)
# Their words are not options with values, so the call could not be read back.
UNREADABLE = ("engine_options",)
READABLE = tuple(key for key in KEYS if key not in UNREADABLE)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A recording docker."""
    return Engine(tmp_path_factory.mktemp("engine"), "docker")


@pytest.fixture(scope="module")
def podman(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A recording podman."""
    return Engine(tmp_path_factory.mktemp("engine"), "podman")


@pytest.fixture(scope="module")
def apptainer(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A recording apptainer."""
    return Engine(tmp_path_factory.mktemp("engine"), "apptainer")


def written(folder: Path, text: str, engine: str = "docker") -> Path:
    """The launcher of a spec."""
    project = load("coder.json", text.encode(), Options(), lambda name: b"")
    reporter = Reporter()
    made = script.compile(project, plans(project, reporter), Request(engine), reporter)
    reporter.stop_if_failed()
    path = folder / "run.sh"
    path.write_bytes(made.text.encode())
    return path


def test_every_key_has_a_strategy() -> None:
    assert KEYS.keys() | ASIDE == OF_THE_LANGUAGE.keys()


def _less_of_the_launcher(options: list[tuple[str, ...]], spec: Spec) -> Counter[tuple[str, ...]]:
    """What was asked besides the identity that every container has."""
    found = Counter(options)
    found -= Counter({("--label", f"coder-gen.environment={spec.data['name']}"): 1})
    found = Counter({o: n for o, n in found.items() if not _is_owner(o)})
    if "container_name" not in spec.data:
        found = Counter({o: n for o, n in found.items() if o[0] != "--name"})
    return found


def _is_owner(option: tuple[str, ...]) -> bool:
    return option[0] == "--label" and option[1].startswith("coder-gen.owner=")


@given(spec=specs(keys=READABLE))
def test_docker_is_told_what_the_spec_says(engine: Engine, spec: Spec) -> None:
    called = engine.call(written(engine.folder, spec.json))
    options, command = options_of(called.argv)
    assert _less_of_the_launcher(options, spec) == Counter(spec.options)
    assert tuple(command) == spec.command


@FEWER
@given(words=st.lists(any_text(least=1), min_size=1, max_size=6))
def test_options_for_the_engine_stay_as_they_are(engine: Engine, words: list[str]) -> None:
    spec = Spec({"image": "i", "engine_options": [said(w) for w in words]}, (), ())
    argv = engine.call(written(engine.folder, spec.json)).argv
    assert _stands_in(argv, words)


@FEWER
@given(spec=specs(keys=READABLE), words=st.lists(any_text(), min_size=1, max_size=4))
def test_arguments_after_two_dashes_take_the_command_s_place(
    engine: Engine, spec: Spec, words: list[str]
) -> None:
    called = engine.call(written(engine.folder, spec.json), "--", *words)
    _, command = options_of(called.argv)
    fixed = spec.data.get("entrypoint", [""])[1:]
    assert command == [*(word.replace("$$", "$") for word in fixed), *words]


LATE = """
name: late
image: registry.test/ide:1.4
variables:
  TEXT: {default: none}
  WHERE: {type: path, default: /none}
environment: {ONE: "${TEXT}", TWO: "<${TEXT}>$$x", THREE: "${TEXT:+set}", FOUR: "${UNDECLARED-}"}
hostname: h-${TEXT}
working_dir: ${WHERE}
labels: {text: "${TEXT}", "${TEXT}": key}
volumes: [{type: bind, source: "${WHERE}", target: "/t${WHERE}"}]
tmpfs: ["/x:${TEXT}"]
command: ["${TEXT}", "a ${TEXT} b", "${UNDECLARED:-other ${TEXT}}"]
"""


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A launcher whose values come when it starts."""
    folder = tmp_path_factory.mktemp("late")
    project = load("coder.yaml", LATE.encode(), Options(), lambda name: b"")
    made = script.compile(project, plans(project, Reporter()), Request(), Reporter())
    (folder / "run.sh").write_text(made.text, encoding="utf-8")
    return folder / "run.sh"


def _expected(text: str, where: str) -> tuple[list[tuple[str, ...]], list[str]]:
    quoted = [f"source={where}", f"target=/t{where}"]
    fields = ['"' + f.replace('"', '""') + '"' if set(f) & set(',"\r\n') else f for f in quoted]
    options: list[tuple[str, ...]] = [
        ("--env", f"ONE={text}"),
        ("--env", f"TWO=<{text}>$x"),
        ("--env", "THREE=set"),
        ("--env", "FOUR="),
        ("--hostname", f"h-{text}"),
        ("--workdir", where),
        ("--label", f"text={text}"),
        ("--label", "${TEXT}=key"),
        ("--mount", ",".join(["type=bind", *fields])),
        ("--tmpfs", f"/x:{text}"),
    ]
    return options, [text, f"a {text} b", f"other {text}"]


@FEWER
@given(text=any_text(least=1), where=any_text().map(lambda t: "/" + t))
def test_value_from_the_environment_is_never_read_as_anything_else(
    engine: Engine, late: Path, text: str, where: str
) -> None:
    # The launcher refuses what the keys do not take: tests/targets/launcher/test_late_values.py.
    assume("\n" not in text and "\r" not in text and len(text.encode()) <= 62)
    assume(normalized_path(where) != "/")
    called = engine.call(late, env={"TEXT": text, "WHERE": where})
    options, command = options_of(called.argv)
    wanted, words = _expected(text, where)
    spec = Spec({"name": "late"}, (), ())
    assert _less_of_the_launcher(options, spec) == Counter(wanted)
    assert command == words


SAME_ON_PODMAN = (
    "hostname", "user", "group_add", "working_dir", "environment", "labels", "annotations",
    "sysctls", "dns_opt", "ipc", "pid", "cgroup_parent", "cpuset", "secrets", "configs", "devices",
    "device_cgroup_rules", "label_file", "ulimits", "ports", "mem_limit",
)  # fmt: skip


@FEWER
@given(spec=specs(keys=SAME_ON_PODMAN))
def test_podman_is_told_the_same(podman: Engine, spec: Spec) -> None:
    called = podman.call(written(podman.folder, spec.json, "podman"))
    argv = [word for word in called.argv if word != "--http-proxy=false"]
    options, command = options_of(argv)
    read = [each for option in options for each in _as_podman_reads(option)]
    assert _less_of_the_launcher(read, spec) == Counter(spec.options)
    assert tuple(command) == spec.command


def _as_podman_reads(option: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Of a list, each field of the record is an option of its own."""
    flag = PODMAN.long[option[0].removeprefix("--").partition("=")[0]]
    if not flag.listed:
        return [option]
    (record,) = csv.reader(io.StringIO(option[1], newline=""), strict=True)
    return [(option[0], field) for field in record]


ON_APPTAINER = ("environment", "working_dir", "hostname", "configs", "secrets", "cap_add")


@FEWER
@given(spec=specs(keys=ON_APPTAINER), home=any_text().map(lambda t: "/" + t))
def test_apptainer_gets_values_through_its_own_variables(
    apptainer: Engine, spec: Spec, home: str
) -> None:
    path = written(apptainer.folder, spec.json, "apptainer")
    (apptainer.folder / "ide.sif").touch()
    called = apptainer.call(path)
    prefix = "APPTAINERENV_"
    given_ = {
        k.removeprefix(prefix): v for k, v in called.environment.items() if k.startswith(prefix)
    }
    assert given_ == {
        value.partition("=")[0]: value.partition("=")[2]
        for flag, value in (option for option in spec.options if option[0] == "--env")
    }
    sif = str(apptainer.folder / "ide.sif")
    at = called.argv.index(sif)
    entry = spec.data.get("entrypoint")
    program = [entry[0].replace("$$", "$")] if entry else []
    assert called.argv[0] == ("exec" if entry else "run")
    assert called.argv[at + 1 :] == [*program, *spec.command]
    renamed = {"--workdir": "--pwd", "--cap-add": "--add-caps"}
    wanted = [
        (renamed.get(option[0], option[0]), *option[1:])
        for option in spec.options
        if option[0] not in ("--env", "--entrypoint")
    ]
    words = called.argv[1:at]
    for option in wanted:
        assert _stands_in(words, list(option)), option


def _stands_in(words: list[str], piece: list[str]) -> bool:
    return any(words[i : i + len(piece)] == piece for i in range(len(words)))
