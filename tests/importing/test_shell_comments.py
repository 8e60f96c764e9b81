"""A script's comments stand in the spec beside what they are about."""

from __future__ import annotations

from coder_gen.importing import read
from coder_gen.importing.command.checking import check
from coder_gen.language.load import Options, load

SCRIPT = """\
#!/bin/bash
#
# Starts the team's IDE.
#
# Ask ops for the port.
# shellcheck disable=SC2086
set -e
args=(
  # files stay mine
  --user "$(id -u):$(id -g)"
  -e A=b  # for: the "build"
  -e B=c
  -v /nfs:/nfs # the shared tree
)
# The web IDE
docker run "${args[@]}" ide:1
"""
SPEC = """\
# Starts the team's IDE.
#
# Ask ops for the port.

name: ide
description: The web IDE

image: ide:1
user: host  # files stay mine
environment:
  A: b  # for: the "build"
  B: c
volumes:
  - /nfs:/nfs  # the shared tree
"""


def test_carried_over() -> None:
    made = read(SCRIPT, "run.sh")
    assert made.spec_text == SPEC
    assert check(made) == []


def test_modes_are_described() -> None:
    script = (
        'if [ "$1" = shell ]; then\n  # A shell instead\n  docker run -it --rm ide bash\n'
        "else\n  # The IDE\n  docker run ide\nfi\n"
    )
    text = read(script, "run.sh").spec_text
    assert "  service:\n    description: The IDE\n" in text
    assert "  shell:\n    description: A shell instead\n" in text


def test_what_is_no_word_of_an_option_is_left() -> None:
    long = "x" * 81
    script = f"#!/bin/sh\nset -e\n# {long}\ndocker run \\\n  -e A=b \\\n  a # {long}\n# the end\n"
    assert read(script, "run.sh").spec_text == "name: a\n\nimage: a\nenvironment:\n  A: b\n"


def test_a_comment_above_and_one_beside() -> None:
    script = "a=(\n  # the board\n  --device /dev/ttyUSB0 # USB\n)\ndocker run ${a[@]} i\n"
    assert "  - /dev/ttyUSB0  # the board; USB\n" in read(script, "run.sh").spec_text


def test_no_comment_becomes_anything_else() -> None:
    script = "a=(\n  -e A=b # x\x85- y\u2028z: !reset {\n)\ndocker run ${a[@]} i # ]\n"
    made = read(script, "run.sh")
    project = load("c.yaml", made.spec_text.encode(), Options(), lambda name: b"")
    assert check(made) == []
    assert project.name == "i"
