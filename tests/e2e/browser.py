"""Chromium without a driver: a page opened in a frame of a given width, and what it says of it."""

from __future__ import annotations

import contextlib
import functools
import html
import json
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import pytest

# Opens page.html in a frame, runs axe-core in it, and writes what it sees to #out. A window has a
# least width, a frame has none.
_HARNESS = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title>
<link rel="icon" href="data:,"></head><body style="margin:0">
<iframe id="frame" title="page" src="page.html" style="width:@WIDTH@px;height:900px;border:0"></iframe>
<pre id="out"></pre><script>
const frame = document.getElementById("frame");
frame.onload = () => {
  const page = frame.contentDocument, script = page.createElement("script");
  const beyond = [...page.querySelectorAll("body *")].filter(e =>
    !e.closest(".scroll, svg") && e.getBoundingClientRect().right > @WIDTH@ + 1);
  const shown = [...page.querySelectorAll("svg.drawing")].filter(e => e.getClientRects().length);
  const texts = shown.flatMap(e => [...e.querySelectorAll("text")]);
  const outside = texts.filter(t => {
    const own = t.getBoundingClientRect(), all = t.ownerSVGElement.getBoundingClientRect();
    return own.right > all.right + 0.5 || own.left < all.left - 0.5;
  });
  const seen = {
    width: page.documentElement.scrollWidth,
    beyond: beyond.map(e => e.outerHTML.slice(0, 120)),
    drawings: shown.map(e => e.getAttribute("class")),
    outside: outside.map(t => t.textContent),
    background: getComputedStyle(page.body).backgroundColor,
  };
  script.src = "axe.js";
  script.onload = () => frame.contentWindow.axe.run(page).then(found => {
    seen.violations = found.violations.map(v => ({id: v.id, nodes: v.nodes.map(n => n.html)}));
    seen.passes = found.passes.map(p => p.id);
    document.getElementById("out").textContent = JSON.stringify(seen);
  });
  page.head.appendChild(script);
};
</script></body></html>
"""


class Seen(NamedTuple):
    """What a browser has to say of a page."""

    # Lines that the page, or the browser about it, wrote to the console.
    console: list[str]
    # From the harness above.
    facts: dict[str, Any]


def look(page: str, folder: Path, width: int, dark: bool) -> Seen:
    """Open a page in a frame of that width."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page.html").write_text(page, "utf-8")
    (folder / "harness.html").write_text(_HARNESS.replace("@WIDTH@", str(width)), "utf-8")
    (folder / "axe.js").write_bytes(files("axe_core_python").joinpath("axe.min.js").read_bytes())
    with _served(folder) as address:
        done = _chromium(f"{address}/harness.html", folder, "--dump-dom", dark=dark)
    out = re.search(r'<pre id="out">(.*?)</pre>', done.stdout, re.DOTALL)
    assert out is not None and out[1], done.stderr[-2000:]
    return Seen(_console(done.stderr), json.loads(html.unescape(out[1])))


def console_of(page: str, folder: Path) -> list[str]:
    """What the console says of the page as a file, opened by itself."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "alone.html"
    path.write_text(page, "utf-8")
    return _console(_chromium(path.as_uri(), folder, "--dump-dom").stderr)


def screenshot(page: str, folder: Path, target: Path, width: int, *, dark: bool = False) -> None:
    """A picture of the page in a window of that width, for people."""
    path = folder / "picture.html"
    path.write_text(page, "utf-8")
    _chromium(
        path.as_uri(), folder, f"--screenshot={target}", f"--window-size={width},2400", dark=dark
    )


def _chromium(
    address: str, folder: Path, *more: str, dark: bool = False
) -> subprocess.CompletedProcess[str]:
    words = [
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        "--enable-logging=stderr", "--virtual-time-budget=60000",
        f"--user-data-dir={folder / 'profile'}",
        # 0 is dark, 1 is light.
        f"--blink-settings=preferredColorScheme={0 if dark else 1}", *more, address,
    ]  # fmt: skip
    try:
        return subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
    except FileNotFoundError:
        pytest.fail("chromium is not installed: run .ci/install-engines")


def _console(stderr: str) -> list[str]:
    return [line for line in stderr.splitlines() if ":CONSOLE" in line]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@contextlib.contextmanager
def _served(folder: Path) -> Iterator[str]:
    """The folder on a port of loopback: frames of files may not be looked into."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
