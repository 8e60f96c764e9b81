"""devcontainer.json: what shapes the container is kept, the rest is said."""

from __future__ import annotations

import pytest

from coder_gen.importing import read
from coder_gen.text.diagnostics import Problems
from tests.importing.test_formats_round_trip import planned

NAME = ".devcontainer/devcontainer.json"
BARE = '"image": "app:1", "overrideCommand": false, "workspaceMount": "", "workspaceFolder": "/w"'


def spec(more: str) -> str:
    text = read(f"{{{BARE}, {more}}}", NAME).spec_text
    planned(text)
    return text.replace("name: app\n\nimage: app:1\n", "").replace("working_dir: /w\n", "")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ('"capAdd": ["SYS_PTRACE"]', "cap_add: [SYS_PTRACE]\n"),
        ('"securityOpt": ["a=b"], // why\n', "security_opt: [a=b]\n"),
        ('"init": true, "privileged": false', "init: true\n"),
        ('"containerUser": "node"', "user: node\n"),
        ('"containerEnv": {"A": "$x", "B": "${localEnv:FOO:y}"}',
         "environment:\n  A: $$x\n  B: ${FOO:-y}\n"),
        ('"containerEnv": {"A": "//no comment"}', "environment:\n  A: //no comment\n"),
        ('"appPort": ["8080:80"]', 'ports:\n  - "8080:80"\n'),
        ('"forwardPorts": [3000]', 'ports:\n  - "127.0.0.1:3000:3000"\n'),
        ('"mounts": ["type=bind,source=${localEnv:HOME}/.ssh,target=/s,readonly"]',
         "volumes:\n  - ${HOME}/.ssh:/s:ro\n"),
        ('"forwardPorts": []', ""),
        ('"runArgs": ["--cap-add=BPF", "--gpus", "all", "-e", "X=${localEnv:Y}", "--quiet"], "capAdd": ["KILL"]',
         "environment:\n  X: ${Y:-}\ngpus: all\ncap_add: [KILL, BPF]\nengine_options: [--quiet]\n"),
        ('"mounts": [{"type": "volume", "source": "v", "target": "/v"}]', "volumes:\n  - v:/v\n"),
    ],
)  # fmt: skip
def test_key(more: str, expected: str) -> None:
    assert spec(more) == expected


def test_what_it_says_by_saying_nothing() -> None:
    text = read('{"image": "app:1"}', NAME).spec_text
    assert "volumes:\n  - ${PWD}:/workspace\n" in text
    assert "working_dir: /workspace\n" in text
    assert "entrypoint: [/bin/sh, -c," in text


def test_the_name_of_the_users_folder() -> None:
    made = read('{"image": "a", "workspaceFolder": "/w/${localWorkspaceFolderBasename}"}', NAME)
    assert "working_dir: /w/${WORKSPACE:-workspace}\n" in made.spec_text
    assert "  - ${PWD}:/w/${WORKSPACE:-workspace}\n" in made.spec_text
    assert [d.code for d in made.diagnostics] == ["W501"]


@pytest.mark.parametrize("words", ['"--capadd=A"', '"-e"', '"--init", "x"'])
def test_run_arguments_are_options_of_docker(words: str) -> None:
    with pytest.raises(Problems, match="E507"):
        spec(f'"runArgs": [{words}]')


def test_build() -> None:
    text = read(
        '{"build": {"dockerfile": "D", "args": {"A": "1"}}, "name": "Our IDE"}', NAME
    ).spec_text
    assert text.startswith("name: our-ide\ndescription: Our IDE\n\nimage: our-ide:latest\nbuild:\n")
    assert "  dockerfile: D\n" in text and "  args:\n    A: 1\n" in text
    planned(text)


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("postCreateCommand", "W544"),
        ("initializeCommand", "W544"),
        ("remoteUser", "W542"),
        ("customizations", "W542"),
    ],
)
def test_what_is_not_the_containers_is_said(key: str, code: str) -> None:
    (said,) = read(f'{{{BARE}, "{key}": "x"}}', NAME).diagnostics
    assert said.code == code and key in said.message and said.span is not None


@pytest.mark.parametrize(
    "more",
    [
        '"features": {"ghcr.io/x/y": {}}',
        '"dockerComposeFile": "c.yml"',
        '"containerEnv": {"A": "${templateOption:x}"}',
        '"imagee": 1',
    ],
)
def test_refused(more: str) -> None:
    with pytest.raises(Problems, match="E503"):
        spec(more)


def test_a_comment_moves_no_place() -> None:
    with pytest.raises(Problems) as raised:
        read('{\n\t/* one\n two */ "image": "a", "featurs": {}\n}', NAME)
    span = raised.value.diagnostics[0].span
    assert span is not None and (span.line, span.column) == (2, 22)
