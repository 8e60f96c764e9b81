"""The web IDE's page in a browser without a window: signing in, and editing a file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.e2e import host

_SIZE: ViewportSize = {"width": 1280, "height": 800}
# Milliseconds; the first page compiles a good deal.
_SOON, _FIRST = 30_000, 120_000


@contextlib.contextmanager
def _opened(url: str) -> Iterator[Page]:
    """The page in a browser of its own."""
    browser_path = host.require("chromium", "chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path,
            args=["--no-sandbox", "--disable-gpu", "--no-proxy-server"],
        )
        try:
            page = browser.new_page(viewport=_SIZE)
            page.goto(url, timeout=_FIRST)
            yield page
        finally:
            browser.close()


def edit(url: str, folder: str, name: str, text: str, saved: Path, screenshot: Path) -> None:
    """Add a line to a file of the folder, wait until it is on disk, and take a picture."""
    with _opened(f"{url}?folder={folder}") as page:
        page.get_by_role("treeitem", name=name).first.dblclick(timeout=_FIRST)
        lines = page.locator(".editor-instance .view-lines").first
        lines.click(timeout=_SOON)
        page.keyboard.press("Control+End")
        page.keyboard.type(text + "\n")
        page.keyboard.press("Control+s")
        host.wait_until(lambda: text in saved.read_text(), "the file is saved", timeout=30)
        # The side bar on the right says nothing of ours.
        page.keyboard.press("Control+Alt+b")
        page.wait_for_timeout(1_000)
        page.screenshot(path=str(screenshot))


def sign_in(url: str, wrong: str, password: str) -> None:
    """Be refused with a wrong password, and see the workbench with the right one."""
    with _opened(url) as page:
        for said, shows in ((wrong, ".error"), (password, ".monaco-workbench")):
            assert "/login" in page.url
            page.locator("input[type=password]").fill(said, timeout=_SOON)
            page.keyboard.press("Enter")
            page.locator(shows).first.wait_for(timeout=_FIRST)
