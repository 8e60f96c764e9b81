"""The Dockerfile of a spec: its layers, its arguments, and what is wrong with a `build`."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import dockerfile as buildkit
import pytest

from tests import cli
from tests.targets.image import making

SUM = "0" * 64
BASE: dict[str, object] = {"base": "debian:bookworm-slim"}


def commands(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """The instructions, as BuildKit's parser reads them."""
    return [(c.cmd.upper(), c.value) for c in buildkit.parse_string(text)]


def test_layers_stand_in_the_order_in_which_they_change(tmp_path: Path) -> None:
    text = making.made(
        tmp_path,
        "dockerfile",
        {
            **BASE,
            "apt": ["git"],
            "pip": ["ruff==0.1"],
            "node": {"version": "22.1.0", "from": "release", "sha256": SUM},
            "npm": ["x@1"],
            "code_server": {"version": "4.1.0", "sha256": SUM},
            "downloads": [{"url": "https://h/f", "sha256": SUM, "target": "/f"}],
            "files": ["a:/a"],
            "run": ["true"],
            "labels": {"a": "b"},
        },
    )
    order = ["apt-get install", "/opt/venv", "nodejs.org", "code-server/releases", "npm install",
             "https://h/f", 'COPY ["a"', "RUN true", "getent group", "\nUSER 1000", "LABEL"]  # fmt: skip
    places = [text.index(each) for each in order]
    assert places == sorted(places)


def test_every_archive_is_checked_before_it_is_unpacked(tmp_path: Path) -> None:
    text = making.made(
        tmp_path,
        "dockerfile",
        {
            **BASE,
            "node": {
                "version": "22.1.0",
                "sha256": {"amd64": SUM},
                "npm": {"version": "1.0.0", "sha256": SUM},
            },
            "code_server": {"version": "4.1.0", "from": "npm", "sha256": SUM},
            "downloads": [
                {"url": "https://h/f.tar", "sha256": SUM, "target": "/f", "unpack": True}
            ],
        },
    )
    steps = [value[0] for name, value in commands(text) if name == "RUN" and "curl" in value[0]]
    steps = [step for step in steps if "--output" in step]
    assert len(steps) == 4
    for step in steps:
        assert re.search(r"curl .*sha256sum --check.*(?:tar --extract|npm install)", step)


def test_arguments_are_declared_before_their_use(tmp_path: Path) -> None:
    build = {
        "base": "${BASE}",
        "apt": ["git=${GIT}"],
        "environment": {"GIT_VERSION": "${GIT}", "WHO": "${USER} ${UID}"},
        "user": {"name": "${USER}", "uid": "${UID}"},
        "labels": {"base": "${BASE}"},
    }
    variables = {"BASE": "debian:12", "MAJOR": "2", "GIT": {"default": "1:${MAJOR}"}}
    text = making.made(tmp_path, "dockerfile", build, variables=variables)
    seen: set[str] = set()
    for name, value in commands(text):
        used = set(re.findall(r"(?<!\\)\$\{([A-Z_]+)\}", " ".join(value)))
        assert used <= seen, (name, value)
        if name == "FROM":
            seen = set()
        if name == "ARG":
            seen.add(value[0].split("=")[0])
    assert {"USER_NAME", "USER_ID", "GIT", "MAJOR", "BASE"} <= seen
    # A frozen one is no argument any more.
    frozen = making.made(tmp_path, "dockerfile", build, "--var", "GIT=2", variables=variables)
    assert "ARG GIT" not in frozen and "git=2" in frozen


def test_requirements_of_pip_are_one_word_each(tmp_path: Path) -> None:
    pip = ["tomli==2; python_version < '3.11'", "requests[socks] >= 2", "x @ https://h/x.whl"]
    text = making.made(tmp_path, "dockerfile", {**BASE, "pip": pip})
    names = re.findall(
        r"^        (.*) \\$",
        text[text.index("bin/pip install") : text.index("bin/pip check")],
        re.MULTILINE,
    )
    assert [shlex.split(name) for name in names] == [[each] for each in pip]


def test_archives_are_unpacked_by_what_is_installed_for_it(tmp_path: Path) -> None:
    for end, package in ((".zip", "unzip"), (".tar.bz2", "bzip2"), (".tar.zst", "zstd")):
        url = f"https://h/a{end}"
        download = {"url": url, "sha256": SUM, "target": "/a", "unpack": True, "strip": 1}
        text = making.made(tmp_path, "dockerfile", {**BASE, "downloads": [download]})
        assert f"        {package} \\\n" in text
        assert ("tar --extract" in text) != (end == ".zip")


def test_an_image_for_whoever_starts_it_has_an_open_home(tmp_path: Path) -> None:
    assert 'chmod 0755 "${home}"' in making.made(tmp_path, "dockerfile", BASE)
    assert 'chmod 1777 "${home}"' in making.made(tmp_path, "dockerfile", BASE, user="host")


def test_caches_take_the_place_of_cleaning_up(tmp_path: Path) -> None:
    build = {**BASE, "apt": ["git"], "pip": ["a"]}
    plain = making.made(tmp_path, "dockerfile", build)
    cached = making.made(tmp_path, "dockerfile", {**build, "cache": True})
    assert "rm -rf /var/lib/apt/lists" in plain and "--no-cache-dir" in plain
    assert "--mount" not in plain
    assert "rm -rf /var/lib/apt/lists" not in cached and "--no-cache-dir" not in cached
    assert cached.count("--mount=type=cache") == 3 and "docker-clean" in cached


def test_what_other_keys_need_is_installed(tmp_path: Path) -> None:
    build = {**BASE, "pip": ["a==1"], "locale": "de_DE.UTF-8", "user": {"sudo": True}, "init": "tini",
             "entrypoint": ["x"], "node": {"from": "apt"}}  # fmt: skip
    text = making.made(tmp_path, "dockerfile", build)
    install = next(value[0] for name, value in commands(text) if "apt-get install" in value[0])
    wanted = {"python3-venv", "locales", "sudo", "tini", "nodejs", "npm"}
    assert wanted <= set(install.split())
    # Nothing is installed for nothing.
    assert "apt-get" not in making.made(tmp_path, "dockerfile", {**BASE, "init": "none"})


def test_a_base_alone_gets_no_layer_of_a_key_that_is_not_there(tmp_path: Path) -> None:
    text = making.made(tmp_path, "dockerfile", {**BASE, "init": "none", "user": {"sudo": False}})
    found = [name for name, _ in commands(text)]
    # One RUN: the user and its home.
    assert found.count("RUN") == 1 and not {"COPY", "ENTRYPOINT", "CMD"} & {*found}
    assert not [
        word for word in ("bin/pip", "venv", "npm", "curl", "locale", "sudo") if word in text
    ]


@pytest.mark.parametrize(
    ("build", "needed"),
    [
        ({}, False),
        ({"downloads": [{"url": "https://h/f", "sha256": SUM, "target": "/f"}]}, True),
        ({"node": {"version": "22.1.0", "from": "release", "sha256": SUM}}, True),
        ({"code_server": {"version": "4.1.0", "from": "npm", "sha256": SUM}, "node": {"from": "apt"}}, True),
        ({"node": {"from": "apt"}, "npm": ["x@1"]}, False),
    ],
)  # fmt: skip
def test_curl_is_installed_where_something_is_fetched(
    build: dict[str, object], needed: bool, tmp_path: Path
) -> None:
    text = making.made(tmp_path, "dockerfile", {**BASE, **build})
    installed = {word for _, values in commands(text) for word in values[0].split()}
    assert ("curl" in installed) == needed
    assert not needed or "ca-certificates" in installed


@pytest.mark.parametrize(
    ("base", "warned"),
    [
        *((base, True) for base in ("alpine:3.20", "fedora", "docker.io/library/centos:7")),
        *((base, True) for base in ("quay.io/fedora:41", "archlinux@sha256:" + SUM, "scratch")),
        *((base, True) for base in ("opensuse/leap:15", "redhat/ubi9")),
        *((base, False) for base in ("debian:12", "ubuntu", "python:3.12", "me/fedora-like:1")),
        *((base, False) for base in ("fedora.example.org/debian:12", "me/redhat/app:1")),
    ],
)
def test_a_base_without_apt_is_warned_of(base: str, warned: bool, tmp_path: Path) -> None:
    done = cli.run("dockerfile", "-f", str(making.spec(tmp_path, {"base": base})))
    assert done.status == 0
    assert ("W401" in done.stderr) == warned
    assert not warned or base in done.stderr


def test_an_entry_point_of_the_spec_s_own(tmp_path: Path) -> None:
    build = {**BASE, "entrypoint": "serve --at 'a b'", "command": ["x"], "init": "none"}
    found = dict(commands(making.made(tmp_path, "dockerfile", build)))
    assert (found["ENTRYPOINT"], found["CMD"]) == (("serve", "--at", "a b"), ("x",))
    assert "ENTRYPOINT" not in dict(commands(making.made(tmp_path, "dockerfile", BASE)))


WRONG: dict[str, tuple[dict[str, object], str, str]] = {
    "no base": ({"apt": ["git"]}, "E401", "name a base image"),
    "home of the host": ({**BASE, "working_dir": "${HOME}"}, "E403", "belongs to who starts"),
    "chosen at start": ({**BASE, "labels": {"a": "${AUTO}"}}, "E403", "is chosen when"),
    "late entry point": ({**BASE, "entrypoint": ["a", "${PLAIN}"]}, "E404", "$${PLAIN}"),
    "line break": ({**BASE, "environment": {"A": "b\nc"}}, "E405", "a line break"),
    "line break in a label": ({**BASE, "labels": {"a": "b\nc"}}, "E405", "files"),
    "unseen in a value": ({**BASE, "environment": {"A": "b\u202ec"}}, "E413", "U+202E"),
    "unseen in a label": ({**BASE, "labels": {"a": "b\x1bc"}}, "E413", "a launcher can say it"),
    "unseen in a name": ({**BASE, "labels": {"a\u3164": "b"}}, "E413", "U+3164"),
    "backslash in a path": ({**BASE, "files": ["a\\b:/a"]}, "E405", "a backslash"),
    "a pattern": ({**BASE, "files": ["a*:/a"]}, "E405", "copy the folder that holds it"),
    "two defaults": ({**BASE, "labels": {"a": "${A:-1}${A:-2}"}}, "E406", "another default"),
    "an operator": ({**BASE, "labels": {"a": "${A:?no}"}}, "E406", "no other operator"),
    "no checksum": ({**BASE, "code_server": {"version": "4.1.0"}}, "E407", "sha256sum"),
    "no version": ({**BASE, "code_server": {"sha256": SUM}}, "E407", "`version`"),
    "no file": ({**BASE, "code_server": {"from": "file"}}, "E407", "names none"),
    "no node": ({**BASE, "npm": ["a"]}, "E409", "from: apt"),
    "no npm": ({**BASE, "npm": ["a"], "node": {"version": "1.2", "sha256": SUM}}, "E409", "without npm"),
    "a short checksum": ({**BASE, "downloads": [{"url": "https://h/f", "sha256": "abc", "target": "/f"}]}, "E014", "64 hex"),
    "a download to nowhere": ({**BASE, "downloads": [{"url": "https://h/f", "sha256": SUM}]}, "E015", "target"),
    "outside of the context": ({**BASE, "files": ["../a:/a"]}, "E014", "below the build's context"),
    "a file without a place": ({**BASE, "files": ["a"]}, "E014", "where the file goes"),
    "a user's name": ({**BASE, "user": {"name": "a b"}}, "E014", "user name"),
    "the whole system as a home": ({**BASE, "user": {"home": "/"}}, "E014", "home of the user's own"),
    "a folder of the system's as a home": ({**BASE, "user": {"home": "/usr/"}}, "E014", "the system's"),
    "an option of pip": ({**BASE, "pip": ["--pre"]}, "E014", "a requirement of pip"),
    "a package": ({**BASE, "apt": ["-y"]}, "E014", "a package"),
    "an unknown key": ({**BASE, "apts": ["git"]}, "E012", "did you mean `apt`"),
    "a key of Compose's": ({**BASE, "dockerfile_inline": "FROM x"}, "E016", "say `base`"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_what_is_wrong_says_where_and_how_to_fix_it(
    tmp_path: Path, case: tuple[dict[str, object], str, str]
) -> None:
    build, code, part = case
    variables = {"AUTO": {"type": "port", "default": "auto"}, "PLAIN": "1"}
    said = making.errors(tmp_path, "dockerfile", build, variables=variables)
    assert re.findall(r"error\[(E\d+)\]", said) == [code], said
    assert part in said and "coder.yaml:1:" in said


def test_every_error_is_reported_at_once(tmp_path: Path) -> None:
    build = {**BASE, "working_dir": "${HOME}", "labels": {"a": "x\ny"}, "npm": ["a"]}
    assert making.errors(tmp_path, "dockerfile", build).count("error[") == 3


def test_modes_have_no_build_of_their_own(tmp_path: Path) -> None:
    said = making.errors(tmp_path, "script", BASE, modes={"service": {"build": {}}})
    assert "E016" in said and "top of the spec" in said


def test_layers_of_a_build_merge_as_compose_merges(tmp_path: Path) -> None:
    profile = {"small": {"build": {"apt": ["vim"], "user": {"sudo": True}, "labels": {"a": "2"}}}}
    text = making.made(
        tmp_path, "dockerfile", {**BASE, "apt": ["git"], "labels": {"a": "1", "b": "1"}},
        *("--profile", "small", "--set", "build.base=ubuntu:24.04"), profiles=profile,
    )  # fmt: skip
    assert "FROM ubuntu:24.04" in text and "NOPASSWD" in text
    assert all(f"        {name} \\" in text for name in ("git", "vim", "sudo"))
    assert '"a"="2"' in text and '"b"="1"' in text


def test_certificates_of_one_name_do_not_hide_each_other(tmp_path: Path) -> None:
    build = {**BASE, "ca_certificates": ["a/site.pem", "b/site.crt"]}
    text = making.made(tmp_path, "dockerfile", build)
    targets = [value[1] for name, value in commands(text) if name == "COPY"]
    assert len(set(targets)) == 2 and all(target.endswith(".crt") for target in targets)
    assert "update-ca-certificates" in text and "NODE_EXTRA_CA_CERTS" in text


def test_the_built_in_spec_has_the_original_s_image(tmp_path: Path) -> None:
    """Its base, ids, entry point, port, home, and no authentication; `hardened` asks for one."""
    (tmp_path / "coder.yaml").write_text("extends: coder\n")

    def printed(*args: str) -> str:
        done = cli.run("dockerfile", "-f", str(tmp_path / "coder.yaml"), *args)
        assert done.status == 0
        return done.stdout

    text = printed()
    found = dict(commands(text))
    assert found["FROM"] == ("ubuntu:24.04",) and found["EXPOSE"] == ("7860",)
    assert found["WORKDIR"] == ('"/nfs/site/home/${USER_NAME}/coder"',)
    assert found["USER"] == ("${USER_ID}:${GROUP_ID}",)
    *start, code, name = found["ENTRYPOINT"]
    assert start == ["/usr/bin/dumb-init", "--", "/bin/bash", "-c"] and name == "code-server"
    assert code.startswith("exec /usr/bin/code-server ") and "--auth none" in code
    assert found["CMD"] == (".",)
    assert text.count("sha256sum --check") == 3 and "NOPASSWD" in text
    hardened = printed("--profile", "hardened")
    assert "--auth password" in hardened and "NOPASSWD" not in hardened
