"""`coder-gen doctor` as a whole: it changes nothing, and what it prints can be read anywhere."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from tests.e2e import host, images
from tests.e2e.display import StartXvfb
from tests.e2e.doctoring import SMALL, Tool
from tests.e2e.engines import Docker
from tests.e2e.launching import lines_of, run, write_script
from tests.e2e.users import User


@pytest.mark.parametrize(
    ("more", "env"),
    [
        ("", {}),
        ("", {"DOCKER_HOST": "unix:///nowhere/docker.sock"}),
        ("ports: ['{port}:7860']\n", {}),
        ("devices: [/dev/no-such-device]\n", {}),
        ("volumes: [/no/such/folder:/data]\n", {}),
        ("secrets: {token: {file: ./none}}\n", {}),
        ("ports: ['{port}:7860']\nvolumes: [/no/such/folder:/data]\nimage: nowhere:1\n", {}),
    ],
)
def test_the_launcher_agrees(
    more: str, env: dict[str, str], tool: Tool, docker: Docker, public_folder: Path
) -> None:
    """It refuses where the doctor says so, and each line of it is a problem of the doctor's."""
    with host.listen() as taken:
        more = more.replace("{port}", str(taken.getsockname()[1]))
        spec = SMALL.replace("image: coder:latest\n", "") if "image:" in more else SMALL
        script = write_script(public_folder, spec + "entrypoint: ['true']\nrm: true\n" + more)
        done = run([script], {**docker.env, **env})
        found = tool.ask({**docker.env, **env}, public_folder)
    assert (done.returncode == 3) == (found.status == 3), done.stderr
    lines = lines_of(done.stderr) if done.returncode == 3 else []
    messages = [
        finding["message"]
        for check in found.record["checks"]
        for finding in check["findings"]
        if finding["status"] == "problem"
    ]
    assert len(lines) <= len(messages)
    for line in lines:
        assert any(line.startswith(message) for message in messages), (line, messages)


def tree(folder: Path) -> list[tuple[str, int, int]]:
    """Every file below a folder, with its size and when it was written."""
    found = []
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        found.append((str(path), status.st_size, status.st_mtime_ns))
    return found


def test_nothing_is_changed(
    tool: Tool, docker: Docker, ordinary_user: User, public_folder: Path, start_xvfb: StartXvfb
) -> None:
    """Files, the display's access list and the engine's state are the same before and after."""
    display = start_xvfb(owner=ordinary_user)
    docker.output("create", "--name", f"coder-{ordinary_user.uid}", images.CODER)
    spec = "extends: coder\nvolumes: ['./absent:/absent']\n"
    (public_folder / "coder.yaml").write_text(spec)
    for name in ("docker", "podman", "apptainer"):
        args = ("--engine", name)
        env = {**docker.env, **display.env}

        def state() -> list[object]:
            return [
                tree(public_folder),
                tree(ordinary_user.home),
                owned_by(ordinary_user, Path("/tmp")),
                owned_by(ordinary_user, Path("/run/user")),
                display.access_list(),
                docker.output("ps", "--all", "--format", "{{.ID}} {{.Names}} {{.State}}"),
                sorted(docker.output("images", "--quiet", "--no-trunc").split()),
                sorted(docker.output("network", "ls", "--quiet", "--no-trunc").split()),
                processes_of(ordinary_user),
            ]

        before = state()
        tool.ask(env, public_folder, *args, user=ordinary_user, groups=(docker.group,))
        assert state() == before


def owned_by(user: User, folder: Path) -> list[str]:
    """What a user has in a folder that everyone may write."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):
            if path.lstat().st_uid == user.uid:
                found.append(path.name)
    return sorted(found)


def processes_of(user: User) -> list[str]:
    """The processes that a user has."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and entry.stat().st_uid == user.uid:
                found.append((entry / "cmdline").read_bytes().decode(errors="replace"))
    return found


def test_text_is_narrow_and_plain_where_it_has_to_be(
    tool: Tool, docker: Docker, public_folder: Path
) -> None:
    """80 columns but for commands, which are never folded; ASCII where the locale is."""
    (public_folder / "coder.yaml").write_text(
        "extends: coder\nvolumes: [/no/such/folder/with/a/long/name:/data]\n"
    )
    for locale, mark in (
        ("C.UTF-8", "✗ mounts"),
        ("C", "X  mounts"),
        ("de_DE.ISO-8859-1", "X  mounts"),
    ):
        done = tool.text({**docker.env, "LC_ALL": locale}, public_folder)
        assert done.returncode == 3
        assert mark in done.stdout
        assert done.stdout.isascii() == (mark[0] == "X")
        long = [line for line in done.stdout.splitlines() if len(line) > 80]
        assert all(line.startswith(" " * 20) for line in long), long


def test_only_and_list(tool: Tool, docker: Docker, public_folder: Path) -> None:
    """One check alone; a name that is none; the list."""
    one = tool.ask(docker.env, public_folder, "--only", "engine")
    assert one.ids() == ["engine"]
    wrong = tool.text(docker.env, public_folder, "--only", "mount")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "Did you mean mounts?" in wrong.stderr
    listed = tool.text(docker.env, public_folder, "--list")
    assert listed.returncode == 0
    assert {line.split()[0] for line in listed.stdout.splitlines() if line[0] != " "} >= {"ports"}
