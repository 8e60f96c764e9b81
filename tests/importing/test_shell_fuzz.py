"""Whatever stands in a script: a spec or located errors, soon, and no word is lost in silence."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from coder_gen.importing import read
from coder_gen.importing.pipeline import Imported
from coder_gen.language.load import Options, load
from coder_gen.text.diagnostics import Problems
from tests.cli import run
from tests.generators.sizes import part
from tests.importing.corpus import LINES
from tests.importing.plans import nothing

QUICKLY = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
_CHARS = (
    st.sampled_from("\"'\\$`(){}[]<>|&;#=:,-~*?! \t\n\r\0\x1b\x85\u2028\ufeff\U000e3158aZ09")
    | st.characters()
)
_PIECES = st.sampled_from(
    ["docker run ", "podman run ", "apptainer exec ", " -v ", " -e A=", " -p 80:80 ", " image ", "\\\n",
     "$(id -u)", "${X:-y}", "${X", "$((1+", "if [ ", " ]; then\n", "fi\n", "case $1 in\n", "esac\n", "<<E\n",
     "E\n", "while ", "do\n", "done\n", "a=(", ")\n", '"${a[@]}"', "f() {\n", "}\n", "f\n", "$@", "$'\\x", "eval "]
)  # fmt: skip


def imported(text: str, kind: str | None = None) -> Imported | None:
    """What an import gives; None for errors, each with its place."""
    try:
        return read(text, "run.sh", kind)
    except Problems as problems:
        errors = problems.diagnostics
    assert errors and all(d.span is not None for d in errors)
    return None


_TEXTS = st.tuples(
    st.sampled_from(["", "docker run ", "a=(\n", "docker run -e A=b image\n"]),
    st.lists(_PIECES | st.text(_CHARS, max_size=4), max_size=12).map("".join),
    st.sampled_from(["", " image\n", '\ndocker run "${a[@]}" image\n']),
).map("".join)


@QUICKLY
@given(_TEXTS)
@example("docker run {\U000e3158 a")
@example("docker run $'\\")
@example("docker run ${a[")
@example("docker run a\0")
@example("docker run \ud800")
def test_any_pieces(text: str) -> None:
    made = imported(text, "script")
    if made is not None:
        load("coder.yaml", made.spec_text.encode(), Options(), nothing)


@QUICKLY
@given(st.sampled_from([line.text for line in LINES]), st.data())
def test_a_line_with_a_slip(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(at, min(len(text), at + 3)))
    slipped = text[:at] + data.draw(st.text(_CHARS, max_size=2)) + text[end:]
    made = imported(slipped, "script")
    if made is not None:
        load("coder.yaml", made.spec_text.encode(), Options(), nothing)


@part(3)
@given(_TEXTS)
def test_the_command_line_tool(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    for words in (["import", "--from", "script", "-"], ["import", "--check", "-"]):
        done = run(*words, stdin=text)
        assert done.status in (0, 1, 2), done.stderr
        assert "Traceback" not in done.stderr and "fault of coder-gen" not in done.stderr
        assert done.status == 0 or (done.stdout == "" and "error[E" in done.stderr)


# Each once, so that none takes another's place.
_OPTIONS = [
    "-e {}=x", "-e A=${{{}:-d}}", "-v /{}:/t", "-v /s:/{}:ro", "--label {}", "--name {}", "--network {}",
    "--security-opt {}", "--cidfile {}", "--mount type=bind,src=/{},dst=/m", "-w /{}", "--log-opt {}=1",
    "--device /dev/{}", "-m {}", "-e 'B= {} '", '--entrypoint "{}"', "-p {}:80", "--gpus device={}",
    "--health-cmd {}", "--tmpfs /{}", "-u {}", "--add-host {}:1.2.3.4", "--ulimit {}=1", "-l {}=x", "-h {}",
]  # fmt: skip
_WRAPS = st.sampled_from(
    ["{0}", "if [ -e /x ]; then\n{0}\nfi", "f() {{\n{0}\n}}\nf", "for i in 1; do\n{0}\ndone",
     "case $1 in\na)\n{0}\n;;\nesac", "x=$({0})", "({0})", "{0} &", "while true; do\n{0}\ndone",
     "if [ $1 = y ]; then\n{0}\nelse\ndocker run other\nfi", "{0} || exit 1", "cd /x && {0}"]
)  # fmt: skip
_PLACES = st.sampled_from(["inline", "array", "text", "branch"])


@QUICKLY
@given(st.lists(st.sampled_from(_OPTIONS), unique=True), st.data(), _WRAPS)
def test_no_word_is_lost_in_silence(options: list[str], data: st.DataObject, wrap: str) -> None:
    before: list[str] = []
    words: list[str] = []
    for number, option in enumerate(options):
        said = option.format(f"m4rk{number:02}")
        place = data.draw(_PLACES)
        if place == "array":
            before.append(f"a{number}=({said})")
            words.append(f'"${{a{number}[@]}}"')
        elif place == "text" and not {"'", '"'} & set(said):
            before.append(f'o{number}="{said}"')
            words.append(f"$o{number}")
        elif place == "branch":
            before.append(f'b{number}=()\nif [ -n "$Z" ]; then b{number}+=({said}); fi')
            words.append(f'"${{b{number}[@]}}"')
        else:
            words.append(said)
    command = f"docker run {' '.join(words)} m4rk98 m4rk99"
    text = "\n".join([*before, wrap.format(command)]) + "\n"
    made = imported(text, "script")
    if made is not None:
        told = made.spec_text + "".join(d.message for d in made.diagnostics)
        assert [mark for mark in re.findall(r"m4rk\d\d", text) if mark not in told] == []


def test_a_loss_is_seen() -> None:
    made = imported("docker run -e A=m4rk00 i", "script")
    assert made is not None and "m4rk00" in made.spec_text and "m4rk01" not in made.spec_text
