"""Imports on real engines: what the original makes and what its import makes is one container."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from coder_gen.engines.podman import TABLE as PODMAN
from coder_gen.importing import read
from coder_gen.options.apptainer import TABLE as APPTAINER
from coder_gen.options.flag_table import DOCKER, Table
from tests.e2e import engine_hosts, seeing
from tests.e2e.display import Display
from tests.e2e.engine_hosts import EngineHost
from tests.e2e.engines import Docker
from tests.e2e.inspection import Facts, asked
from tests.e2e.launching import TOOL, generate, run, write_script
from tests.importing.corpus import LINES
from tests.importing.helps import missing, shown
from tests.importing.running import ENVIRONMENT, launcher

ORIGINAL = Path(__file__).parents[1] / "importing" / "original" / "run_coder_docker.sh"
# `run` makes the container without starting it, as `create` does; its id goes to a file.
SHIM = """#!/bin/bash
client={client}
while [[ ${{1-}} == -* ]]; do shift; done
[[ $1 != container ]] || shift
case $1 in
run | create)
	shift
	words=()
	for word in "$@"; do
		case $word in
		-d | --detach | --sig-proxy=*) ;;
		-itd | -dit) words+=(-it) ;;
		*) words+=("$word") ;;
		esac
	done
	id=$("$client" create "${{words[@]}}") && echo "$id" >>{record}
	;;
*) exec "$client" "$@" ;;
esac
"""
IMAGE_NAMES = (
    "web", "alpine", "nginx", "nginx:alpine", "ubuntu", "debian:12", "redis:7", "postgres:16",
    "mysql:8", "busybox", "node:20", "golang:1.22", "tool:1", "trainer", "gdb", "dns", "sip", "desk",
    "cuda", "media", "serial", "sshfs", "hello-world", "web:latest",
)  # fmt: skip


class Maker:
    """A folder in which command lines and launchers make containers on an engine."""

    def __init__(self, folder: Path, client: str, env: Mapping[str, str]) -> None:
        self.folder, self.client = folder, client
        self.record = folder / "made"
        programs = folder / "programs"
        programs.mkdir()
        name = Path(client).name
        shim = programs / name
        shim.write_text(
            SHIM.format(client=shlex.quote(client), record=shlex.quote(str(self.record)))
        )
        shim.chmod(0o755)
        (programs / "sudo").write_text('#!/bin/bash\n[[ $1 != -E ]] || shift\nexec "$@"\n')
        (programs / "sudo").chmod(0o755)
        self.env = {
            **env,
            **ENVIRONMENT,
            "PATH": f"{programs}:{env['PATH']}",
            "USER": "root",
            "HOME": str(folder),
        }
        for name in (".cache", ".ssh", "work", "src", "conf", "sub"):
            (folder / name).mkdir()
        (folder / "app.env").write_text("FROM_FILE=1\n")
        (folder / "labels").write_text("from.file=1\n")

    def made(self, script: str, *arguments: str) -> tuple[list[str], str]:
        """The ids of the containers that a script makes, and what it printed as errors."""
        self.record.unlink(missing_ok=True)
        done = subprocess.run(
            ["bash", "-c", script, str(self.folder / "run.sh"), *arguments],
            env=self.env, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
            encoding="utf-8", timeout=60, check=False,
        )  # fmt: skip
        return (self.record.read_text().split() if self.record.exists() else []), done.stderr


# What is said otherwise and means the same; a launcher has no terminal here, and stays in front.
SAME = {
    "HostConfig.NetworkMode": lambda mode: "default" if mode == "bridge" else mode,
    "HostConfig.RestartPolicy": lambda policy: {**policy, "Name": policy["Name"] or "no"},
}
OF_THE_START = (
    "Config.Tty", "Config.AttachStdout", "Config.AttachStderr", "Config.AttachStdin",
    "Config.StdinOnce", "HostConfig.ConsoleSize",
)  # fmt: skip
# Docker makes a folder for it, owned by root, on the host; a launcher says that it is missing.
MISSING = "bind source path does not exist: "


def _facts(seen: Facts) -> Facts:
    """What was asked for, without what every launcher adds and no original has."""
    found = asked(seen)
    found["Config.Env"] = sorted(seen["Config"]["Env"] or [])
    labels = seen["Config"]["Labels"] or {}
    found["Config.Labels"] = {k: v for k, v in labels.items() if not k.startswith("coder-gen.")}
    links = seen["HostConfig"]["Links"] or []
    found["HostConfig.Links"] = sorted(link.replace(f"{seen['Name']}/", "/") for link in links)
    for key, fold in SAME.items():
        found[key] = fold(found[key])
    return {key: value for key, value in found.items() if key not in OF_THE_START}


def _differences(one: Facts, other: Facts, named: bool) -> list[str]:
    before, after = _facts(one), _facts(other)
    if named:
        before["Name"], after["Name"] = one["Name"], other["Name"]
    return [
        f"{key}: {before.get(key)!r} became {after.get(key)!r}"
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    ]


@pytest.fixture
def maker(docker: Docker, coder_image: str, tmp_path: Path) -> Maker:
    """Docker with images of all names in the corpus, and what its lines refer to."""
    for name in IMAGE_NAMES:
        docker.output("tag", coder_image, name)
    return Maker(tmp_path, docker.client, docker.env)


def test_the_corpus_makes_the_same_containers(docker: Docker, maker: Maker) -> None:
    """Each line of the corpus that this Docker takes; those that it refuses, it refuses twice."""
    subnets = {"backend": "172.30.0.0/24", "one": "172.30.1.0/24", "two": "172.30.2.0/24"}
    for name, subnet in subnets.items():
        docker.output("network", "create", "--subnet", subnet, name)
    same: list[str] = []
    wrong: list[str] = []
    try:
        for line in LINES:
            if "W523" in line.said or line.text.startswith("podman"):
                continue
            for name in ("db", "data", "other", "cache"):
                if name in line.text:
                    docker.output("create", "--name", name, "web")
            text = line.text.removeprefix("$ ").removeprefix("/usr/bin/")
            spec = read(line.text).spec_text
            ids, why = maker.made(text)
            before = [docker.inspect(each) for each in ids]
            docker.run("rm", "--force", *ids)
            others, why_not = maker.made(launcher(spec, "docker"), "--no-preflight")
            after = [docker.inspect(each) for each in others]
            docker.remove_containers()
            if MISSING in why_not and not Path(why_not.partition(MISSING)[2].strip()).exists():
                continue
            if len(before) != len(after):
                wrong.append(f"{text}: {why or 'made'} became {why_not or 'made'}")
            named = "container_name:" in spec
            found = [d for pair in zip(before, after) for d in _differences(*pair, named)]
            wrong += [f"{text}: {difference}" for difference in found]
            same += [text] if before and not found else []
        assert wrong == [], "\n".join(wrong)
        assert len(same) >= 150
    finally:
        docker.remove_containers()
        docker.output("network", "rm", *subnets)


PODMAN_LINES = (
    "podman run --name web -p 8080:80 -e A='a b,c' web serve",
    "podman run --userns=keep-id -v /srv:/srv:Z -w /src web make",
    'podman run --userns=keep-id --user "$(id -u):$(id -g)" -v /srv:/srv web',
    "podman run --security-opt label=disable --device /dev/fuse --cap-add=sys_admin,mknod web",
    "podman run --mount type=bind,src=/srv,dst=/srv,relabel=shared --tmpfs /t:notmpcopyup web",
    "podman run --replace --name xx --tz=local --umask=0022 web",
    """podman run --annotation '"a=b,c ""d"" e"' --sysctl '"net.ipv4.ping_group_range=0 1"' web""",
    'podman run --health-cmd \'["curl", "localhost"]\' --memory 64m --ulimit nofile=9:10,nproc=7 web',
    "podman run --add-host a:10.0.0.1 --dns 10.0.0.2 --dns-search c.test --hostname h.test web",
)
OF_ONE_PODMAN = frozenset(
    ["Id", "Created", "Image", "Name", "Config.CreateCommand", "Config.Hostname", "State",
     "Config.Annotations.org.opencontainers.image.stopSignal"]
)  # fmt: skip


def _of_podman(podman: EngineHost, name: str) -> dict[str, Any]:
    """What Podman says of a container, flat, without what each container has of its own."""
    (seen,) = json.loads(podman.output("podman", "inspect", "--type", "container", name))
    found: dict[str, Any] = {}
    for key, value in seen.items():
        inner = (
            value if isinstance(value, dict) and key in ("Config", "HostConfig") else {"": value}
        )
        found |= {f"{key}.{name}".rstrip("."): each for name, each in inner.items()}
    labels = found["Config.Labels"] or {}
    found["Config.Labels"] = {k: v for k, v in labels.items() if not k.startswith("coder-gen.")}
    found["Config.Env"] = sorted(e for e in found["Config.Env"] if not e.startswith("HOSTNAME="))
    # Podman lets programs run from it where nothing is said.
    mounted = found["HostConfig.Tmpfs"] or {}
    found["HostConfig.Tmpfs"] = {k: v.removeprefix("exec,") for k, v in mounted.items()}
    text = json.dumps(found, sort_keys=True).replace(seen["Id"], "ID").replace(seen["Name"], "NAME")
    return {
        key: value
        for key, value in json.loads(text.replace(seen["Id"][:12], "ID")).items()
        if key not in OF_ONE_PODMAN
    }


def test_podman_makes_the_same_containers(hosts: dict[str, EngineHost]) -> None:
    for line in PODMAN_LINES:
        podman = hosts["rootless podman" if "keep-id" in line else "podman"]
        podman.output("podman", "tag", seeing.IMAGE, "web")
        made = podman.run("bash", "-c", line.replace("podman run", "podman create"))
        assert made.returncode == 0, (line, made.stderr)
        before = _of_podman(podman, made.stdout.split()[-1])
        podman.output("podman", "rm", "--all", "--force")
        text = launcher(read(line).spec_text, "podman")
        script = text.replace('"${engine}" run "${args', '"${engine}" create "${args')
        assert script != text
        done = podman.run("bash", "-c", script, "run.sh", "--no-preflight")
        assert done.returncode == 0, (line, done.stderr)
        after = _of_podman(podman, done.stdout.split()[-1])
        podman.output("podman", "rm", "--all", "--force")
        assert after == before, line


def test_both_modes_of_the_original_script(
    docker: Docker, maker: Maker, xvfb: Display, tmp_path: Path
) -> None:
    """Imported, its launcher starts what the script starts, display and all."""
    original = ORIGINAL.read_text(encoding="utf-8")
    for path in ("/nfs", "/usr/intel"):
        (tmp_path / "host" / path[1:]).mkdir(parents=True)
        original = original.replace(path, f"{tmp_path}/host{path}")
    (tmp_path / "host" / "nfs" / "site" / "home" / "root").mkdir(parents=True)
    made = launcher(read(original, "run_coder_docker.sh").spec_text, "docker")
    maker.env.update(DISPLAY=xvfb.name, XAUTHORITY=str(xvfb.authority), no_proxy="x")
    for arguments in ((), ("--shell",)):
        ids, why = maker.made(original, *arguments)
        others, why_not = maker.made(made, *arguments, "--no-preflight")
        assert (len(ids), len(others)) == (1, 1), why + why_not
        found = _differences(docker.inspect(ids[0]), docker.inspect(others[0]), named=False)
        assert found == []


def test_a_container_that_runs(docker: Docker, maker: Maker) -> None:
    """Asked of the engine by its name, and made again from what it said."""
    line = (
        "docker run --name again --hostname h.test --user 7:8 -w /tmp -e 'A=b c$d' -p 127.0.0.1:8099:80/udp"
        " -v data-again:/data:ro --mount type=bind,src=/srv,dst=/srv,readonly --tmpfs /t:size=1m"
        " --cap-add SYS_PTRACE --security-opt seccomp=unconfined --memory 64m --cpus 0.5 --init"
        " --ulimit nofile=64:128 --label x=y --restart on-failure:3 --add-host a:10.0.0.1"
        " --dns 10.0.0.2 --log-opt max-size=1m --health-cmd true --device /dev/fuse web one 'two three'"
    )
    ids, why = maker.made(line)
    assert len(ids) == 1, why
    before = docker.inspect("again")
    spec = generate(maker.folder, "import", "--container", "again", env=docker.env)
    docker.remove_containers()
    others, why_not = maker.made(launcher(spec, "docker"), "--no-preflight")
    assert len(others) == 1, why_not
    assert _differences(before, docker.inspect(others[0]), named=True) == []
    docker.remove_containers()
    docker.output("volume", "rm", "data-again")


def test_a_container_that_is_not_there(docker: Docker, tmp_path: Path) -> None:
    done = run([*TOOL, "import", "--container", "no-such"], docker.env, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "no-such" in done.stderr and "Traceback" not in done.stderr


def test_apptainer_sees_the_same(hosts: dict[str, EngineHost], witness_sif: Path) -> None:
    """What the process sees, of a command line with everything closed that can be closed."""
    where = hosts["apptainer"]
    with engine_hosts.folder_for_all() as folder:
        (folder / "shared").mkdir()
        (folder / "shared" / "mine").touch()
        shutil.copy(witness_sif, folder / "coder-eyes.sif")
        line = (
            "apptainer run --containall --no-home --env 'A=b c' --bind ./shared:/data:ro --pwd /data"
            " ./coder-eyes.sif one 'two three'"
        )
        seen = [where.run("bash", "-c", f"cd {shlex.quote(str(folder))} && {line}")]
        script = write_script(folder, read(line).spec_text, "--engine", "apptainer")
        seen.append(where.run(script))
        assert [done.returncode for done in seen] == [0, 0], [done.stderr for done in seen]
        namespaces = seeing.namespaces_of_this_host()
        before, after = (
            seeing.facts(seeing.answers(done.stdout), ["/data"], (), namespaces) for done in seen
        )
    for key in (
        "arguments",
        "environment",
        "mounts",
        "files",
        "working directory",
        "user and group",
    ):
        assert after[key] == before[key], key
    assert before["arguments"] == "<one><two three>"


TABLES: list[tuple[str, Table, list[str]]] = [
    ("docker of root", DOCKER, ["docker", "run"]),
    ("docker of root", DOCKER, ["docker", "create"]),
    ("podman", PODMAN, ["podman", "run"]),
    ("podman", PODMAN, ["podman", "create"]),
    *[("apptainer", APPTAINER, ["apptainer", *verb]) for verb in
      (["run"], ["exec"], ["shell"], ["instance", "start"], ["instance", "run"])],
]  # fmt: skip


@pytest.mark.parametrize(
    ("engine", "table", "command"), TABLES, ids=["-".join(command) for _, _, command in TABLES]
)
def test_the_table_has_the_engine_s_own_options(
    hosts: dict[str, EngineHost], engine: str, table: Table, command: list[str]
) -> None:
    found = shown(hosts[engine].output(*command, "--help"))
    assert len(found) > 50
    assert missing(found, table) == []


def test_podman_parts_the_values_that_the_table_says(hosts: dict[str, EngineHost]) -> None:
    podman = hosts["podman"]
    known = shown(podman.output("podman", "create", "--help"))
    parted = {
        name
        for name in known
        if not PODMAN.long[name].alone
        and "parse error on line" in podman.run("podman", "create", f'--{name}=a"b', "x:1").stderr
    }
    assert parted == {name for name in known if PODMAN.long[name].listed}
