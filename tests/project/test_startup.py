"""What a simple command imports: every further module has to earn its place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# Nothing heavy: each of these costs more than the whole compilation of a small spec.
HEAVY = frozenset(
    """
    asyncio check_jsonschema concurrent.futures dataclasses difflib hypothesis importlib.metadata
    json jsonschema logging multiprocessing pathlib requests ruamel socket subprocess tempfile
    urllib.request
    """.split()  # noqa: SIM905 - a list to read
)
# Small ones that are there besides our own and those of click and jinja2.
SMALL = frozenset({"_locale", "encodings.unicode_escape", "fcntl", "gettext", "locale", "shlex"})
# What click and jinja2 import themselves, seen with nothing but the two.
_PROBE = """\
import sys
def run(*arguments):
    sys.argv = ["coder-gen", *arguments]
    from coder_gen.cli import main
    try:
        main()
    except SystemExit as stop:
        assert stop.code == 0, stop.code
names = sys.argv[1:]
run(*names)
print("\\n".join(sorted(sys.modules)), file=sys.stderr)
"""


def imported(*arguments: str, cwd: Path) -> set[str]:
    """The modules in memory after a command, less those of click, jinja2 and yaml alone."""
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


def baseline(code: str) -> set[str]:
    """The modules that a bare import brings."""
    code += "\nimport sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("command", ["script", "compose"])
def test_compiling_imports_nothing_heavy(command: str, tmp_path: Path) -> None:
    """``script`` and ``compose`` import their own modules, click, jinja2 and yaml, and little else."""
    (tmp_path / "spec.yaml").write_text("image: coder:latest\nports: [80]\n")
    ours = imported("-q", command, "--file", "spec.yaml", cwd=tmp_path)
    more = ours - baseline("import click, jinja2, yaml, click.utils")
    assert not more & HEAVY
    # The list itself, so that an import added by the way is seen in a review.
    ours_or_theirs = ("coder_gen", "_jinja2_module_templates", "click.", "jinja2.")
    assert {name for name in more if not name.startswith(ours_or_theirs)} <= SMALL


def test_who_writes_a_launcher_reads_no_command_line(tmp_path: Path) -> None:
    """How options are read is for import and audit."""
    (tmp_path / "spec.yaml").write_text("image: coder:latest\nports: [80]\n")
    ours = imported("-q", "script", "--file", "spec.yaml", cwd=tmp_path)
    assert not {name for name in ours if name.startswith("coder_gen.options")}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["completion", "bash"]])
def test_help_and_completion_import_no_yaml_and_no_jinja(
    arguments: list[str], tmp_path: Path
) -> None:
    """They answer at the speed of a bare click program."""
    ours = imported(*arguments, cwd=tmp_path)
    assert not {name for name in ours if name.split(".")[0] in ("yaml", "jinja2")}
    assert "coder_gen.language.keys.container" not in ours
