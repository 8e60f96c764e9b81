"""build.sh, convert.sh and setup.sh: arbitrary text of a spec reaches the programs they call."""

from __future__ import annotations

import hashlib
import re
import shlex
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import cli, golden
from tests.targets.image import making

BASE: dict[str, object] = {"base": "debian:bookworm-slim"}
OWN: dict[str, object] = {"context": "."}
# A dollar of the spec's is written twice.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="$")).map(str)
NASTY = st.sampled_from(
    ["$$(id)", "`id`", "'", '"', "\\", " ", "a b", "--", "-x", "*", "~", "!", "#"]
)
WORDS = st.lists(st.one_of(TEXT, NASTY), min_size=1, max_size=4).map("".join)


def _said(text: str) -> str:
    return text.replace("$$", "$")


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.from_regex(r"\A[A-Z]{2,6}\Z"), WORDS, max_size=3), WORDS, WORDS)
def test_build_passes_what_the_spec_says(args: dict[str, str], label: str, host: str) -> None:
    host = re.sub(r"[\s=,:]", "", host) or "db"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "Dockerfile").write_text("FROM scratch\n")
        build = {**OWN, "args": args, "labels": {"a.b": label}, "extra_hosts": [f"{host}=10.0.0.1"]}
        script = making.made(folder, "build-script", build)
        calls = making.recorded(folder, script)
        (call,) = [call for call in calls if call[1:2] == ["build"]]
        expected = ["docker", "build", "--file", f"{folder}/Dockerfile"]
        expected += [w for n, v in args.items() for w in ("--build-arg", f"{n}={_said(v)}")]
        expected += ["--label", f"a.b={_said(label)}", "--add-host", f"{_said(host)}:10.0.0.1"]
        assert call == [*expected, "--tag", "it:1", str(folder)]


def test_build_takes_ids_proxies_and_options(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    build = {
        **BASE,
        "user": {"name": "${USER}", "uid": "${UID}", "gid": "${GID}"},
        "tags": ["it:2"],
    }
    script = making.made(tmp_path, "build-script", build)
    uid, gid = making.own_ids()
    env = {"http_proxy": "http://user:secret@proxy", "USER": "ann"}
    options = ("--no-cache", "--pull", "--tag", "a:1", "--engine=podman", "--", "--squash")
    (call,) = [
        c for c in making.recorded(tmp_path, script, *options, env=env) if c[1:2] == ["build"]
    ]
    assert call == [
        *["podman", "build", "--file", f"{tmp_path}/Dockerfile"],
        *["--build-arg", "USER_NAME=ann", "--build-arg", f"USER_ID={uid}"],
        *["--build-arg", f"GROUP_ID={gid}", "--build-arg", "http_proxy"],
        *["--tag", "a:1", "--no-cache", "--pull", "--squash", "--format", "docker", str(tmp_path)],
    ]
    (call,) = [c for c in making.recorded(tmp_path, script) if c[1:2] == ["build"]]
    assert call[-5:-1] == ["--tag", "it:1", "--tag", "it:2"]
    # A dry run prints what can be pasted, and calls nothing.
    assert making.recorded(tmp_path, script, "--dry-run") == []


@pytest.mark.parametrize(
    ("build", "needed"),
    [
        ({}, False),
        ({"apt": ["git"], "files": ["a:/a"]}, False),
        ({"apt": ["git"], "cache": True}, True),
        ({"run": ["true"], "secrets": {"token": {"environment": "TOKEN"}}}, True),
        ({"files": [{"source": "a", "target": "/a", "mode": "0600"}]}, True),
    ],
)
def test_buildkit_is_asked_for_where_the_dockerfile_needs_it(
    build: dict[str, object], needed: bool, tmp_path: Path
) -> None:
    """What Docker's old builder does not know: mounts of RUN, and COPY --chmod."""
    for name in ("Dockerfile", "a"):
        (tmp_path / name).write_text("FROM scratch\n")
    dockerfile = making.made(tmp_path, "dockerfile", {**BASE, **build})
    assert bool(re.search(r"--mount=|--chmod=", dockerfile)) == needed
    script = tmp_path / "build.sh"
    script.write_text(making.made(tmp_path, "build-script", {**BASE, **build}), "utf-8")
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "TOKEN": "t", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["bash", str(script), "--dry-run"], env=env, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (b"DOCKER_BUILDKIT=1" in done.stdout) == needed


@pytest.mark.parametrize("engine", ["apptainer"])
def test_an_engine_that_builds_nothing_is_refused(tmp_path: Path, engine: str) -> None:
    outputs = {"build.sh": {"target": "build-script", "engine": engine}}
    making.spec(tmp_path, BASE, outputs=outputs)
    said = _error_of_write(tmp_path)
    assert "E412" in said and "convert.sh" in said


def _error_of_write(folder: Path) -> str:
    done = cli.run("write", "-f", str(folder / "coder.yaml"))
    assert done.status == 2
    return done.stderr


@settings(max_examples=25, deadline=None)
@given(st.lists(WORDS.filter(bool), min_size=1, max_size=4, unique=True), WORDS.filter(bool), WORDS)
def test_setup_writes_lines_and_git_values_as_they_are(
    lines: list[str], value: str, folder_name: str
) -> None:
    # A name of a file has at most 255 bytes.
    name = re.sub(r"[/.]", "", folder_name)[:40] or "x"
    step = {
        "creates": f"~/{name}",
        "run": f"mkdir ~/made-{len(lines)}",
        "lines": [{"file": f"~/{name}.rc", "lines": lines}],
        "git": {"user.name": value},
    }
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        script = folder / "setup.sh"
        script.write_text(making.made(folder, "setup-script", {"setup": {"one-step": step}}))
        home = folder / "home"
        home.mkdir()
        (home / _said(name)).mkdir()
        env = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

        def run(*args: str) -> subprocess.CompletedProcess[bytes]:
            return subprocess.run(
                ["bash", str(script), *args], env=env, capture_output=True, check=False
            )

        first = run()
        assert first.returncode == 0, first.stderr.decode()
        assert (home / f"{_said(name)}.rc").read_text() == "".join(
            f"{_said(line)}\n" for line in lines
        )
        # What the guard names is there, so the command did not run.
        assert not (home / f"made-{len(lines)}").exists()
        read = subprocess.run(
            ["git", "config", "--global", "user.name"], env=env, capture_output=True, check=False
        )
        assert read.stdout.decode().removesuffix("\n") == _said(value)
        times = {p: p.stat().st_mtime_ns for p in home.rglob("*")}
        again = run()
        assert again.stderr.decode() == "setup.sh: everything was done already\n"
        assert {p: p.stat().st_mtime_ns for p in home.rglob("*")} == times


def test_setup_gives_the_programs_it_calls_the_variables_of_the_spec(tmp_path: Path) -> None:
    """What a command of the spec names is in the environment; bash itself has UID."""
    read = "printenv PLACE gid >~/seen; echo ${UID} >>~/seen; : ${PLACE} ${GID}"
    setup = {"one": {"run": read, "creates": "~/seen"}}
    variables = {"PLACE": {"default": "a b"}}
    text = making.made(tmp_path, "setup-script", {"setup": setup}, variables=variables)
    (tmp_path / "setup.sh").write_text(text, "utf-8")
    env = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    subprocess.run(["bash", "setup.sh"], cwd=tmp_path, env=env, check=True, capture_output=True)
    uid, gid = making.own_ids()
    assert (tmp_path / "seen").read_text().splitlines() == ["a b", gid, uid]


def test_setup_keeps_a_last_line_without_its_end(tmp_path: Path) -> None:
    step = {"lines": [{"file": "~/rc", "lines": ["second"]}]}
    script = tmp_path / "setup.sh"
    script.write_text(making.made(tmp_path, "setup-script", {"setup": {"one": step}}))
    (tmp_path / "rc").write_text("first")
    env = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    for _ in range(2):
        subprocess.run(["bash", str(script)], env=env, check=True, capture_output=True)
    assert (tmp_path / "rc").read_text() == "first\nsecond\n"


def test_setup_tries_commands_again_until_they_succeed(tmp_path: Path) -> None:
    """The download that they follow is there after the first try."""
    content = b"fetched"
    (tmp_path / "page").write_bytes(content)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "curl").write_text(_CURL)
    (programs / "curl").chmod(0o755)
    step = {
        "download": {
            "url": "https://files.example/tool",
            "sha256": hashlib.sha256(content).hexdigest(),
            "target": "~/tool",
        },
        "run": ["echo ran >> ~/log", "exit $$(cat ~/status)"],
    }
    script = tmp_path / "setup.sh"
    script.write_text(making.made(tmp_path, "setup-script", {"setup": {"one": step}}))
    env = {"HOME": str(tmp_path), "PATH": f"{programs}:/usr/bin:/bin"}
    said = []
    for status in (7, 0, 0):
        (tmp_path / "status").write_text(str(status))
        done = subprocess.run(["bash", str(script)], env=env, capture_output=True, check=False)
        assert done.returncode == min(status, 1), done.stderr.decode()
        said.append(done.stderr.decode())
    assert "the step one failed" in said[0]
    assert said[2] == "setup.sh: everything was done already\n"
    assert (tmp_path / "log").read_text() == "ran\n" * 2


_CURL = """\
#!/bin/bash
while [[ $1 != --output ]]; do shift; done
cp "${HOME}/page" "$2"
"""


def test_setup_asks_for_what_is_missing(tmp_path: Path) -> None:
    script = tmp_path / "setup.sh"
    script.write_text(
        making.made(tmp_path, "setup-script", {"setup": {"ext": {"extensions": ["a.vsix"]}}})
    )
    env = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}

    def run(*args: str) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", str(script), *args], env=env, capture_output=True, check=False
        )
        return done.returncode, done.stderr.decode() + done.stdout.decode()

    status, said = run()
    assert status == 3 and f"{tmp_path}/a.vsix is missing" in said and "--only ext" in said
    assert run("--list") == (0, "ext  to do  \n")
    assert run("--only", "none") == (2, "setup.sh: there is no step none; the steps are ext\n")
    assert run("--only")[0] == run("--nly")[0] == 2


def test_convert_makes_the_new_sif_beside_the_old(tmp_path: Path) -> None:
    script = making.made(tmp_path, "convert-script", BASE)
    # It may ask an engine for the image, and asks nobody to do anything.
    calls = making.recorded(tmp_path, script, "--dry-run")
    assert calls == [["docker", "image", "inspect", "--format", "{{.Id}}", "--", "it:1"]]
    done = subprocess.run(
        ["bash", str(tmp_path / "script.sh"), "--dry-run", "--sif", "it's.sif", "--engine", "podman"],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}, capture_output=True, check=True,
    )  # fmt: skip
    assert done.stdout.decode().splitlines() == [
        "podman save --format docker-archive --output TMPDIR/image.tar -- it:1",
        "apptainer build ./it\\'s.sif.new docker-archive:TMPDIR/image.tar",
        "apptainer exec ./it\\'s.sif.new /bin/sh -c :",
        "mv -f -- ./it\\'s.sif.new ./it\\'s.sif",
    ]


KINDS = ("build.sh", "convert.sh", "setup.sh")


@pytest.mark.parametrize("name", KINDS)
def test_help_says_it_all(name: str, tmp_path: Path) -> None:
    for path in (path for path in golden.files(".sh") if path.name == name):
        done = subprocess.run(
            ["bash", path, "--help"], env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
            capture_output=True, check=True, encoding="utf-8",
        )  # fmt: skip
        assert done.stdout.startswith("Usage: ") and "Exit status: " in done.stdout
        options = set(re.findall(r"^\t(--?[a-z-]+)(?:\)| \|)", path.read_text("utf-8"), re.M))
        assert {o for o in options if o not in done.stdout} <= {"--"}


def test_names_that_a_script_keeps_are_refused(tmp_path: Path) -> None:
    build = {**BASE, "environment": {"A": "${folder}"}}
    said = making.errors(tmp_path, "build-script", build, variables={"folder": "x"})
    assert "E019" in said


# An engine that has no image until it has built one, and a converter that writes a file.
_ENGINE = """#!/bin/sh
case "$1 $2" in
image*) [ -e built ] && echo 1048576 ;;
build*) : >built ;;
*help | version* | save*) echo --no-eval 27 ;;
context*) exit 1 ;;
*) exit 1 ;;
esac
"""
_CONVERTER = """#!/bin/sh
[ "$1" != build ] || : >"$2"
echo --no-eval
"""


def _messages(folder: Path, *words: str) -> str:
    """What a script says of a host with such engines."""
    bin = folder / "bin"
    bin.mkdir(exist_ok=True)
    for name, text in (("docker", _ENGINE), ("apptainer", _CONVERTER)):
        (bin / name).write_text(text)
        (bin / name).chmod(0o755)
    done = subprocess.run(
        ["bash", *words], cwd=folder, env={"PATH": f"{bin}:/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True, check=False, encoding="utf-8",
    )  # fmt: skip
    return done.stderr


def test_messages_name_the_spec_s_own_files(tmp_path: Path) -> None:
    """What is missing is made by a script that is there."""
    outputs = {
        "go.sh": "script",
        "hpc.sh": {"target": "script", "engine": "apptainer"},
        "bin/make-image.sh": "build-script",
        "to-sif.sh": "convert-script",
    }
    path = str(making.spec(tmp_path, BASE, outputs=outputs, pull_policy="never"))
    for name, words in {
        "go.sh": ("script",),
        "hpc.sh": ("script", "--engine", "apptainer"),
        "build.sh": ("build-script",),
        "to-sif.sh": ("convert-script", "--engine", "docker"),
    }.items():
        (tmp_path / name).write_text(cli.run(*words, "-f", path).stdout)
    assert "build it with './bin/make-image.sh', or get it with" in _messages(tmp_path, "go.sh")
    assert "make it with 'bash ./to-sif.sh', or 'apptainer build" in _messages(tmp_path, "hpc.sh")
    assert "build it with ./bin/make-image.sh, or name an archive" in _messages(
        tmp_path, "to-sif.sh"
    )
    said = _messages(tmp_path, "build.sh", "--no-preflight")
    assert said.endswith("is ready (1 MiB); start it with bash ./go.sh\n"), said
    said = _messages(tmp_path, "to-sif.sh", "--no-preflight")
    assert said.endswith("is ready; start it with bash ./hpc.sh\n"), said


def test_without_such_files_messages_name_the_engine_s_command(tmp_path: Path) -> None:
    path = str(making.spec(tmp_path, BASE, pull_policy="never"))
    (tmp_path / "run.sh").write_text(cli.run("script", "-f", path).stdout)
    (tmp_path / "hpc.sh").write_text(cli.run("script", "-f", path, "--engine", "apptainer").stdout)
    (tmp_path / "build.sh").write_text(cli.run("build-script", "-f", path).stdout)
    assert ": build it with 'docker build -t " in _messages(tmp_path, "run.sh")
    assert ": make it with 'apptainer build " in _messages(tmp_path, "hpc.sh")
    assert _messages(tmp_path, "build.sh", "--no-preflight").endswith("is ready (1 MiB)\n")


@pytest.mark.parametrize("called", ["link", "file", "stdin"])
def test_a_script_s_folder_is_that_of_its_file(called: str, tmp_path: Path) -> None:
    """People have links to it in their ~/bin, and the image file stands beside the launcher."""
    shared, elsewhere = tmp_path / "it's shared", tmp_path / "bin"
    shared.mkdir()
    elsewhere.mkdir()
    script = shared / "run.sh"
    done = cli.run("script", "-f", str(making.spec(tmp_path, BASE)), "--engine", "apptainer")
    script.write_text(done.stdout)
    link = elsewhere / "start"
    link.symlink_to("../it's shared/run.sh")
    argv = {"link": [link], "file": [script], "stdin": ["-s", "--"]}[called]
    ran = subprocess.run(
        ["bash", *argv, "--dry-run"], cwd=elsewhere, input=done.stdout, text=True,
        capture_output=True, check=True,
    )  # fmt: skip
    folder = elsewhere if called == "stdin" else shared
    assert str(folder / "it.sif") in shlex.split(ran.stdout)
