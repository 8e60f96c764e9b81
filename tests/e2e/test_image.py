"""Images built from generated Dockerfiles by generated scripts, and what is in them."""

from __future__ import annotations

import hashlib
import http.server
import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e import building, engine_hosts, launching
from tests.e2e.compose import Compose
from tests.e2e.engine_hosts import EngineHost
from tests.e2e.engines import Docker
from tests.e2e.users import User

# Runs a command in a container of an image: `inside(image, *words, options=())`.
Inside = Callable[..., str]

TOOL = b"#!/bin/sh\necho tool 1\n"
TOOL_SUM = hashlib.sha256(TOOL).hexdigest()

WORKBENCH = """
name: workbench
description: It's a "workbench".
image: workbench:1
user: host
build:
  base: debian:bookworm-slim
  apt: [git, curl, procps, unzip]
  user: {name: "${USER}", uid: "${UID}", gid: "${GID}", sudo: true}
  locale: en_US.UTF-8
  files: ["greeting.txt:/etc/greeting"]
  run: ["echo \\"$$(cat /etc/greeting) $$0\\" > /etc/said"]
  environment: {EDITOR: "vi's $$HOME"}
  entrypoint: [/bin/bash, -c, 'exec "$$@"', workbench]
  command: [id]
outputs:
  Dockerfile: dockerfile
  build.sh: build-script
  run.sh: script
"""

# What builds on the workbench needs no package, and so no network.
SMALL = """
name: small
image: small:1
build:
  base: workbench:1
  init: none
{}
outputs:
  Dockerfile: dockerfile
  build.sh: build-script
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The workbench's folder, which its user reaches."""
    with engine_hosts.folder_for_all() as found:
        yield found


@pytest.fixture(scope="module")
def workbench(docker_daemon: Docker, ordinary_user: User, folder: Path) -> str:
    """The workbench, built by an ordinary user; what the build said."""
    building.import_base(docker_daemon)
    (folder / "greeting.txt").write_text("hello\n")
    building.write(folder, WORKBENCH, ordinary_user)
    env = docker_daemon.environment(no_proxy="kept.nowhere.example")
    done = building.build(folder, env, user=ordinary_user, groups=(docker_daemon.group,))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def inside(docker_daemon: Docker, workbench: str) -> Iterator[Inside]:
    """Run a command in a container of an image."""

    def run(image: str, *command: str, options: tuple[str, ...] = ()) -> str:
        return docker_daemon.output("run", "--rm", *options, image, *command)

    yield run
    docker_daemon.remove_containers()


def test_the_user_is_who_built_it(inside: Inside, workbench: str, ordinary_user: User) -> None:
    user = ordinary_user
    assert inside("workbench:1", "id", "-un") == user.name
    assert inside("workbench:1", "id", "-u") == str(user.uid)
    assert inside("workbench:1", "id", "-g") == str(user.gid)
    assert inside("workbench:1", "sudo", "-n", "id", "-u") == "0"
    home = f"/home/{user.name}"
    said = inside("workbench:1", "sh", "-c", 'echo "$HOME"; pwd; stat -c "%u %g" .; touch x; ls')
    assert said.splitlines() == [home, home, f"{user.uid} {user.gid}", "x"]
    assert "is ready" in workbench and "/run.sh\n" in workbench


def test_somebody_else_may_use_the_home(inside: Inside) -> None:
    """`user: host`: the image of one colleague, started by another."""
    options = ("--user", "4242:4242")
    # setup.sh adds lines to start-up files.
    said = inside(
        "workbench:1", "sh", "-c", "touch ~/y && echo y >>~/.bashrc && id -u", options=options
    )
    assert said == "4242"


def test_the_configuration_is_the_spec_s(docker_daemon: Docker, inside: Inside) -> None:
    config = docker_daemon.inspect("workbench:1")["Config"]
    assert config["Entrypoint"][:2] == ["/usr/bin/dumb-init", "--"]
    assert config["Labels"]["org.opencontainers.image.description"] == 'It\'s a "workbench".'
    assert config["Labels"]["org.opencontainers.image.base.name"] == building.BASE
    assert "EDITOR=vi's $HOME" in config["Env"]
    assert inside("workbench:1", "cat", "/etc/said") == "hello /bin/bash"
    assert inside("workbench:1", "locale", "charmap") == "UTF-8"


def test_nothing_is_left_behind(docker_daemon: Docker, inside: Inside) -> None:
    """Proxies, arguments and package lists are the build's, not the image's."""
    assert inside("workbench:1", "ls", "/var/lib/apt/lists") == ""
    history = docker_daemon.output("history", "--no-trunc", "workbench:1")
    config = json.dumps(docker_daemon.inspect("workbench:1"))
    for text in (history, config):
        assert "kept.nowhere.example" not in text
    assert "DEBIAN_FRONTEND" not in "".join(docker_daemon.inspect("workbench:1")["Config"]["Env"])


def test_run_script_starts_it(
    docker_daemon: Docker, workbench: str, folder: Path, ordinary_user: User
) -> None:
    done = launching.run(
        [folder / "run.sh", "--", "id", "-un"],
        docker_daemon.env,
        user=ordinary_user,
        groups=(docker_daemon.group,),
    )
    assert (done.returncode, done.stdout.strip()) == (0, ordinary_user.name), done.stderr
    docker_daemon.remove_containers()


PEOPLE = {
    "a user with that id": ("alice", 1000, 1000, "alice:1000:1000"),
    "a user with that name": ("ubuntu", 1005, 1005, "ubuntu:1005:1005"),
    "a system group with that id": ("alice", 1010, 100, "alice:1010:100"),
    "a system user with that id": ("alice", 33, 33, "www-data:33:33"),
    "a group with that name": ("staff", 1011, 1011, "staff:1011:1011"),
    "root": ("root", 0, 0, "root:0:0"),
}


@pytest.fixture(scope="module")
def people(docker_daemon: Docker, workbench: str) -> str:
    """A base image that has Ubuntu's user."""
    recipe = b"FROM workbench:1\nUSER root\nRUN (getent passwd 1000 || true) | cut -d: -f1 | xargs -r userdel -f; useradd -m -u 1000 ubuntu\n"
    docker_daemon.output("build", "--tag", "people:1", "-", stdin=recipe)
    return "people:1"


@pytest.mark.parametrize("case", PEOPLE.values(), ids=PEOPLE)
def test_ids_and_names_that_the_base_has(
    docker_daemon: Docker,
    people: str,
    public_folder: Path,
    inside: Inside,
    case: tuple[str, int, int, str],
) -> None:
    name, uid, gid, expected = case
    spec = SMALL.format(f"  user: {{name: {name}, uid: {uid}, gid: {gid}}}")
    building.write(public_folder, spec.replace("workbench:1", people))
    done = building.build(public_folder, docker_daemon.env)
    assert done.returncode == 0, done.stdout + done.stderr
    said = inside("small:1", "sh", "-c", 'echo "$(id -un):$(id -u):$(id -g)"; touch ~/x && pwd')
    assert said.splitlines() == [expected, f"/home/{name}"]


def test_a_name_of_the_system_s_is_refused(
    docker_daemon: Docker, workbench: str, public_folder: Path
) -> None:
    building.write(public_folder, SMALL.format("  user: {name: daemon, uid: 1234}"))
    done = building.build(public_folder, docker_daemon.env)
    assert done.returncode == 1
    assert "daemon is a system account of the base image" in done.stdout + done.stderr


@pytest.fixture
def served(public_folder: Path) -> Iterator[tuple[Path, int]]:
    """A folder that this machine serves by HTTP, and the port."""
    files = public_folder / "served"
    files.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, directory=str(files), **kwargs)  # type: ignore[arg-type]

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield files, server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_downloads_are_checked(
    docker_daemon: Docker,
    workbench: str,
    served: tuple[Path, int],
    public_folder: Path,
    inside: Inside,
) -> None:
    files, port = served
    (files / "tool").write_bytes(TOOL)
    at = f"http://{docker_daemon.gateway}:{port}/tool"
    spec = SMALL.format(
        f"  downloads: [{{url: '{at}', sha256: {TOOL_SUM}, target: /usr/bin/tool, mode: '0755'}}]"
    )
    building.write(public_folder, spec)
    done = building.build(public_folder, docker_daemon.env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert inside("small:1", "tool") == "tool 1"
    (files / "tool").write_bytes(TOOL + b"# changed\n")
    done = building.build(public_folder, docker_daemon.env, "--no-cache")
    assert done.returncode == 1
    assert "FAILED" in done.stdout + done.stderr and "the build failed" in done.stderr


SECRETS = SMALL.format(
    """
  secrets: {token: {environment: TOKEN}, key: {file: ./key}}
  args: {CHANNEL: stable, SITE: }
  run:
    - test "$$(cat /run/secrets/token /run/secrets/key)" = "it's, a \\"token\\"k"
    - echo "$$CHANNEL $$SITE $$no_proxy" > /etc/seen
"""
)


@pytest.mark.parametrize("value", ['it\'s, a "token"'])
def test_secrets_and_arguments(
    docker_daemon: Docker,
    workbench: str,
    public_folder: Path,
    inside: Inside,
    value: str,
) -> None:
    building.write(public_folder, SECRETS)
    (public_folder / "key").write_text("k")
    env = docker_daemon.environment(SITE="here", no_proxy="kept.nowhere.example")
    done = building.build(public_folder, env)
    assert done.returncode == 3 and "TOKEN" in done.stderr
    done = building.build(public_folder, env | {"TOKEN": value})
    assert done.returncode == 0, done.stdout + done.stderr
    assert inside("small:1", "cat", "/etc/seen") == "stable here kept.nowhere.example"
    assert inside("small:1", "sh", "-c", "ls -A /run/secrets; env").count("TOKEN") == 0
    assert value not in docker_daemon.output("history", "--no-trunc", "small:1")
    (public_folder / "key").unlink()
    done = building.build(public_folder, env | {"TOKEN": value})
    assert done.returncode == 3 and f"{public_folder}/key" in done.stderr


def test_build_script_looks_ahead(
    docker_daemon: Docker, stopped_docker_host: str, public_folder: Path
) -> None:
    """What, why and the fix, before the engine is asked."""
    building.write(public_folder, SMALL.format("  files: ['missing.txt:/x']"))
    done = building.build(public_folder, docker_daemon.env)
    assert done.returncode == 3
    (line,) = launching.lines_of(done.stderr, "build.sh")
    assert line.startswith(f"{public_folder}/missing.txt, which the build reads, is missing")
    (public_folder / "Dockerfile").unlink()
    env = docker_daemon.environment(DOCKER_HOST=stopped_docker_host)
    done = building.build(public_folder, env)
    assert done.returncode == 3
    lines = launching.lines_of(done.stderr, "build.sh")
    assert "does not answer" in lines[0] and "coder-gen dockerfile" in lines[1]
    done = building.build(public_folder, env, "--dry-run", "--tag", "a b", "--", "--squash")
    assert done.returncode == 0
    assert done.stdout.endswith(f" --tag a\\ b --squash {public_folder}\n")
    assert building.build(public_folder, env, "--tga").returncode == 2


@pytest.mark.parametrize("name", ["podman", "rootless podman"])
def test_podman_builds_the_same(
    hosts: dict[str, EngineHost], public_folder: Path, name: str
) -> None:
    """The steps, the user and the configuration; Podman's base is Docker's image."""
    podman = hosts[name]
    engine_hosts.load(podman, building.BASE, building.base_archive(), ())
    spec = SMALL.format(
        """
  user: {name: alice, uid: 1000, gid: 1000}
  secrets: {key: {file: ./key}}
  run: ["[[ $$(cat /run/secrets/key) == k ]] && echo a | cat > /etc/said"]
  environment: {TEXT: "it's $$HOME \\"x\\""}
"""
    )
    spec = spec.replace("workbench:1", f"localhost/{building.BASE}")
    spec = spec.replace("build-script", "{target: build-script, engine: podman}")
    building.write(public_folder, spec)
    (public_folder / "key").write_text("k")
    # Its storage here copies a layer whole, so let there be one.
    done = podman.run(public_folder / "build.sh", "--", "--layers=false", timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    said = podman.output(
        "podman", "run", "--rm", "small:1", "sh", "-c", 'id -un; cat /etc/said; echo "$TEXT"; pwd'
    )
    assert said.splitlines() == ["alice", "a", 'it\'s $HOME "x"', "/home/alice"]


SETUP = """
name: setting-up
image: small:1
variables:
  GIT_NAME: {default: ''}
build:
  base: workbench:1
  init: none
  files: ["code-server:/usr/bin/code-server"]
  user: {name: dev, uid: 1000, gid: 1000}
  setup:
    tool:
      description: A tool.
      download: {url: "URL/tool", sha256: SUM, target: ~/.local/bin/tool, mode: "0755"}
      lines:
        - {file: ~/.bashrc, lines: ['export PATH="$$HOME/.local/bin:$$PATH"']}
        - {file: ~/.profile, lines: ["umask 027"]}
    archive:
      download: {url: "URL/archive.zip", sha256: ZIPPED, target: ~/.local/share/archive, unpack: true, strip: 1}
    made:
      creates: ~/made/it's done
      run: ["mkdir -p ~/made", "echo \\"$GIT_NAME\\" > ~/made/\\"it's done\\""]
    identity:
      git: {user.name: "${GIT_NAME}", user.email: "${GIT_EMAIL:-x@example.com}", core.editor: "vi 'x'"}
    extensions:
      extensions: vsix
outputs:
  Dockerfile: dockerfile
  build.sh: build-script
  setup.sh: setup-script
"""
# Stands for the real one, and counts its calls.
EDITOR = b'#!/bin/sh\necho "$@" >> ~/calls\n'
LISTING = r"""
find "$HOME" -printf '%p %y %m %T@ %s\n' | sort
find "$HOME" -type f -exec sha256sum {} + | sort
"""


def test_setup_changes_nothing_the_second_time(
    docker_daemon: Docker, workbench: str, served: tuple[Path, int], public_folder: Path
) -> None:
    files, port = served
    (files / "tool").write_bytes(TOOL)
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("archive-1/readme", "read me\n")
    (files / "archive.zip").write_bytes(zipped.getvalue())
    (public_folder / "code-server").write_bytes(EDITOR)
    (public_folder / "code-server").chmod(0o755)
    (public_folder / "vsix").mkdir()
    (public_folder / "vsix" / "it's one.vsix").write_bytes(b"vsix")
    at = f"http://{docker_daemon.gateway}:{port}"
    spec = SETUP.replace("URL", at).replace("SUM", TOOL_SUM).replace("$GIT_NAME", "${GIT_NAME}")
    spec = spec.replace("${{GIT_NAME}}", "${GIT_NAME}")
    spec = spec.replace("ZIPPED", hashlib.sha256(zipped.getvalue()).hexdigest())
    building.write(public_folder, spec)
    done = building.build(public_folder, docker_daemon.env)
    assert done.returncode == 0, done.stdout + done.stderr
    docker_daemon.output(
        *["run", "--detach", "--name", "setting-up", "--mount"],
        f"type=bind,source={public_folder},target=/setup,readonly",
        *["small:1", "sleep", "600"],
    )

    def inside(*command: str, **env: str) -> str:
        words = [word for name, value in env.items() for word in ("--env", f"{name}={value}")]
        return docker_daemon.output("exec", *words, "setting-up", *command)

    try:
        before = inside("/setup/setup.sh", "--list")
        assert [line.split()[:2] for line in before.splitlines()] == [
            [name, "to"] for name in ("tool", "archive", "made", "identity", "extensions")
        ]
        inside("/setup/setup.sh", "--dry-run")
        assert inside("sh", "-c", "ls -A ~/.local 2>&1 || true").endswith(
            "No such file or directory"
        )
        inside("/setup/setup.sh", "--only", "tool")
        assert inside("bash", "-ic", "tool") == "tool 1"
        inside("/setup/setup.sh", GIT_NAME='O\'Neil "$x"')
        first = inside("sh", "-c", LISTING)
        assert inside("git", "config", "user.name") == 'O\'Neil "$x"'
        assert inside("sh", "-c", "cat ~/made/it*") == 'O\'Neil "$x"'
        assert inside("sh", "-c", "cat ~/.local/share/archive/readme") == "read me"
        assert inside("sh", "-c", "cat ~/calls") == "--install-extension /setup/vsix/it's one.vsix"
        again = inside("/setup/setup.sh", GIT_NAME='O\'Neil "$x"')
        assert inside("sh", "-c", LISTING) == first
        assert again == ""
        after = inside("/setup/setup.sh", "--list", GIT_NAME='O\'Neil "$x"')
        assert {line.split()[1] for line in after.splitlines()} == {"done"}
        # A step that fails says which, and the next run goes on there.
        (files / "tool").write_bytes(b"something else")
        inside("sh", "-c", "rm ~/.local/bin/tool")
        done = docker_daemon.run("exec", "setting-up", "/setup/setup.sh")
        assert done.returncode == 1
        assert "is not what the spec expects" in done.stderr and "--only tool" in done.stderr
        assert "No such file" in inside("sh", "-c", "ls ~/.local/bin/tool 2>&1 || true")
    finally:
        docker_daemon.remove_containers()


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_compose_builds_it(
    docker_daemon: Docker,
    compose_v1: Compose,
    compose_v2: Compose,
    workbench: str,
    public_folder: Path,
    inside: Inside,
    version: str,
) -> None:
    """The Compose file's `build`, with this host's ids, and a proxy that is set or not."""
    spec = SMALL.format(
        """
  user: {name: "${USER}", uid: "${UID}", gid: "${GID}"}
  run: ["echo $${no_proxy-} > /etc/seen"]
"""
    )
    building.write(public_folder, spec)
    file = public_folder / "docker-compose.yml"
    file.write_text(launching.generate(public_folder, "compose"))
    (public_folder / ".env").write_text("UID='4321'\nGID='4321'\nUSER='pat'\n")
    compose = compose_v1 if version == "v1" else compose_v2
    for proxy in ("seen.nowhere.example", ""):
        env = docker_daemon.environment(**({"no_proxy": proxy} if proxy else {}))
        done = compose.run(
            file, "--project-directory", str(public_folder), "build", "--no-cache", env=env
        )
        assert done.returncode == 0, done.stderr
        assert inside("small:1", "cat", "/etc/seen") == proxy
        assert inside("small:1", "id") == "uid=4321(pat) gid=4321(pat) groups=4321(pat)"
        assert "nowhere.example" not in json.dumps(docker_daemon.inspect("small:1"))
