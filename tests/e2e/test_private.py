"""Two users of one host: what a launcher keeps private stays so, whatever the other one prepared."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e import host
from tests.targets.launcher import stand_in

ATTACKER, VICTIM = 23456, 23457
SECRET = "s3cret-of-the-victim"
STATE = Path(f"/tmp/coder-gen-{VICTIM}")
# The container tells that it got the secret.
LOOK = r"""
for word in "$@"; do
	case ${word} in
	*tok,target*) file=${word#*source=} file=${file%%,target*} ;;
	id=tok,src=*) file=${word#*src=} ;;
	*) continue ;;
	esac
	cat -- "${file}" >"${state}/got"
done
"""
SPEC = """
name: lab
image: i:1
entrypoint: [/bin/sh]
secrets: {tok: {environment: TOKEN}}
configs: {motd: {content: hi}}
volumes: [data:/data]
build: {base: debian:12, secrets: {tok: {environment: TOKEN}}}
"""


class Launch(NamedTuple):
    """A launcher of the victim's: what makes it, and how it is called."""

    options: tuple[str, ...]
    words: tuple[str, ...] = ()
    target: str = "script"


LAUNCHES = {
    "docker": Launch(("--engine", "docker")),
    "podman": Launch(("--engine", "podman")),
    "apptainer": Launch(("--engine", "apptainer")),
    "start": Launch(("--engine", "apptainer"), ("--start",)),
    "build": Launch((), ("--no-preflight",), "build-script"),
    "convert": Launch((), ("--no-preflight", "--engine=docker"), "convert-script"),
}


@pytest.fixture
def there() -> Iterator[stand_in.Host]:
    """A host with stand-in engines, a home of the victim's, and nothing of theirs in /tmp."""
    host.require_root("two users")
    folder = Path(tempfile.mkdtemp(prefix="cg-two-"))
    folder.chmod(0o755)
    made = stand_in.host(folder, "docker", "podman", "apptainer")
    made.hook(LOOK)
    (folder / "home" / ".bashrc").write_text("alias ll=ls\n")
    for path in [folder / "home", folder / "runtime", *made.state.rglob("*"), made.state]:
        os.chown(path, VICTIM, VICTIM)
    os.chown(folder / "home" / ".bashrc", VICTIM, VICTIM)
    (folder / "runtime").rmdir()
    try:
        yield made
    finally:
        shutil.rmtree(folder)
        _remove(STATE)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _as(uid: int, code: str, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", code, "sh", *map(str, words)],
        user=uid, group=uid, extra_groups=[], cwd="/", env={"PATH": "/usr/bin:/bin"},
        capture_output=True, encoding="utf-8", errors="replace", timeout=60, check=False,
    )  # fmt: skip


def start(
    there: stand_in.Host, launch: Launch, env: Mapping[str, str], umask: int = 0
) -> subprocess.CompletedProcess[str]:
    """Start the launcher as the victim."""
    launcher = there.launcher(SPEC, *launch.options, target=launch.target)
    if launch.target == "convert-script":
        # The old SIF is in the way of nobody.
        (there.folder / "sif").mkdir(exist_ok=True)
        os.chown(there.folder / "sif", VICTIM, VICTIM)
    sif = ["--sif", str(there.folder / "sif" / "i.sif")] if "convert" in launch.target else []
    plain = {name: value for name, value in there.env.items() if name != "XDG_RUNTIME_DIR"}
    return subprocess.run(
        ["bash", str(launcher), *launch.words, *sif],
        user=VICTIM, group=VICTIM, extra_groups=[], umask=umask,
        env={**plain, "TOKEN": SECRET, **env}, cwd=there.folder, stdin=subprocess.DEVNULL,
        capture_output=True, encoding="utf-8", errors="replace", timeout=120, check=False,
    )  # fmt: skip


def _home(there: stand_in.Host) -> dict[str, bytes]:
    home = there.folder / "home"
    files = (path for path in home.rglob("*") if path.is_file())
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in files}


def held(there: stand_in.Host, launch: Launch, env: Mapping[str, str], *places: Path) -> None:
    """Start it; the attacker reads nothing, and nothing of the victim's is another than before."""
    before = _home(there)
    done = start(there, launch, env)
    assert done.returncode in (0, 3), (done.returncode, done.stderr)
    assert "line " not in done.stderr
    if done.returncode == 3:
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"{'run.sh'}: ") and ": " in line
    elif launch.target != "convert-script":
        assert (there.state / "got").read_text() == SECRET
    assert _home(there) == before
    read = 'grep -D skip -rsl -- "$1" "$2" /tmp/lab.* /tmp/coder-gen-* 2>/dev/null'
    for place in (STATE, *places):
        assert _as(ATTACKER, read, SECRET, place).stdout == ""
        for path in place.rglob("*") if place.is_dir() and not place.is_symlink() else ():
            # The victim put nothing where the attacker could replace it.
            assert path.is_symlink() or path.lstat().st_uid == ATTACKER or _closed(path, place)


def _closed(path: Path, place: Path) -> bool:
    between = [path, *path.parents]
    between = between[: between.index(place)]
    return any(p.is_dir() and p.stat().st_mode & 0o77 == 0 for p in between) or path.is_dir()


PREPARED: dict[str, str] = {
    "nothing": ":",
    "a closed folder": 'mkdir -m 0700 "$1"',
    "an open folder": 'mkdir "$1" && chmod 0777 "$1"',
    "an open folder with folders": 'mkdir -p "$1"/instance-lab-23457 && chmod -R 0777 "$1"',
    "an open folder with links": (
        'mkdir -p "$1"/lab-service "$1"/instance-lab-23457 && for f in "$1"/*; do'
        ' ln -s "$2"/.bashrc "$f"/runscript; ln -s "$2"/.bashrc "$f"/file-tok;'
        ' ln -s "$2"/.bashrc "$f"/claim; ln -s "$2"/.bashrc "$f"/claim.new; done;'
        ' chmod -R 0777 "$1"'
    ),
    "a link to the home": 'ln -s "$2" "$1"',
    "a link to a folder of the victim's": 'ln -s "$2"/own "$1"',
    "a dangling link": 'ln -s "$2"/new "$1"',
    "a file": ': >"$1"',
    "a fifo": 'mkfifo "$1"',
}


@pytest.mark.parametrize("launch", LAUNCHES)
@pytest.mark.parametrize("prepared", PREPARED)
def test_what_the_other_user_has_in_tmp(launch: str, prepared: str, there: stand_in.Host) -> None:
    """The names in /tmp are known before; whoever has taken one gets nothing by it."""
    home = there.folder / "home"
    own = home / "own"
    own.mkdir(mode=0o700)
    os.chown(own, VICTIM, VICTIM)
    assert _as(ATTACKER, f"umask 0; {PREPARED[prepared]}", STATE, home).returncode == 0
    try:
        held(there, LAUNCHES[launch], {})
        if launch == "start" and prepared != "nothing":
            assert not (there.state / "got").exists()
    finally:
        _remove(STATE)


Place = Callable[[Path], Path]


def _world(base: Path, mode: int, owner: int, name: str = "place") -> Path:
    place = base / name
    place.mkdir()
    os.chown(place, owner, owner)
    place.chmod(mode)
    return place


def _below(base: Path) -> Path:
    """A folder of the victim's in one in which the attacker can rename it."""
    own = _world(base, 0o777, ATTACKER) / "own"
    own.mkdir(mode=0o700)
    os.chown(own, VICTIM, VICTIM)
    return own


def _link(base: Path) -> Path:
    """The attacker's link to a folder of the victim's, which can point elsewhere later."""
    real = _world(base, 0o700, VICTIM, "real")
    place = _world(base, 0o777, ATTACKER)
    (place / "link").symlink_to(real)
    os.chown(place / "link", ATTACKER, ATTACKER, follow_symlinks=False)
    return place / "link"


FOLDERS: dict[str, Place] = {
    "anybody's, not sticky": lambda base: _world(base, 0o777, 0),
    "anybody's, sticky": lambda base: _world(base, 0o1777, 0),
    "the attacker's, closed": lambda base: _world(base, 0o700, ATTACKER),
    "the attacker's, open": lambda base: _world(base, 0o777, ATTACKER),
    "the attacker's, sticky": lambda base: _world(base, 0o1777, ATTACKER),
    "below the attacker's": _below,
    "through the attacker's link": _link,
    "with a line break": lambda base: _world(base, 0o777, ATTACKER, "a\nb"),
    "relative": lambda base: Path("home"),
    "empty": lambda base: Path(),
}


@pytest.mark.parametrize("launch", LAUNCHES)
@pytest.mark.parametrize("variable", ["XDG_RUNTIME_DIR", "TMPDIR"])
@pytest.mark.parametrize("folder", FOLDERS)
def test_folders_that_variables_name(
    launch: str, variable: str, folder: str, there: stand_in.Host
) -> None:
    """One in which somebody else could put something in its place is not used."""
    base = _world(there.folder, 0o755, 0, "base")
    place = FOLDERS[folder](base)
    value = "" if folder == "empty" else str(place)
    held(there, LAUNCHES[launch], {variable: value}, base)


@pytest.mark.parametrize("kind", ["link", "folder", "link to the home", "base"])
def test_a_volume_that_is_somebody_else_s(kind: str, there: stand_in.Host) -> None:
    """A link of the attacker's in a shared data folder would hand out, or fill, another folder."""
    base = _world(there.folder, 0o1777, 0, "data")
    home = there.folder / "home"
    share = base / "share"
    code = {
        "link": 'mkdir -p "$1"/coder-gen/volumes && chmod -R 0777 "$1" && ln -s "$2"/own "$1"/coder-gen/volumes/data',
        "folder": 'mkdir -p "$1"/coder-gen/volumes/data && chmod -R 0777 "$1"',
        "link to the home": 'mkdir "$1" && chmod 0777 "$1" && ln -s "$2" "$1"/coder-gen',
        "base": 'ln -s "$2" "$1"',
    }[kind]
    assert _as(ATTACKER, f"umask 0; {code}", share, home).returncode == 0
    before = {*home.rglob("*")}
    done = start(there, LAUNCHES["apptainer"], {"XDG_DATA_HOME": str(share)})
    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    assert " is somebody else's: set XDG_DATA_HOME to a folder of your own" in line
    assert {*home.rglob("*")} == before and there.calls() == []


@pytest.mark.parametrize("launch", LAUNCHES)
def test_an_umask_that_takes_all(launch: str, there: stand_in.Host) -> None:
    """What a launcher makes for itself can be used by it, also beside what an earlier one left."""
    for name in ("got", "calls"):
        (there.state / name).touch()
        os.chown(there.state / name, VICTIM, VICTIM)
    for _ in range(2):
        done = start(there, LAUNCHES[launch], {}, 0o777)
        assert (done.returncode, done.stderr.count("denied")) == (0, 0), done.stderr
        if launch == "start":
            stopped = start(there, LAUNCHES[launch]._replace(words=("--stop",)), {}, 0o777)
            assert stopped.returncode == 0, stopped.stderr


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    """A folder of the victim's in memory, with room for next to nothing."""
    folder.mkdir()
    options = f"size=16k,mode=0700,uid={VICTIM},gid={VICTIM}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "small", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("launch", [name for name in LAUNCHES if name != "convert"])
@pytest.mark.parametrize("room", [0, 8000])
def test_a_full_disk(launch: str, room: int, there: stand_in.Host) -> None:
    """It is said as such; nothing half-written is mounted, and nothing is left."""
    with _small_disk(there.folder / "small") as small:
        filler = small / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(b"x" * 512):
                pass
        if room:
            os.truncate(filler, max(0, filler.stat().st_size - room))
        env = {"XDG_RUNTIME_DIR": str(small), "TOKEN": "x" * 40000}
        done = start(there, LAUNCHES[launch], env)
        assert done.returncode == 3, done.stderr
        (line,) = done.stderr.splitlines()
        assert "No space left on device): make room " in line and "remove it" not in line
        assert there.calls() == []
        # Folders, and the claim of the name: a link to nothing, which ends with its process.
        left = [path for path in small.rglob("*") if path != filler and path.is_file()]
        assert left == []
