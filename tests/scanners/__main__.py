"""Run the other scanners, and write down what they find."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.cli import run
from tests.scanners import FOUND, SPECS


def main() -> None:
    """Write ``found.json``: for each scanner its version, and for each spec the ids it reports."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for spec in SPECS:
            made = run("compose", "-q", "-f", str(spec))
            (folder / f"{spec.stem}.yml").write_text(made.stdout, "utf-8")
        found = {
            "compose-lint": {
                "version": _version("compose-lint"),
                "found": {spec.stem: _lint(folder / f"{spec.stem}.yml") for spec in SPECS},
            },
            "compose-harden": {
                "version": _version("compose-harden"),
                "found": {spec.stem: _harden(folder / f"{spec.stem}.yml") for spec in SPECS},
            },
            "checkov": {
                "version": _version("checkov"),
                "found": {spec.stem: _checkov(folder / f"{spec.stem}.yml") for spec in SPECS},
            },
        }
    FOUND.write_text(json.dumps(found, indent=2) + "\n", "utf-8")


def _output(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout


def _version(program: str) -> str:
    return _output(program, "--version").split()[-1]


def _lint(path: Path) -> list[str]:
    value: Any = json.loads(_output("compose-lint", "check", "--format", "json", str(path)))
    findings = value if isinstance(value, list) else value["findings"]
    return sorted({finding["rule_id"] for finding in findings})


def _harden(path: Path) -> list[str]:
    value: Any = json.loads(_output("compose-harden", "scan", "--json", str(path)))
    checks = (check for service in value["services"].values() for check in service)
    return sorted({check["check"] for check in checks if not check["passed"]})


def _checkov(path: Path) -> list[str]:
    words = ("checkov", "--skip-download", "-o", "json", "-f", str(path))
    value: Any = json.loads(_output(*words))
    runs = value if isinstance(value, list) else [value]
    failed = (check for one in runs for check in one.get("results", {}).get("failed_checks", []))
    return sorted({check["check_id"] for check in failed})


if __name__ == "__main__":
    main()
