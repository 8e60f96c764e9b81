"""How checks run, what is printed, and that every check can be found in the docs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from coder_gen.doctor import report, run
from coder_gen.doctor.model import Check, CheckFinding, Precondition, ok, problem, skipped, warning
from coder_gen.doctor.registry import BY_ID, CHECKS
from coder_gen.doctor.sockets import in_the_way, parse
from coder_gen.doctor.x_display import parse as display
from coder_gen.text.positions import SourceFile, Span
from coder_gen.text.styles import Style
from tests import cli
from tests.doctor.fakes import FakeProbe, context

ROOT = Path(__file__).parents[2]
ALWAYS = Precondition("always", lambda context: True)


def check(name: str, *findings: CheckFinding) -> Check:
    return Check(name, name.upper(), "About it.", ALWAYS, lambda context, probe: list(findings))


def test_nothing_heavy_is_imported(tmp_path: Path) -> None:
    """The whole command, every check of it, without what costs more than they do."""
    code = (
        "import sys; sys.argv = ['coder-gen', 'doctor', '--engine', 'apptainer']\n"
        "from coder_gen.cli import main\n"
        "try: main()\n"
        "except SystemExit as stop: assert stop.code in (0, 3), stop.code\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    heavy = {
        "asyncio",
        "concurrent.futures",
        "dataclasses",
        "http.client",
        "jinja2",
        "logging",
        "ssl",
    }
    assert not heavy & set(done.stdout.split())


def test_ids_are_unique_words() -> None:
    """Programs read them."""
    assert len(BY_ID) == len(CHECKS)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", each.id) for each in CHECKS)


def test_docs_name_every_check() -> None:
    """checks.md each check there is; troubleshooting.md none that there is not."""
    listed = (ROOT / "docs/checks.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([a-z-]+)` \|", listed, re.MULTILINE) == list(BY_ID)
    told = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    named = set(re.findall(r"--only ([a-z-]+)", told))
    assert named
    assert named <= set(BY_ID)


def test_the_launcher_says_the_same() -> None:
    """The same words for the same trouble, in the launcher's modules and here."""
    launcher = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "templates/machinery").rglob("*.sh")
    )
    folder = ROOT / "generator/coder_gen/doctor"
    # Strings are broken over lines there.
    here = re.sub(
        r'"\s*\n\s*f?"', "", "".join(p.read_text(encoding="utf-8") for p in folder.rglob("*.py"))
    )
    for words in (
        "is not on PATH",
        "neither apptainer nor singularity is on PATH",
        "this user may not talk to Docker",
        "the Docker daemon does not answer",
        "Docker is not usable: ",
        "is not on this host",
        "is taken by ",
        "another program",
        "change it in the spec's ports",
        ", to be mounted at ",
        "create it, or make the mount optional in the spec",
        "does not exist on this host",
        "DISPLAY is not set: the container starts without a display",
        "is on this host's loopback, which the container's network does not reach",
        "is forwarded by ssh, which only lets in who has its cookie",
        "without which it would run what stands in values",
        "to be the home, is not writable for ",
    ):
        assert words in launcher, words
        assert words in here, words


def test_a_check_that_fails_or_hangs_is_one_line() -> None:
    """The others are heard all the same."""
    never = threading.Event()

    def hangs(context: object, probe: object) -> list[CheckFinding]:
        never.wait()
        return []

    def fails(context: object, probe: object) -> list[CheckFinding]:
        raise ValueError("oh")

    probe = FakeProbe()
    probe.seconds = 0.05
    checks = [
        Check("hangs", "hangs", "", ALWAYS, hangs),
        Check("fails", "fails", "", ALWAYS, fails),
        check("fine", ok("yes")),
        Check("other", "other", "", Precondition("never", lambda context: False), fails),
    ]
    found = run.run(checks, context("{name: x, image: y}"), probe)
    never.set()
    assert [(result.check.id, result.status) for result in found] == [
        ("hangs", "warning"), ("fails", "warning"), ("fine", "ok"),
    ]  # fmt: skip
    assert found[0].findings[0].message == "no answer within 0.2 s"
    assert "ValueError: oh" in found[1].findings[0].message


SPAN = Span(SourceFile("coder.yaml", ""), 2, 4, 5)
RESULTS = run.run(
    [
        check("one", ok("all is well")),
        check(
            "two", warning("half", "try"), problem("bad \x1b[2J", "run this", "a 'b' c", span=SPAN)
        ),
        check("three", skipped("no answer")),
    ],
    context("{name: x, image: y}"),
    FakeProbe(),
)


def test_text() -> None:
    """As it is read."""
    assert report.text("heading", RESULTS, Style()) == (
        "heading\n\n"
        "✓ ONE    all is well\n"
        "! TWO    half\n"
        "         → try\n"
        "✗        bad �[2J [coder.yaml:3:5]\n"
        "         → run this:\n"
        "             a 'b' c\n"
        "- THREE  no answer\n\n"
        "1 problem stops the launch; 1 warning; 1 not looked at.\n"
    )


def test_plain_text_has_the_same_columns() -> None:
    """Where the locale has no signs."""
    plain = report.text("heading", RESULTS, Style(signs=False))
    assert "ok ONE    all is well\n!  TWO    half\n          -> try\nX         bad" in plain


@pytest.mark.parametrize("width", [40, 60, 100])
def test_nothing_but_commands_is_wider_than_asked(width: int) -> None:
    """Words are folded, commands are not."""
    results = run.run(
        [check("name", problem("word " * 60, "fix " * 60, "c" * 200))],
        context("{name: x, image: y}"),
        FakeProbe(),
    )
    lines = report.text("heading " * 20, results, Style(width=width)).splitlines()
    assert [line.strip() for line in lines if len(line) > width] == ["c" * 200]


def test_json() -> None:
    """The shape in docs/doctor.md."""
    assert json.loads(json.dumps(report.record(RESULTS)))[1] == {
        "id": "two",
        "title": "TWO",
        "status": "problem",
        "findings": [
            {
                "status": "warning", "message": "half", "fix": "try", "commands": [],
                "file": None, "line": None, "column": None,
            },
            {
                "status": "problem", "message": "bad \x1b[2J", "fix": "run this",
                "commands": ["a 'b' c"], "file": "coder.yaml", "line": 3, "column": 5,
            },
        ],
    }  # fmt: skip


TCP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1EB4 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1
   1: 0100007F:1EB5 00000000:0000 01 00000000:00000000 00:00000000 00000000     0        0 4243 1
"""
TCP6 = """\
  sl  local_address                         remote_address                        st tx rx tr inode
   0: 00000000000000000000000001000000:1EB4 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 77 1
   1: 0000000000000000FFFF00000100007F:1EB4 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 78 1
"""


def test_kernel_tables() -> None:
    """Addresses are words in the host's byte order; only listeners count."""
    assert [tuple(each) for each in parse(TCP, "tcp")] == [("127.0.0.1", 7860, "4242")]
    assert [each.address for each in parse(TCP6, "tcp")] == ["::1", "127.0.0.1"]


@pytest.mark.parametrize(
    ("wanted", "taken"), [("127.0.0.1", True), ("", True), ("0.0.0.0", True), ("10.0.0.1", False)]
)
def test_who_is_in_the_way(wanted: str, taken: bool) -> None:
    """The launcher's own rule."""
    (listener,) = parse(TCP, "tcp")
    assert in_the_way(listener, wanted, 7860) == taken
    assert not in_the_way(listener, wanted, 7861)


@pytest.mark.parametrize(
    ("name", "address", "forwarded"),
    [
        (":0", ("/tmp/.X11-unix/X0", 0), False),
        ("unix:1.0", ("/tmp/.X11-unix/X1", 0), False),
        ("localhost:10.0", ("localhost", 6010), True),
        ("127.0.0.1:11", ("127.0.0.1", 6011), True),
        ("[::1]:10.0", ("::1", 6010), True),
        ("desk.site:0", ("desk.site", 6000), False),
    ],
)
def test_display_names(name: str, address: tuple[str, int], forwarded: bool) -> None:
    """Where each display's server listens."""
    found = display(name)
    assert found is not None
    assert (found.address, found.is_forwarded) == (address, forwarded)


@pytest.mark.parametrize("name", ["", "screen", "host", ":", ":x"])
def test_no_display_names(name: str) -> None:
    """Words that are none."""
    assert display(name) is None


def test_a_check_that_is_not_there_is_no_reason_to_run_none() -> None:
    """A slip of the hand would else look like a host that is ready."""
    for name, hint in (("prots", "Did you mean ports?"), ("xyzzyx", "See --list.")):
        done = cli.run("doctor", "--only", name)
        assert (done.status, done.stdout) == (2, "") and hint in done.stderr
