"""What is one person's or one host's own: pointed out, and replaced where that is asked for."""

from __future__ import annotations

import pytest

from coder_gen.importing import read
from coder_gen.importing.command.checking import check

LINE = (
    "docker run -u 1234:1234 -v /home/ann/src:/src -v /nfs/homes/ann:/nfs/homes/ann"
    " -w /home/ann/src -e X=/home/anna -p 10.1.2.3:80:80 -p 127.0.0.1:1:1 a /home/ann/go"
)


def lines(text: str) -> list[str]:
    return [line.strip(" -") for line in text.splitlines()]


def test_pointed_out_at_its_place() -> None:
    made = read(LINE, "run.sh")
    assert [d.code for d in made.diagnostics] == ["W531"] * 4
    assert [d.span.column for d in made.diagnostics if d.span is not None] == [
        LINE.index(text) for text in ("/home/ann/src:", "/nfs", "10.1", "-u")
    ]
    assert 'user: "1234:1234"' in lines(made.spec_text)


def test_replaced() -> None:
    made = read(LINE, "run.sh", portable=True)
    assert made.diagnostics == ()
    assert check(made) == []
    assert lines(made.spec_text) == [
        "name: a", "", "image: a", "user: host", 'command: ["${HOME}/go"]',
        "working_dir: ${HOME}/src", "environment:", "X: /home/anna", "ports:",
        '"${HOST_ADDRESS:-10.1.2.3}:80:80"', '"127.0.0.1:1:1"', "volumes:",
        "${HOME}/src:/src", "/nfs/homes/${USER}:/nfs/homes/${USER}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("-u 1000:1000", []),
        ("-u 999", []),
        ("-u 5000", ["the user 5000"]),
        ("--user=5000:0", []),
        ("-v /srv:/home/ann", []),
        ("-v /srv/home:/a", []),
        ("-v /Users/ann:/a", ["/Users/ann"]),
        ("-v $HOME:/home/ann", []),
        ("--mount type=bind,src=/home/ann,dst=/a", ["/home/ann"]),
        ("-p 0.0.0.0:80:80 -p [::1]:81:81 -p [::]:82:82", []),
    ],
)
def test_what_is_ones_own(options: str, said: list[str]) -> None:
    made = read(f"docker run {options} a", "run.sh")
    assert [d.message.partition(" belongs")[0] for d in made.diagnostics] == said
    assert check(read(f"docker run {options} a", "run.sh", portable=True)) == []


@pytest.mark.parametrize("user", ["-u1234:1234", "-u=1234:1234", "--user 1234:1234", "--user=1234"])
def test_each_spelling_of_the_user(user: str) -> None:
    made = read(f"docker run {user} a", "run.sh", portable=True)
    assert check(made) == []
    assert "1234" not in made.spec_text


def test_compose_and_inspect_too() -> None:
    compose = "services: {a: {image: b, user: '2000:2000', volumes: ['/home/ann:/h']}}"
    assert "user: host" in read(compose, "c.yml", portable=True).spec_text
    assert "${HOME}:/h" in read(compose, "c.yml", portable=True).spec_text
