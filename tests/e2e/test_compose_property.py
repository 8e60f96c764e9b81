"""Whatever text a spec holds, Compose reads it back as it is."""

from __future__ import annotations

import json
import os
import posixpath
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from coder_gen.language.load import Options, load
from coder_gen.language.shapes import scalar_types
from coder_gen.language.shapes.kind import Kind
from coder_gen.plan import plans
from coder_gen.quoting import dotenv
from coder_gen.targets.base import Request
from coder_gen.targets.compose import compose as target
from coder_gen.text.diagnostics import Reporter
from tests.e2e import compose, host
from tests.generators.specs import KEYS, Spec, specs
from tests.generators.texts import any_text, said

# Each example holds some 80 texts: 60 of them are 4,800.
EXAMPLES = 60 if os.environ.get("HYPOTHESIS_PROFILE") == "ci" else 30
TEXTS = st.lists(any_text(), min_size=40, max_size=40)
NAMES = [f"N{i}" for i in range(40)]


def _spec(texts: list[str], line_texts: list[str]) -> dict[str, Any]:
    """A spec with arbitrary text wherever Compose takes it."""
    values = dict(zip(NAMES, map(said, texts), strict=True))
    return {
        "name": "property",
        "image": "registry.test/ide:1.4",
        "environment": values,
        "labels": values,
        "annotations": values,
        "command": list(values.values()),
        # One word: more of them go before the command.
        "entrypoint": [said(texts[4]) or "sh"],
        "healthcheck": {"test": ["CMD", *values.values()]},
        "logging": {"driver": "any", "options": values},
        "configs": {f"c{i}": {"content": said(t), "target": f"/c{i}"} for i, t in enumerate(texts)},
        "working_dir": "/" + said(texts[0]),
        "user": _taken(scalar_types.USER, texts[1], "1"),
        "hostname": _taken(scalar_types.HOSTNAME, texts[2], "h"),
        "domainname": _taken(scalar_types.DOMAIN, texts[3], "d"),
        "volumes": [
            {"type": "bind", "source": "/s" + said(one), "target": f"/t{i}" + said(other)}
            for i, (one, other) in enumerate(zip(line_texts, reversed(line_texts), strict=True))
        ],
    }


def _taken(kind: Kind, text: str, other: str) -> str:
    """The text where a key takes it."""
    return said(text) if text and kind.accepts(text) else other


def _written(spec: dict[str, Any], folder: Path) -> Path:
    project = load("coder.json", json.dumps(spec).encode(), Options(), lambda name: b"")
    reporter = Reporter()
    made = target.compile(project, plans(project, reporter), Request(min_version="2"), reporter)
    reporter.stop_if_failed()
    (folder / "docker-compose.yml").write_bytes(made.text.encode())
    (folder / ".env").write_text("UID=1\nGID=1\nUSER=u\n")
    return folder / "docker-compose.yml"


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(texts=TEXTS, paths=st.lists(any_text(), min_size=6, max_size=6))
def test_compose_reads_every_text_back(texts: list[str], paths: list[str], tmp_path: Path) -> None:
    spec = _spec(texts, paths)
    file = _written(spec, tmp_path)
    done = compose.v2().run(file, "config", "--format", "json")
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    (service,) = (s for name, s in read["services"].items() if name == "property")
    # `config` prints what can be read again: its dollars are doubled, as in the spec.
    for key in ("environment", "annotations", "command", "entrypoint", "working_dir", "user",
                "hostname", "domainname"):  # fmt: skip
        assert service[key] == spec[key], key
    labels = {k: v for k, v in service["labels"].items() if not k.startswith("coder-gen.")}
    assert labels == spec["labels"]
    assert service["healthcheck"]["test"] == spec["healthcheck"]["test"]
    assert service["logging"]["options"] == spec["logging"]["options"]
    contents = {name: config.get("content", "") for name, config in read["configs"].items()}
    assert contents == {name: config["content"] for name, config in spec["configs"].items()}
    assert _mounts(service) == _mounts(spec)


def _mounts(service: dict[str, Any]) -> list[tuple[str, ...]]:
    """The mounts, with paths as `cd` would tidy them: Compose does so with some."""
    return [
        (v["type"], *(posixpath.normpath(v[key]) for key in ("source", "target")))
        for v in service["volumes"]
    ]


# What both languages have, and say in the same words.
COMMON = (
    "environment", "labels", "cap_add", "cap_drop", "dns", "dns_search", "hostname", "user",
    "sysctls", "security_opt", "tmpfs", "working_dir", "devices", "ulimits", "volumes",
    "command", "healthcheck", "read_only", "mem_limit",
)  # fmt: skip
LAYERS = specs(keys=tuple(key for key in COMMON if key in KEYS), most=8)


def _service(text: str, folder: Path, *more: str) -> dict[str, Any]:
    files = [folder / f"{i}.yaml" for i in range(len(more) + 1)]
    for file, content in zip(files, (text, *more), strict=True):
        file.write_text(content, encoding="utf-8")
    first, *others = files
    words = [word for other in others for word in ("--file", str(other))]
    env = host.plain_environment(UID="1", GID="1")
    done = compose.v2().run(first, *words, "config", "--format", "json", env=env)
    assert done.returncode == 0, done.stderr
    services: dict[str, dict[str, Any]] = json.loads(done.stdout)["services"]
    return services["property"]


def _meaning(service: dict[str, Any]) -> dict[str, Any]:
    """A service without what coder-gen adds to every one."""
    found = {k: v for k, v in service.items() if k not in ("container_name", "network_mode")}
    labels = {
        k: v for k, v in (found.get("labels") or {}).items() if not k.startswith("coder-gen.")
    }
    found["labels"] = labels
    found["networks"] = None
    for mount in found.get("volumes") or ():
        mount.pop("bind", None)
        mount.pop("volume", None)
    return {key: value for key, value in found.items() if value}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(base=LAYERS, over=LAYERS)
def test_overlays_merge_as_compose_merges_files(base: Spec, over: Spec, tmp_path: Path) -> None:
    layers = [
        {k: v for k, v in spec.data.items() if k not in ("name", "entrypoint")}
        for spec in (base, over)
    ]
    for layer in layers:
        # A named volume would have to be declared, which a spec has no need of.
        layer["volumes"] = [v for v in layer.get("volumes", []) if v["type"] != "volume"]
    # Compose refuses a file that says one of these again.
    said = layers[0].get("security_opt", [])
    layers[1]["security_opt"] = [v for v in layers[1].get("security_opt", []) if v not in said]
    theirs = _service(*_files(layers, tmp_path))
    spec = {"name": "property", **layers[0], "profiles": {"over": layers[1]}}
    project = load("coder.json", json.dumps(spec).encode(), Options(("over",)), lambda name: b"")
    reporter = Reporter()
    request = Request(min_version="2")
    made = target.compile(project, plans(project, reporter), request, reporter)
    reporter.stop_if_failed()
    assert _meaning(_service(made.text, tmp_path)) == _meaning(theirs)


def _files(layers: list[dict[str, Any]], folder: Path) -> tuple[Any, ...]:
    texts = [
        yaml.safe_dump({"services": {"property": layer}}, default_style='"') for layer in layers
    ]
    return (texts[0], folder, *texts[1:])


# Others cannot be read back from what is printed: 1.29 leaves U+0085 bare, which ends a YAML line.
DOTENV = st.lists(any_text().filter(str.isprintable), min_size=40, max_size=40)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=DOTENV)
@example(texts=["a\\", "b", "${HOME}", "a\\\\b", "C:\\x", "$HOME", "#", " "])
def test_both_composes_read_what_a_dotenv_file_holds(texts: list[str], tmp_path: Path) -> None:
    held: dict[str, str] = {}
    lines = []
    for i, text in enumerate(texts):
        try:
            lines.append(dotenv.line(f"X{i}", text))
        except ValueError:
            continue
        held[f"X{i}"] = text
    (tmp_path / ".env").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    service = {"image": "i", "environment": {name: f"${{{name}}}" for name in held}}
    file = tmp_path / "docker-compose.yml"
    file.write_text(json.dumps({"version": "3.9", "services": {"a": service}}), encoding="utf-8")
    # Compose v2 is asked for JSON: it leaves `=` bare in YAML, which has a meaning in YAML 1.1.
    for reader, words in ((compose.v2(), ["--format", "json"]), (compose.v1(), [])):
        done = reader.run(file, "config", *words, env=host.plain_environment())
        assert done.returncode == 0, done.stderr
        found = yaml.safe_load(done.stdout)["services"]["a"].get("environment") or {}
        assert {k: str(v).replace("$$", "$") for k, v in found.items()} == held, reader.name
