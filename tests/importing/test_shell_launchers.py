"""Launchers as people write them: what their imports are, read and approved; and the original's."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from coder_gen.importing import read
from coder_gen.importing.command.checking import check
from coder_gen.plan import Plan
from coder_gen.text.diagnostics import Diagnostic
from tests.importing.plans import meaning, planned
from tests.importing.running import Host, launcher

HERE = Path(__file__).parent
SCRIPTS = sorted([*(HERE / "launchers").glob("*.sh"), *(HERE / "original").glob("*.sh")])


def _told(diagnostics: tuple[Diagnostic, ...]) -> str:
    """What the import says, as comments below the spec."""
    return "".join(
        f"# {d.span.line + 1 if d.span else 0}: {d.code} {d.message}\n" for d in diagnostics
    )


@pytest.mark.parametrize("script", SCRIPTS, ids=[path.stem for path in SCRIPTS])
def test_expected(script: Path) -> None:
    """To approve what is new: `python -m tests.importing.test_shell_launchers`, and read the diff."""
    imported = read(script.read_text(encoding="utf-8"), script.name)
    assert check(imported) == []
    expected = script.with_suffix(".expected.yaml").read_text(encoding="utf-8")
    assert imported.spec_text + _told(imported.diagnostics) == expected


def _settings(plan: Plan) -> dict[str, object]:
    found = {key: meaning(setting.value) for key, setting in plan.settings.items()}
    # Missing mounts are left out by the built-in spec, which starts on every host.
    volumes = plan.value("volumes")
    found["volumes"] = [meaning(volume._replace(optional=False)) for volume in volumes or ()]
    found["ports"], found["x11"] = meaning(plan.ports), meaning(plan.x11)
    return found


def test_the_original_is_the_built_in_spec() -> None:
    """What differs is what the built-in spec does better, and nothing else."""
    text = (HERE / "original" / "run_coder_docker.expected.yaml").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 35
    _, imported = planned(text)
    built_in = resources.files("coder_gen.language.builtin").joinpath("coder.yaml").read_bytes()
    _, ours = planned(built_in.decode())
    for mode in ("service", "shell"):
        one, other = _settings(imported[mode]), _settings(ours[mode])
        differing = {key for key in {*one, *other} if one.get(key) != other.get(key)}
        assert differing == {"pull_policy", "forward_environment", "apptainer"}
        assert set(one["forward_environment"]) < set(other["forward_environment"])


@pytest.mark.parametrize("arguments", [(), ("--shell",)])
def test_the_original_calls_docker_with_the_same(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    original = (HERE / "original" / "run_coder_docker.sh").read_text(encoding="utf-8")
    host = Host(tmp_path)
    spec = read(original, "run_coder_docker.sh").spec_text
    (before,) = host.calls(original, *arguments)
    (now,) = host.calls(launcher(spec, "docker"), "--no-preflight", *arguments)
    # The launcher looks for the display first; there is none here, and no_proxy is not set.
    ours = {("env", "DISPLAY=:7"), ("env", "no_proxy="), ("env", "no_proxy")}
    found = {(d.name, d.original or d.now) for d in host.changed(before, now)}
    assert {fact for fact in found if "X11-unix" not in str(fact[1])} <= ours


def _approve() -> None:
    for script in SCRIPTS:
        imported = read(script.read_text(encoding="utf-8"), script.name)
        text = imported.spec_text + _told(imported.diagnostics)
        script.with_suffix(".expected.yaml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _approve()
