"""``coder-gen audit`` as a command: exit status, overlays that apply, options that are wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli import Ran, run

SPEC = "image: ttyd:1\nports: ['80:80']\nvolumes: ['~:/home/me']\ncap_add: [SYS_ADMIN]\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "coder.yaml").write_text(SPEC)
    return tmp_path


def levels(ran: Ran) -> set[str]:
    return {finding["level"] for finding in json.loads(ran.stdout)["findings"]}


def test_findings_alone_are_no_failure() -> None:
    ran = run("audit")
    assert ran.status == 0 and "open-home" in ran.stdout and ran.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--fail-on", "critical"], 1),
        (["--fail-on", "low"], 1),
        (["--fail-on", "critical", "--mode", "shell"], 0),
        (["--fail-on", "high", "--mode", "shell"], 1),
    ],
)
def test_fail_on(arguments: list[str], status: int) -> None:
    assert run("audit", *arguments).status == status


def test_one_mode_alone() -> None:
    found = json.loads(run("audit", "--mode", "shell", "--format", "json").stdout)
    assert found["modes"] == ["shell"]
    assert {mode for item in found["findings"] for mode in item["modes"]} == {"shell"}


@pytest.mark.parametrize("profiles", [[], ["--profile", "hardened"], ["--profile", "open"]])
def test_overlay_applies_and_its_promises_hold(folder: Path, profiles: list[str]) -> None:
    with (folder / "coder.yaml").open("a") as file:
        file.write("profiles: {open: {privileged: true, modes: {service: {pid: host}}}}\n")
    ran = run("audit", *profiles, "--fix", "-o", "safer.yaml")
    assert ran.status == 0
    again = [*profiles, *(["--profile", "audited"] if profiles else [])]
    after = run("audit", "-f", "safer.yaml", *again, "--format", "json")
    left = {item["rule"] for item in json.loads(after.stdout)["findings"]}
    assert not left & {"open-home", "cap-sys-admin", "all-addresses", "privileged", "host-pid"}
    assert "writable-home" in left
    promised = ran.stderr.splitlines()[-1].removeprefix("left for you to decide: ").split(", ")
    assert set(promised) == left
    assert run("script", "-f", "safer.yaml", *again).status == 0


def test_overlay_in_another_folder_finds_its_spec(folder: Path) -> None:
    (folder / "made").mkdir()
    assert run("audit", "--fix", "-o", "made/safer.yaml").status == 0
    assert "extends: ../coder.yaml" in (folder / "made/safer.yaml").read_text()
    assert run("script", "-f", "made/safer.yaml").status == 0


def test_overlay_leaves_accepted_risks(folder: Path) -> None:
    with (folder / "coder.yaml").open("a") as file:
        file.write("accept: {cap-sys-admin: {reason: FUSE, until: 2027-01-01}}\n")
    ran = run("audit", "--fix", "--today", "2026-11-24")
    assert "cap_add" not in ran.stdout and "cap_drop: [ALL]" in ran.stdout


def test_overlay_drops_acceptances_of_what_it_takes_away(folder: Path) -> None:
    with (folder / "coder.yaml").open("a") as file:
        file.write("accept: {cap-sys-admin: {reason: FUSE, until: 2026-01-01}}\n")
    run("audit", "--fix", "-o", "safer.yaml", "--today", "2026-11-24")
    ran = run("audit", "-f", "safer.yaml", "--today", "2026-11-24")
    assert "W602" not in ran.stderr and "cap-sys-admin" not in ran.stdout


def test_overlay_of_the_built_in_spec_and_of_nothing(folder: Path) -> None:
    (folder / "coder.yaml").unlink()
    assert "\nextends: coder\n" in run("audit", "--fix").stdout
    ran = run("audit", "-f", "-", "--fix", stdin=SPEC)
    assert ran.status == 2 and "E602" in ran.stderr


@pytest.mark.parametrize(
    "arguments", [["--today", "tomorrow"], ["--fail-on", "worst"], ["--format", "xml"]]
)
def test_wrong_options_are_usage_errors(arguments: list[str]) -> None:
    ran = run("audit", *arguments)
    assert ran.status == 2 and "Error: " in ran.stderr and ran.stdout == ""


def test_rules_are_listed() -> None:
    ran = run("audit", "--rules")
    assert ran.status == 0 and "mount-escape" in ran.stdout
