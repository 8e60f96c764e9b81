"""An image becomes a SIF: from archives of every kind, from Docker's daemon, with the old one kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e import building, engine_hosts, images, launching
from tests.e2e.engine_hosts import EngineHost
from tests.e2e.engines import Docker

IMAGE = "small-page:1"
SPEC = f"""
name: small
image: {IMAGE}
apptainer: {{sif: small.sif}}
build: {{context: .}}
outputs: {{convert.sh: convert-script}}
"""

Save = Callable[[Path], None]


@pytest.fixture(scope="module")
def saves(docker_daemon: Docker, hosts: dict[str, EngineHost]) -> Iterator[dict[str, Save]]:
    """How each engine writes the image to a file."""
    archive = images.base_root()
    images.load(docker_daemon, IMAGE, archive)
    podman = hosts["podman"]
    engine_hosts.load(podman, IMAGE, images.base_root().archive(), images.CONFIGURATION)

    def of_podman(kind: str) -> Save:
        return lambda path: _none(
            podman.output("podman", "save", "--quiet", "--format", kind, "--output", path, IMAGE)
        )

    yield {
        "docker": lambda path: _none(docker_daemon.output("save", "--output", str(path), IMAGE)),
        "podman": of_podman("docker-archive"),
        "oci": of_podman("oci-archive"),
        "oci folder": of_podman("oci-dir"),
    }
    docker_daemon.output("image", "rm", IMAGE)


def _none(_: object) -> None:
    return None


def _readable(path: Path) -> None:
    for each in (path, *path.rglob("*")):
        each.chmod(0o755 if each.is_dir() else 0o644)


@pytest.fixture
def folder(public_folder: Path) -> Path:
    """A folder with convert.sh, which its user may write to."""
    building.write(public_folder, SPEC)
    public_folder.chmod(0o777)
    return public_folder


@pytest.mark.parametrize("kind", ["docker", "podman", "oci", "oci folder"])
def test_an_archive(
    hosts: dict[str, EngineHost], saves: dict[str, Save], folder: Path, kind: str
) -> None:
    apptainer = hosts["apptainer"]
    archive = folder / "it's an image"
    saves[kind](archive)
    _readable(archive)
    done = apptainer.run(folder / "convert.sh", "--archive", archive)
    assert done.returncode == 0, done.stdout + done.stderr
    sif = folder / "small.sif"
    assert "coder-gen test page" in apptainer.output(
        "apptainer", "exec", sif, "cat", "/srv/www/index.html"
    )
    assert sorted(p.name for p in folder.iterdir() if p.suffix != ".yaml") == [
        "convert.sh", "it's an image", "small.sif",
    ]  # fmt: skip


def test_the_old_sif_stays_until_the_new_one_is_whole(
    hosts: dict[str, EngineHost], saves: dict[str, Save], docker_daemon: Docker, folder: Path
) -> None:
    apptainer = hosts["apptainer"]
    archive, sif = folder / "image.tar", folder / "small.sif"
    convert = folder / "convert.sh"
    sif.write_text("old")
    done = apptainer.run(convert, "--archive", archive)
    assert done.returncode == 3 and "missing or not readable" in done.stderr
    archive.write_bytes(b"no archive")
    archive.chmod(0o644)
    done = apptainer.run(convert, "--archive", archive)
    assert done.returncode == 3 and "is no tar archive" in done.stderr
    # An archive whose list of layers names one that is not there.
    saves["docker"](archive)
    archive.write_bytes(archive.read_bytes().replace(b'layer.tar"', b'latex.tar"'))
    _readable(archive)
    done = apptainer.run(convert, "--archive", archive)
    assert done.returncode == 1 and f"{sif} is as it was" in done.stderr, done.stderr
    # An image in which nothing starts.
    archive.unlink()
    empty = images.Root()
    empty.file("/etc/passwd", b"root:x:0:0::/:/bin/sh\n")
    docker_daemon.output("import", "-", "empty:1", stdin=empty.archive())
    docker_daemon.output("save", "--output", str(archive), "empty:1")
    docker_daemon.output("image", "rm", "empty:1")
    _readable(archive)
    done = apptainer.run(convert, "--archive", archive)
    assert done.returncode == 1 and "no program starts in the new SIF" in done.stderr, done.stderr
    assert sif.read_text() == "old"
    assert sorted(p.name for p in folder.glob("*.sif*")) == ["small.sif"]


def test_docker_s_daemon(
    hosts: dict[str, EngineHost], saves: dict[str, Save], docker_daemon: Docker, folder: Path
) -> None:
    """As root: Apptainer's root knows no group that may use the socket."""
    (folder / "bin").mkdir()
    shutil.copy(docker_daemon.client, folder / "bin" / "docker")
    apptainer = hosts["apptainer"]
    enter = tuple(
        word
        for word in apptainer.before
        if word == "nsenter" or word.startswith(("--mount", "--target"))
    )
    env = {**apptainer.env, "HOME": "/root", "USER": "root", "DOCKER_HOST": docker_daemon.host}
    env["PATH"] = f"{folder}/bin:{env['PATH']}"
    root = EngineHost("apptainer", enter, env, None, ())
    done = root.run(
        folder / "convert.sh", "--engine", "docker", "--no-try", "--sif", folder / "a.sif"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "a.sif").stat().st_size > 1_000_000
    done = root.run(folder / "convert.sh", "--engine", "podman")
    assert done.returncode == 3
    (line,) = launching.lines_of(done.stderr, "convert.sh")
    assert line.startswith("podman is not on PATH")
