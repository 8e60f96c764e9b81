"""Private files: closed while the container runs, gone when it has ended, however it ends."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from tests import golden
from tests.targets.launcher.processes import process_name
from tests.targets.launcher.stand_in import Host, host

ENGINES = ("docker", "podman", "apptainer")
SPEC = (
    "name: lab\nimage: i:1\nsecrets: {tok: {environment: TOKEN}}\nconfigs: {motd: {content: hi}}\n"
)
# What the container sees of the folder that its first file comes from.
LOOK = r"""
for word in "$@"; do
	case ${word} in
	*source=*file-tok,*)
		file=${word#*source=} file=${file%%,target*}
		stat -c '%a' -- "${file%/*}" "${file}" "${file%/*}/file-motd" >"${state}/seen"
		cat -- "${file}" >>"${state}/seen"
		;;
	esac
done
"""
# A container that says that it runs, and then waits for a signal, which it names.
WAIT = r"""
for name in HUP INT TERM; do trap "echo ${name} >\"${state}/signal\"; exit 9" "${name}"; done
echo up >"${state}/ready"
while :; do read -r -t 60 <>"${state}/never"; done
"""


@pytest.fixture
def there(tmp_path: Path) -> Host:
    """A host with every engine."""
    return host(tmp_path, *ENGINES)


def launcher_of(there: Host, engine: str, spec: str = SPEC) -> Path:
    """The spec's launcher for an engine."""
    if engine == "apptainer":
        spec += "entrypoint: [/bin/sh]\n"
    return there.launcher(spec, "--engine", engine)


def seen(there: Host) -> list[str]:
    """Modes of the folder and its files, and the secret."""
    return (there.state / "seen").read_text().split("\n")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("status", [0, 1, 7, 126, 127, 255])
def test_a_run_passes_on_the_status_and_leaves_nothing(
    engine: str, status: int, there: Host
) -> None:
    launcher = launcher_of(there, engine)
    there.hook(LOOK + f"exit {status}")
    done = there.run(launcher, before=["sh", "-c", 'umask 0; exec "$@"', "sh"], TOKEN="s3cret")
    assert (done.returncode, done.stderr) == (status, "")
    assert seen(there) == ["700", "444", "444", "s3cret"]
    assert there.left() == []


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_that_is_no_program_leaves_nothing(engine: str, there: Host) -> None:
    launcher = launcher_of(there, engine)
    (there.folder / "bin" / engine).write_bytes(b"\x7fELF no program")
    done = there.run(launcher, "--no-preflight", TOKEN="t")
    # bash's own status for exec; 1 where the limits are set just before.
    assert done.returncode == (1 if engine == "apptainer" else 126)
    assert there.left() == []
    if engine == "apptainer":
        assert there.run(launcher, "--no-preflight", "--start", TOKEN="t").returncode == 3
        assert there.left() == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["HUP", "INT", "TERM"])
def test_a_signal_reaches_the_container_and_nothing_is_left(
    engine: str, name: str, there: Host
) -> None:
    launcher = launcher_of(there, engine)
    os.mkfifo(there.state / "ready")
    os.mkfifo(there.state / "never")
    there.hook(LOOK + WAIT)
    running = there.begin(launcher, TOKEN="s3cret")
    assert (there.state / "ready").read_text() == "up\n"
    running.send_signal(getattr(signal, f"SIG{name}"))
    assert running.communicate(timeout=60)[1] == ""
    assert running.returncode == 9
    assert (there.state / "signal").read_text() == f"{name}\n"
    assert seen(there)[0] == "700"
    assert there.left() == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("name", "status"), [("HUP", 129), ("INT", 130), ("TERM", 143)])
def test_a_signal_before_the_container_leaves_nothing(
    engine: str, name: str, status: int, there: Host
) -> None:
    """The signal comes from the preflight: the folder is made, and no container runs yet."""
    launcher = launcher_of(there, engine)
    program = there.folder / "bin" / engine
    ask = r"""case $*: in *info* | version* | "run --help"*)
	# The launcher is what asks through a subshell or two.
	pid=$$
	while [[ $(tr '\0' ' ' </proc/"${pid}"/cmdline) != "bash ${LAUNCHER} "* ]]; do read -r _ _ _ pid _ </proc/"${pid}"/stat; done
	while read -r _ _ _ up _ </proc/"${pid}"/stat && [[ $(tr '\0' ' ' </proc/"${up}"/cmdline) == "bash ${LAUNCHER} "* ]]; do pid=${up}; done
	kill -NAME "${pid}" ;; esac
"""
    text = program.read_text()
    program.write_text(
        text.replace("case ${engine}", ask.replace("NAME", name) + "case ${engine}", 1)
    )
    done = there.run(launcher, TOKEN="t", LAUNCHER=str(launcher))
    assert done.returncode == status
    assert there.left() == []
    assert not any("run" in call for call in there.calls())


@pytest.mark.parametrize("engine", ENGINES)
def test_a_file_that_cannot_be_written_is_not_mounted(engine: str, there: Host) -> None:
    """As on a disk that is full: the second half does not fit."""
    launcher = launcher_of(there, engine)
    starts = [[], ["--no-preflight"]] + ([["--start"]] if engine == "apptainer" else [])
    for words in starts:
        done = there.run(
            launcher, *words, before=["sh", "-c", 'ulimit -f 1; exec "$@"', "sh"], TOKEN="x" * 9000
        )
        assert done.returncode == 3
        (line,) = done.stderr.splitlines()
        assert "file-tok cannot be written" in line and "make room in" in line
        assert "remove it" not in line
        assert there.calls() == [] and there.left() == []


def source_of(there: Host) -> str:
    """Where the secret of the last call lies."""
    word = next(word for word in there.calls()[-1] if "source=" in word and "file-tok" in word)
    return re.sub(r'""', '"', word).partition("source=")[2].partition("/file-tok")[0]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("variable", ["XDG_RUNTIME_DIR", "TMPDIR"])
@pytest.mark.parametrize(
    "place",
    ["", "relative", "missing", "open", "in open", "group", "spaces", "newline", "link", "file"],
)
def test_where_private_files_lie(engine: str, variable: str, place: str, there: Host) -> None:
    """In a folder in which nobody else can put something in their place, else in the next one."""
    launcher = launcher_of(there, engine)
    good, base = there.folder / "good", there.folder / "base"
    good.mkdir(mode=0o700)
    base.mkdir(mode=0o755)
    own = base / {"spaces": "a  b", "newline": "a\nb\n"}.get(place, "own")
    if place == "in open":
        own = base / "above" / "own"
        own.parent.mkdir()
    if place == "link":
        (base / "real").mkdir(mode=0o700)
        own.symlink_to("real")
    elif place == "file":
        own.touch()
    elif place != "missing":
        own.mkdir(mode=0o700)
    if place == "in open":
        own.parent.chmod(0o777)
    if place in ("open", "group"):
        own.chmod(0o777 if place == "open" else 0o770)
    given = {"": "", "relative": "base/own"}.get(place, str(own))
    env = {"XDG_RUNTIME_DIR": "", "TMPDIR": str(good), variable: given, "TOKEN": "t"}
    if variable == "TMPDIR":
        env["XDG_RUNTIME_DIR"] = "/nowhere"
    done = there.run(launcher, **env)
    assert done.returncode == 0, done.stderr
    used = {"spaces": own, "newline": own, "link": base / "real"}.get(place)
    other = good if variable == "XDG_RUNTIME_DIR" else Path("/tmp")
    assert Path(source_of(there)).parent == (used or other)
    left = [path for path in good.iterdir() if path.name != f"coder-gen-{os.getuid()}"]
    assert left == [] and [*base.rglob("lab*")] == []


def instance(there: Host) -> Path:
    """The launcher of a spec that an instance needs every private file for."""
    return launcher_of(there, "apptainer")


def own_folder(there: Host) -> Path:
    """Where everything of the instance lies."""
    return there.runtime / f"coder-gen-{os.getuid()}" / f"instance-lab-{os.getuid()}"


def modes(folder: Path) -> dict[str, str]:
    """The mode of each file, and of the folder itself."""
    return {p.name: oct(stat.S_IMODE(p.stat().st_mode)) for p in [folder, *folder.iterdir()]}


def test_an_instance_has_its_files_until_it_is_stopped(there: Host) -> None:
    launcher = instance(there)
    folder = own_folder(there)
    done = there.run(launcher, "--start", TOKEN="s3cret")
    assert done.returncode == 0, done.stderr
    assert modes(folder) == {
        folder.name: "0o700", "claim": "0o400", "runscript": "0o555",
        "file-tok": "0o444", "file-motd": "0o444",
    }  # fmt: skip
    assert (folder / "file-tok").read_text() == "s3cret"
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    again = there.run(launcher, "--start", TOKEN="other")
    assert again.returncode == 3
    assert again.stderr == (
        f"run.sh: lab-{os.getuid()} is running already: stop it with './run.sh --stop'\n".replace(
            "./run.sh", str(launcher)
        )
    )
    assert (folder / "file-tok").read_text() == "s3cret"
    assert there.run(launcher, "--stop").returncode == 0
    assert there.left() == []


def test_what_an_instance_left_that_ended_by_itself_goes(there: Host) -> None:
    launcher = instance(there)
    name = f"lab-{os.getuid()}"
    for words, status in ((["--start"], 0), (["--stop"], 0), (["--stop"], 1)):
        assert there.run(launcher, "--start", TOKEN="old").returncode == 0
        (there.state / "instances" / name).unlink()
        done = there.run(launcher, *words, TOKEN="new")
        if status == 0:
            assert done.returncode == 0
            assert f"{name} had ended by itself: what it left is removed\n" in done.stderr
        if words == ["--start"]:
            assert (own_folder(there) / "file-tok").read_text() == "new"
            assert there.run(launcher, "--stop").returncode == 0
        assert there.left() == []
    assert there.run(launcher, "--stop").returncode == 1


def test_a_start_that_fails_leaves_nothing(there: Host) -> None:
    launcher = instance(there)
    there.hook("echo 'FATAL: no such thing' >&2; exit 255")
    done = there.run(launcher, "--start", TOKEN="t")
    assert done.returncode == 3
    assert done.stderr == (
        f"FATAL: no such thing\nrun.sh: lab-{os.getuid()} has not started: why stands above\n"
    )
    assert there.left() == []


def blocked(there: Host) -> None:
    """Make a container that says that it begins, and begins when it is told to."""
    os.mkfifo(there.state / "ready")
    os.mkfifo(there.state / "go")
    there.hook('echo up >"${state}/ready"; read -r <"${state}/go"')


def test_of_two_starts_at_once_one_says_so(there: Host) -> None:
    launcher = instance(there)
    blocked(there)
    first = there.begin(launcher, "--start", TOKEN="first")
    assert (there.state / "ready").read_text() == "up\n"
    for verb in ("--start", "--stop"):
        done = there.run(launcher, verb, TOKEN="second")
        assert done.returncode == 3
        assert re.fullmatch(
            rf"run\.sh: lab-\d+ is being started by process {first.pid} on \S+: wait for it, or end"
            r" that process\n",
            done.stderr,
        )
        assert (own_folder(there) / "file-tok").read_text() == "first"
    (there.state / "go").write_text("\n")
    assert "has started" in first.communicate(timeout=60)[1]
    assert first.returncode == 0
    assert there.run(launcher, "--stop").returncode == 0
    assert there.left() == []


def test_a_start_that_was_killed_is_in_nobody_s_way(there: Host) -> None:
    launcher = instance(there)
    blocked(there)
    first = there.begin(launcher, "--start", TOKEN="first")
    assert (there.state / "ready").read_text() == "up\n"
    first.kill()
    first.wait()
    # Its engine is gone too.
    (there.state / "go").write_text("\n")
    first.communicate(timeout=60)
    (there.state / "hook").unlink()
    (there.state / "instances" / f"lab-{os.getuid()}").unlink(missing_ok=True)
    # What a kill leaves that comes before the folder has its name.
    own_folder(there).with_name(f"{own_folder(there).name}+{process_name(first.pid)}").mkdir(
        mode=0o700
    )
    done = there.run(launcher, "--start", TOKEN="second")
    assert done.returncode == 0, done.stderr
    assert (own_folder(there) / "file-tok").read_text() == "second"
    assert there.run(launcher, "--stop").returncode == 0
    assert there.left() == []


def test_a_claim_of_another_boot_or_host(there: Host) -> None:
    """A process of that number says nothing after a reboot; on another host nobody here can tell."""
    launcher = instance(there)
    for claim, status in (
        (process_name(os.getpid(), boot="other"), 0),
        (process_name(1, node="far"), 3),
    ):
        assert there.run(launcher, "--start", TOKEN="t").returncode == 0
        (there.state / "instances" / f"lab-{os.getuid()}").unlink()
        file = own_folder(there) / "claim"
        file.unlink()
        file.write_text(claim)
        assert there.run(launcher, "--stop").returncode == status
    assert (own_folder(there) / "file-tok").exists()


@pytest.mark.parametrize("engine_says", ["exit 1", "exec 1>&-; exit 0"])
def test_nothing_is_cleared_where_the_engine_does_not_tell(engine_says: str, there: Host) -> None:
    launcher = instance(there)
    assert there.run(launcher, "--start", TOKEN="t").returncode == 0
    program = there.folder / "bin" / "apptainer"
    program.write_text(f"#!/bin/bash\n{engine_says}\n")
    if "exit 1" in engine_says:
        for verb in ("--start", "--stop"):
            done = there.run(launcher, verb, TOKEN="t")
            assert done.returncode == 3
            assert "apptainer does not tell which instances run" in done.stderr
        assert (own_folder(there) / "file-tok").exists()


@pytest.mark.parametrize("in_the_way", ["open folder", "link", "file", "fifo", "dangling link"])
def test_something_else_in_the_place_of_the_folder(in_the_way: str, there: Host) -> None:
    """One line, and nothing is followed or replaced."""
    launcher = instance(there)
    place, elsewhere = own_folder(there).parent, there.folder / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    if in_the_way == "open folder":
        place.mkdir(mode=0o755)
    elif in_the_way == "file":
        place.touch()
    elif in_the_way == "fifo":
        os.mkfifo(place)
    else:
        place.symlink_to(elsewhere if in_the_way == "link" else "nothing")
    done = there.run(launcher, "--start", TOKEN="t")
    assert done.returncode == 3
    assert re.fullmatch(
        rf"run\.sh: {re.escape(str(place))} is not a folder of yours that is closed to others: .*\n",
        done.stderr,
    )
    assert list(elsewhere.iterdir()) == [] and there.calls() == []


def test_an_instance_gets_only_options_that_it_has(there: Host) -> None:
    """`instance run` has neither --pid nor --pwd; the start script goes to the folder."""
    spec = SPEC + "ipc: host\nworking_dir: /work\n"
    launcher = launcher_of(there, "apptainer", spec)
    assert there.run(launcher, TOKEN="t").returncode == 0
    assert {"--pid", "--pwd"} <= {*there.calls()[-1]}
    assert there.run(launcher, "--start", TOKEN="t").returncode == 0
    call = there.calls()[-1]
    assert {"--pid", "--pwd"} & {*call} == set()
    after = call[next(i for i, word in enumerate(call) if word.endswith(".sif")) :]
    assert after[2:] == ["/work", "/bin/sh"]
    script = own_folder(there) / "runscript"
    shown = subprocess.run(
        ["sh", script, "/usr", "pwd", "-L"], capture_output=True, encoding="utf-8", check=True
    )
    assert shown.stdout == "/usr\n"


def test_no_folder_is_looked_for_by_cdpath(there: Host) -> None:
    for path in golden.files(".sh"):
        for line in path.read_text("utf-8").splitlines():
            code = line.partition("#")[0]
            assert not re.search(r"(?<!CDPATH='' )\bcd (?!-P)?", code) or "CDPATH=" in code, line
    launcher = there.launcher("name: a\nimage: i:1\n", "--engine", "apptainer")
    for folder in ("new", "other/new"):
        (there.folder / folder).mkdir(parents=True)
    done = there.run(launcher, "--dry-run", "new", CDPATH=str(there.folder / "other"))
    assert f" --home {there.folder}/new:{there.folder}/new " in done.stdout


def volumes(there: Host) -> Path:
    return there.folder / "home" / ".local" / "share" / "coder-gen" / "volumes"


def test_a_named_volume_is_this_user_s_folder(there: Host) -> None:
    spec = "name: a\nimage: i:1\nvolumes: ['data:/data', {type: volume, source: deep, target: /d, volume: {subpath: a/b}}]\n"
    launcher = there.launcher(spec, "--engine", "apptainer")
    for env in ({}, {"XDG_DATA_HOME": "relative"}, {"XDG_DATA_HOME": ""}):
        assert there.run(launcher, **env).returncode == 0
        assert f"type=bind,source={volumes(there)}/data,target=/data" in there.calls()[-1]
    assert (volumes(there) / "deep" / "a" / "b").is_dir()
    assert stat.S_IMODE((volumes(there) / "data").stat().st_mode) == 0o700
    # A volume may be a link of the user's own; what a container linked inside of it is not followed.
    (volumes(there) / "data").rmdir()
    (volumes(there) / "data").symlink_to(there.folder / "home")
    assert there.run(launcher).returncode == 0
    (volumes(there) / "deep" / "a" / "b").rmdir()
    (volumes(there) / "deep" / "a" / "b").symlink_to(there.folder / "home")
    done = there.run(launcher)
    assert done.returncode == 3 and "/deep/a/b is a link: remove it" in done.stderr


def test_a_secret_of_a_build_is_private(there: Host) -> None:
    spec = "name: a\nimage: i:1\nbuild: {base: debian:12, secrets: {tok: {environment: TOKEN}}}\n"
    launcher = there.launcher(spec, target="build-script")
    for text, status in (("", 0), ("exit 4", 1)):
        there.hook(
            'for word in "$@"; do case ${word} in id=tok,*) file=${word#*src=};'
            ' stat -c %a -- "${file%/*}" "${file}" >"${state}/seen"; cat "${file}" >>"${state}/seen"'
            f" ;; esac; done\n{text}"
        )
        done = there.run(launcher, "--no-preflight", TOKEN="s3cret")
        assert done.returncode == status, done.stderr
        assert seen(there) == ["700", "400", "s3cret"]
        assert there.left() == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_signal_while_an_instance_is_claimed(when: str, there: Host) -> None:
    """Around the rename that makes the claim, which is where a folder could be forgotten."""
    launcher = instance(there)
    mv = there.folder / "bin" / "mv"
    lines = ['/usr/bin/mv "$@"', '[[ $1 != -T ]] || kill -TERM "${PPID}"']
    mv.write_text("\n".join(["#!/bin/bash", *(lines if when == "after" else lines[::-1])]) + "\n")
    mv.chmod(0o755)
    done = there.run(launcher, "--start", TOKEN="t")
    assert (done.returncode, there.calls()) == (143, [])
    assert there.left() == []
