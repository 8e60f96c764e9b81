"""The report: complete, self-contained, and the same page whatever the spec's text says."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from unicodedata import combining, east_asian_width

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coder_gen.audit.findings import audit
from coder_gen.engines.docker import RULES
from coder_gen.quoting import html, mermaid
from coder_gen.quoting.yaml import scalar
from coder_gen.reporting.crossings import Crossing, crossings
from coder_gen.reporting.drawing import Drawing, narrow, wide
from coder_gen.reporting.mermaid import chart
from coder_gen.reporting.page import Columns, page
from coder_gen.targets import registry
from coder_gen.text import characters
from tests import golden
from tests.audit.compiled import compiled

VOID = {"meta", "link", "br", "hr", "img", "input"}
# What no spec holds: NUL, and a dollar that would be a variable.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0$"), min_size=1, max_size=60)


class Page(HTMLParser):
    """A page's elements, its text, and whether every element is closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.attributes: list[tuple[str, ...]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append(tuple(sorted(name for name, _ in attrs)))
        self.links += [v or "" for name, v in attrs if name in ("href", "src", "action", "style")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@cache
def columns() -> Columns:
    return registry.columns()


def rendered(text: str, files: dict[str, str] | None = None) -> str:
    project, planned = compiled(text, files=files)
    found = audit(project, planned, "2026-11-24")
    return page(project, planned, found, RULES, columns(), ("coder-gen report", "coder-gen script"))


def crossed(text: str) -> list[Crossing]:
    project, planned = compiled(text)
    found = audit(project, planned, "2026-11-24")
    return crossings(planned["service"], [*found.open, *found.accepted])


@pytest.mark.parametrize("case", golden.cases(), ids=lambda case: case.name)
def test_page_of_every_golden_spec(case: golden.Case) -> None:
    spec = case.spec.read_text("utf-8-sig") if case.spec else "extends: coder"
    files = {path.name: path.read_text("utf-8") for path in case.inputs if path.suffix == ".yaml"}
    made = Page(rendered(spec, files))
    assert made.open == []
    assert "script" not in made.tags and "iframe" not in made.tags
    # Nothing is loaded: every link stays on the page.
    assert all(link.startswith("#") for link in made.links)


def test_style_loads_nothing() -> None:
    style = re.search(r"<style>(.*?)</style>", rendered("extends: coder"), re.DOTALL)
    assert style is not None
    assert "url(" not in style[1] and "@import" not in style[1]
    assert "prefers-color-scheme: dark" in style[1] and "@media print" in style[1]


@settings(deadline=None, max_examples=40)
@given(TEXT)
def test_any_text_is_text(value: str) -> None:
    def spec(text: str) -> str:
        quoted = scalar(text)
        return (
            f"image: a\ndescription: {quoted}\nports: [80]\n"
            f"accept: {{root-user: {{reason: {quoted}, until: 2027-01-01}}}}\n"
            f"environment: {{A: {quoted}}}\ncommand: [{quoted}]\n"
            f"modes: {{service: {{description: {quoted}}}}}\n"
        )

    made, plain = Page(rendered(spec(value))), Page(rendered(spec("x" * len(value))))
    assert made.tags == plain.tags and made.open == []
    assert made.attributes == plain.attributes
    assert html_text(value) in "".join(made.words)


@settings(deadline=None, max_examples=30)
@given(TEXT)
def test_any_path_is_text_in_the_drawing(value: str) -> None:
    path = scalar("/srv/" + value)
    made = Page(rendered(f"image: a\nvolumes: [{{type: bind, source: {path}, target: /x}}]\n"))
    assert made.open == [] and "script" not in made.tags
    assert html_text("/srv/" + value)[:40].split("\n")[0] in "".join(made.words)
    known = Page(rendered("image: a\nvolumes: ['/srv/x:/x']\n"))
    assert set(made.tags) <= {*known.tags, "title"} and set(made.attributes) <= set(
        known.attributes
    )


def html_text(value: str) -> str:
    """The text as the page shows it."""
    made = Page(f"<p>{html.text(value)}</p>")
    return "".join(made.words)


@given(st.text(max_size=80))
def test_html_text_parses_back(value: str) -> None:
    assert html_text(value) == "\n".join(map(characters.shown, value.split("\n")))
    made = Page(f'<p title="{html.text(value)}" class="x"></p>')
    assert made.tags == ["p"] and made.attributes == [("class", "title")]


@pytest.mark.parametrize("value", [None, True, [], object()])
def test_html_takes_text_and_numbers_only(value: object) -> None:
    with pytest.raises(TypeError):
        html.text(value)


def test_html_that_is_html_already_stays() -> None:
    assert html.text(html.Html("<b>")) == "<b>" and html.text("<b>") == "&lt;b&gt;"
    assert html.text(1000.0) == "1000" and html.text(1.5) == "1.5"


@given(st.text(max_size=80))
def test_mermaid_label_reads_back(value: str) -> None:
    label = mermaid.label(value)
    assert label[0] == label[-1] == '"' and not set(label[1:-1]) & set('"`<>[]|;\n') - {";"}
    back = re.sub(r"#(\d+);", lambda match: chr(int(match[1])), label[1:-1])
    assert back == (characters.shown(value) or " ")
    assert "$$" not in label


def test_mermaid_chart_has_a_line_for_each_crossing() -> None:
    found = crossed("extends: coder")
    text = chart("coder", "service", found)
    assert text.startswith("flowchart LR\n")
    assert len(re.findall(r"^  h\d+ <?--", text, re.MULTILINE)) == len(found)
    assert text.count("subgraph") == text.count("\n    end") + text.count("\n  end")


def test_everything_that_crosses_is_there() -> None:
    found = crossed(
        "image: a\nports: ['127.0.0.1:8080:80/udp']\nvolumes: ['/a:/b:ro', 'data:/d', '/var/run/docker.sock:/s']\n"
        "devices: ['/dev/snd:r']\ngpus: all\nx11: cookie\nuse_api_socket: true\nipc: host\n"
        "environment: {A: fixed, B: '${B-x}', C: }\nforward_environment: [D]\nprivileged: true\n"
        "cap_add: [SYS_PTRACE]\nsecurity_opt: [seccomp=unconfined, label=type:x]\n"
        "secrets: {key: {file: ./k}}\nengine_options: [--pid=host]\ntmpfs: [/t]\n"
    )
    said = [(c.group, c.host, c.inside, c.way, c.level) for c in found]
    assert said == [
        ("Ports", "127.0.0.1, port 8080", "port 80/udp", "in", "none"),
        ("Files", "/a", "/b (read-only)", "in", "none"),
        ("Files", "volume data", "/d (writable)", "both", "none"),
        ("Files", "/var/run/docker.sock", "/s (writable)", "both", "critical"),
        ("Files", "./k", "/run/secrets/key (read-only)", "in", "none"),
        ("Devices", "/dev/snd", "/dev/snd (r)", "both", "low"),
        ("Devices", "accelerators: all", "accelerators", "both", "none"),
        ("Display and sockets", "X display, by a cookie of its own", "DISPLAY", "both", "medium"),
        ("Display and sockets", "the engine's socket", "the engine's socket", "both", "critical"),
        ("Variables", "D", "D", "in", "none"),
        ("Variables", "B (now x)", "B", "in", "none"),
        ("Variables", "C (as the host has it)", "C", "in", "none"),
        ("Shared with the host", "shared memory", "shared memory", "both", "medium"),
        ("Shared with the host", "processes", "processes", "both", "high"),
        ("Rights", "every right of root's", "privileged", "in", "critical"),
        ("Rights", "kernel", "SYS_PTRACE", "in", "critical"),
        ("Rights", "kernel", "seccomp=unconfined", "in", "high"),
    ]
    places = {c.inside: c.where for c in found}
    assert places["/b (read-only)"] == "coder.yaml:3:11" and places["B"].startswith("coder.yaml:9:")


def test_a_variable_without_a_default_has_no_value_now() -> None:
    found = crossed(
        "image: a\nvariables: {PW: {}, N: 1}\ncap_add: ['${MORE:-}']\n"
        "environment: {A: '${PW:?set it}', B: '${N}', C: '${HOME}/x'}\n"
    )
    said = ["PW", "N (now 1)", "HOME (now ${HOME}/x)"]
    assert [c.host for c in found if c.group == "Variables"] == said
    assert not [c for c in found if c.group == "Rights"]


@settings(deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT, st.sampled_from(["none", "low", "critical"])), max_size=12))
def test_nothing_leaves_the_drawing_or_lies_over_another(rows: list[tuple[str, str, str]]) -> None:
    found = [Crossing("Files", host, inside, "in", level, (), "") for host, inside, level in rows]
    for drawing in (wide(found, "Container"), narrow(found)):
        inside(drawing)
        labels = [label for label in drawing.labels if label.style == "label"]
        for one in labels:
            for other in labels:
                if one is not other and one.y == other.y:
                    assert left(one) + extent(one) <= left(other) or left(other) + extent(
                        other
                    ) <= left(one)


def extent(label: object) -> float:
    # Wide characters take two columns, accents of others none.
    text = label.text  # type: ignore[attr-defined]
    return 7.3 * sum(2 if east_asian_width(c) in "WF" else not combining(c) for c in text)


def left(label: object) -> float:
    return label.x - (extent(label) if label.anchor == "end" else 0)  # type: ignore[attr-defined]


def inside(drawing: Drawing) -> None:
    for label in drawing.labels:
        assert 0 < label.y < drawing.height
        if label.style == "label":
            assert left(label) >= 0 and left(label) + extent(label) <= drawing.width
    for box in drawing.boxes:
        assert box.x + box.width <= drawing.width and box.y + box.height <= drawing.height
    for arrow in drawing.arrows:
        assert 0 <= arrow.x1 < arrow.x2 <= drawing.width and arrow.y < drawing.height


@pytest.mark.parametrize("letters", ["漢字", "ab", "a", "字b"])
def test_a_long_path_is_cut_by_its_width(letters: str) -> None:
    path = "/資料/" + letters * 60 + "/end"
    drawing = wide([Crossing("Files", path, path, "in", "none", (), "")], "Container")
    inside(drawing)
    cut = [label for label in drawing.labels if label.full]
    assert len(cut) == 2 and all(label.text.endswith("/end") for label in cut)
    assert all(extent(label) <= 435 - 2 * 14 for label in cut)


def test_a_message_is_shown_as_it_is() -> None:
    shown = rendered("image: 'coder:1'\ncommand: [code-server, --auth, none]\nports: ['80:80']\n")
    assert "<code>--auth none</code> gives everyone access" in shown
    assert "first-letter" not in shown and "<p>coder:1 has no digest" in shown


def test_long_labels_keep_both_ends_and_their_whole_text() -> None:
    path = "/srv/" + "a" * 100 + "/end"
    drawing = wide([Crossing("Files", path, "/b", "in", "none", (), "")], "Container")
    (label,) = [label for label in drawing.labels if label.full]
    assert label.full == path
    assert label.text.startswith("/srv/") and label.text.endswith("/end") and "…" in label.text
