"""Every command and every spec that README and ``docs/`` show works as they say.

How to write a page, so that it is tested:

```` ```console ````
    A terminal. `$ ` begins a command, `> ` goes on with it on the next line; what follows is what
    it prints, on both streams, and has to match. `…` stands for anything in a line, and alone on a
    line for any lines. A command has to succeed; one that should not says so at its end, two
    blanks before: `$ coder-gen check  # exit status 1`. No engine can be reached, there is no
    display, and no host variables are set but HOME, USER (pat) and PATH.
```` ```console engine ````
    The same, but it needs Docker: ``tests/e2e/test_docs_engine.py`` runs it (together with the
    other blocks of its page, in order), and the plain tests leave it out.
```` ```console fresh ````
    A bare Debian with a copy of this repository: ``tests/e2e/test_newcomer.py`` runs it.
```` ```console ci ````
    What ``.ci/run`` runs: a test looks whether the command is there.
```` ```yaml coder.yaml ````
    A file of that name, written into the page's folder at that point. In any language.
```` ```yaml spec ````
    A spec, or a piece of one (`extends: coder` is put before it where it has no image), which has
    to compile to a script and to a Compose file without an error.
```` ```text ````
    Anything else: output in the middle of a sentence, a command line of another tool's manual.

The blocks of a page share one shell and one folder, which is empty at first: a page is a session.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from coder_gen import cli
from tests import pages, reference
from tests.pages import Block

PAGES = pages.pages()
_KNOWN = {
    "console": ("", "engine", "fresh", "ci"),
    "yaml": ("", "spec"),
    "text": ("",),
    "mermaid": ("",),
}
# A link or an image; what follows the name of a page is a heading.
_LINK = re.compile(r"\[[^\]\[]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def _name(path: Path) -> str:
    return str(path.relative_to(pages.ROOT))


def _blocks(kind: str) -> list[Block]:
    return [b for page in PAGES for b in pages.blocks(page) if b.rest == kind]


@pytest.fixture(scope="session")
def plain_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PATH on which there is no engine."""
    folder = tmp_path_factory.mktemp("path") / "bin"
    pages.programs(folder, pages.ENGINES)
    return folder


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_commands_do_what_the_page_shows(page: Path, plain_path: Path, tmp_path: Path) -> None:
    """All commands of the page that need no engine, in order."""
    session = [b for b in pages.blocks(page) if b.is_file or b.info == ("console",)]
    folder, home = tmp_path / "work", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    env = {"PATH": str(plain_path), "HOME": str(home), "USER": "pat", "LC_ALL": "C.UTF-8"}
    ran = pages.run(session, folder, env, timeout=120)
    assert not (wrong := pages.disagreements(session, ran)), "\n\n".join(wrong)


@pytest.mark.parametrize("spec", _blocks("spec"), ids=str)
def test_specs_compile(spec: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page calls a spec is one."""
    monkeypatch.chdir(tmp_path)
    whole = re.search(r"^(image|extends):", spec.text, re.MULTILINE)
    Path("coder.yaml").write_text(spec.text if whole else "extends: coder\n" + spec.text, "utf-8")
    for target in ("script", "compose"):
        done = CliRunner().invoke(cli.coder_gen, [target, "-q"])
        assert done.exit_code == 0, f"{spec}: {done.output}{done.exception}"


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_block_says_what_it_is(page: Path) -> None:
    """A block that no test reads could be wrong."""
    for block in pages.blocks(page):
        known = block.rest in _KNOWN.get(block.language, ()) or block.is_file
        assert known, f"{block}: no test knows the fence `{' '.join(block.info)}`"


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_commands_in_sentences_exist(page: Path) -> None:
    """`coder-gen NAME --option`, in the middle of a sentence or as an example that is not run."""
    group = cli.coder_gen
    assert isinstance(group, cli.Commands)
    for line in _mentioned(page):
        words = shlex.split(line.split(" # ")[0])[1:]
        end = next((i for i, w in enumerate(words) if w in ("--", "|", "&&", ">", ";")), len(words))
        options = {w.partition("=")[0] for w in words[:end] if w.startswith("-") and w != "-"}
        name = next((w for w in words[:end] if not w.startswith("-")), None)
        command = group.get_command(click.Context(group), name) if name else None
        assert command or "--exec" in options or not name, f"{_name(page)}: {line}"
        known = {"-h", "--help"} | {o for p in group.params for o in p.opts}
        for each in (command, group.get_command(click.Context(group), "exec")):
            known |= {o for p in (each.params if each else ()) for o in p.opts}
        # Such a command is asked about options.
        about_options = command and command.context_settings.get("ignore_unknown_options")
        assert about_options or options <= known, f"{_name(page)}: {line}"


def _mentioned(page: Path) -> list[str]:
    shown = [line for b in pages.blocks(page) if b.language == "text" for line in b.lines]
    whole = [line.removeprefix("$ ") for line in shown]
    inline = re.findall(r"`(coder-gen [^`]*)`", _without_blocks(page).replace("\n", " "))
    return [*(line for line in whole if line.startswith("coder-gen ")), *inline]


@pytest.mark.parametrize("block", _blocks("ci"), ids=str)
def test_ci_runs_what_the_pages_say(block: Block) -> None:
    """A command that would run the tests within the tests."""
    lines = (pages.ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    for command in pages.commands(block):
        assert any(re.fullmatch(rf"(\w+=\w+ )?{re.escape(command.text)}", line) for line in lines)


@pytest.mark.parametrize("name", reference.GENERATED)
def test_generated_pages_are_fresh(name: str) -> None:
    """`make docs` would change nothing."""
    assert (pages.ROOT / "docs" / name).read_text("utf-8") == reference.GENERATED[name]()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    """Links within the repository: the file is there, and so is the heading."""
    for target in _LINK.findall(_without_blocks(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, heading = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{_name(page)}: {target}"
        if heading:
            assert heading in _anchors(file), f"{_name(page)}: {target}"


def test_every_page_is_in_the_index() -> None:
    """A reader finds each page from docs/README.md."""
    index = pages.ROOT / "docs" / "README.md"
    linked = {
        (index.parent / t.partition("#")[0]).resolve()
        for t in _LINK.findall(index.read_text("utf-8"))
    }
    missing = [_name(p) for p in PAGES if p.parent != pages.ROOT and p != index and p not in linked]
    assert not missing


def _without_blocks(page: Path) -> str:
    return re.sub(r"^(`{3,}).*?^\1$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def _anchors(page: Path) -> set[str]:
    """The headings as GitHub names them in links."""
    found = set()
    for heading in _HEADING.findall(_without_blocks(page)):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        found.add(re.sub(r"[^\w\- ]", "", text).replace(" ", "-"))
    return found
