"""The report in a real browser: nothing on the console, nothing cut off, readable in any light."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import golden
from tests.e2e import browser

LONG = "a" * 300
SPECS = {
    "coder": None,
    "hardened": None,
    "audited": (golden.GOLDEN / "audited" / "coder.yaml").read_text(),
    "long": f"image: a\nvolumes: ['/srv/{LONG}:/x']\nenvironment: {{A: '{LONG} {LONG}'}}\n"
    f"description: {LONG}\nmodes: {{one: {{}}, two: {{}}, three: {{cpus: 1}}}}\n",
    "hostile": "image: a\ndescription: '<script>console.error(1)</script><img src=x onerror=alert(1)>'\n"
    "volumes: [{type: bind, source: '/\"></text><script>console.error(2)</script>', target: /x}]\n"
    "environment: {A: \"'\\\"><svg onload=console.error(3)>\"}\n",
}  # fmt: skip


def report(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(folder)
    text = SPECS[name]
    options = ["--profile", "hardened"] if name == "hardened" else []
    if text is not None:
        (folder / "coder.yaml").write_text(text)
    command = ["coder-gen", "report", "--today", "2026-11-24", *options]
    out, err = golden.run(" ".join(command))
    assert err == b""
    return out.decode()


# The built-in spec in every light and width; the others in two that together have both.
VIEWS = [("coder", 1280, True), ("coder", 400, False)]
VIEWS += [(name, width, width == 400) for name in SPECS for width in (1280, 400)]


@pytest.mark.parametrize(("name", "width", "dark"), VIEWS)
def test_page(
    name: str, width: int, dark: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = report(name, tmp_path, monkeypatch)
    seen = browser.look(page, tmp_path / "browser", width, dark)
    assert seen.console == []
    facts = seen.facts
    assert facts["width"] <= width and facts["beyond"] == []
    # One drawing for each mode, in the size that fits.
    sizes = {drawing.split()[-1] for drawing in facts["drawings"]}
    assert sizes == {"wide" if width > 640 else "narrow"}
    assert facts["outside"] == []
    assert (facts["background"] == "rgb(255, 255, 255)") != dark
    assert facts["violations"] == []
    assert "color-contrast" in facts["passes"]


@pytest.mark.parametrize("name", SPECS)
def test_page_alone_is_silent(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = report(name, tmp_path, monkeypatch)
    assert browser.console_of(page, tmp_path / "browser") == []


def test_the_harness_does_see_faults(tmp_path: Path) -> None:
    bad = (
        '<!doctype html><html lang="en"><head><title>t</title></head><body><main><h1>h</h1>'
        '<p style="color:#ccc;background:#fff;width:2000px">pale</p></main>'
        "<script>console.error('said')</script></body></html>"
    )
    seen = browser.look(bad, tmp_path, 400, dark=False)
    assert seen.facts["width"] >= 2000 and seen.facts["beyond"]
    assert "color-contrast" in {violation["id"] for violation in seen.facts["violations"]}
    assert any("said" in line for line in seen.console)
