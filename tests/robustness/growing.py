"""Inputs of any size: what a command reads, for a number ``n`` of whatever there may be many of."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

_HEAD = "name: a\nimage: i:1\n"


class Growing(NamedTuple):
    """A command, and the files that it reads, for a size.

    ``ends`` is the code of a limit: up to it the work may grow with the square, and does no harm.
    ``least`` is the smallest size that is looked at, where there is a limit that is small.
    """

    name: str
    command: str
    files: Callable[[int], dict[str, str]]
    ends: str = ""
    more: Callable[[int], list[str]] = lambda n: []
    least: int = 8

    def words(self, n: int) -> list[str]:
        """The command line."""
        return [*self.command.split(), *self.more(n)]


def _spec(
    name: str, text: Callable[[int], str], command: str = "script", least: int = 8
) -> Growing:
    return Growing(name, command, lambda n: {"coder.yaml": _HEAD + text(n)}, least=least)


def _items(key: str, item: str) -> Callable[[int], str]:
    """A list or mapping of ``n`` lines; ``#`` is the number of the line."""
    return lambda n: f"{key}:\n" + "".join(f"  {item}\n".replace("#", str(i)) for i in range(n))


def _shell(
    name: str,
    text: Callable[[int], str],
    command: str = "import run.sh",
    ends: str = "",
    least: int = 8,
) -> Growing:
    return Growing(name, command, lambda n: {"run.sh": text(n)}, ends, least=least)


def _lines(line: str, end: str = "docker run i:1\n") -> Callable[[int], str]:
    return lambda n: "".join(f"{line}\n".replace("#", str(i)) for i in range(n)) + end


_LISTS = {
    "group_add": "- g#", "forward_environment": "- V#", "expose": "- '1#'",
    "volumes": "- /a#:/b#", "volumes_from": "- a#", "tmpfs": "- /a#", "devices": "- /dev/a#",
    "device_cgroup_rules": "- c #:* rw", "secrets": "s#: {file: ./a}",
    "configs": "s#: {content: a}", "cap_add": "- A", "security_opt": "- a#=b", "networks": "n#: {}",
    "extra_hosts": "- a#=1.1.1.1", "dns_search": "- a#", "dns_opt": "- a#", "external_links": "- a#",
    "sysctls": "net.a#: 1", "labels": "a#: b", "label_file": "- a#", "annotations": "a#: b",
    "engine_options": "- --a#", "command": "- a#", "environment": "A#: b", "env_file": "- a#",
    "variables": "A#: b", "modes": "m#: {}", "profiles": "p#: {}", "outputs": "a#: script",
}  # fmt: skip

CASES: tuple[Growing, ...] = (
    *(_spec(key, _items(key, item)) for key, item in _LISTS.items()),
    *(
        _spec(f"{key}, {command}", _items(key, _LISTS[key]), command)
        for command in ("compose", "audit", "explain", "report", "diff coder.yaml coder.yaml")
        for key in ("secrets", "labels")
    ),
    _spec("ports", lambda n: "ports:\n" + "".join(f"- {1000 + i}:80\n" for i in range(n))),
    _spec("range of ports", lambda n: f"ports: ['1000-{999 + n}:1000-{999 + n}']\n"),
    _spec("wrong items", _items("cap_add", "- C#!")),
    _spec("wrong items, one line", lambda n: f"cap_add: [{', '.join(f'C{i}!' for i in range(n))}]\n"),
    _spec("items twice", lambda n: "volumes:\n" + "- /a:/b\n" * n),
    _spec("wrong ports", _items("ports", "- a#")),
    _spec("wrong mounts", _items("volumes", "- a#:b")),
    _spec("one mount in many", lambda n: "volumes:\n" + "".join(f"- /a:/b{'/.' * (i % 7)}\n" for i in range(n))),
    _spec("unknown keys", lambda n: "".join(f"key{i}: 1\n" for i in range(n))),
    _spec("unknown keys of an item", lambda n: "healthcheck:\n" + "".join(f"  key{i}: 1\n" for i in range(n))),
    _spec("undeclared variables", lambda n: "variables:\n" + "".join(f"  A{i}: b\n" for i in range(n)) + "command:\n" + "".join(f"- $B{i}\n" for i in range(n)), least=64),
    _spec("variables of each other", lambda n: "variables:\n  A0: a\n" + "".join(f"  A{i + 1}: ${{A{i}}}\n" for i in range(n))),
    _spec("wrong variables", _items("variables", "A#: {type: port, default: x#}")),
    _spec("references in a text", lambda n: f"hostname: {'${A:-b}' * n}\n"),
    _spec("dollars in a text", lambda n: f"command: ['{'$$' * n}']\n"),
    _spec("closing braces", lambda n: f"command: ['${{A:-{'}' * n}']\n"),
    _spec("long command to split", lambda n: f"command: {'a b ' * n}\n"),
    _spec("backslashes to split", lambda n: f"command: '{chr(92) * 2 * n}'\n"),
    _spec("quotes to split", lambda n: f"command: {'a' + chr(34) * 2 * n}\n"),
    _spec("references to split", lambda n: f"command: {'$HOME' * n}\n"),
    _spec("long words", lambda n: f"environment: {{A: {'a' * 10 * n}}}\n"),
    _spec("long path", lambda n: f"volumes: ['/a:{'/b/..' * n}/c']\n"),
    _spec("long path of variables", lambda n: f"volumes: ['/a:{'/$HOME/..' * n}/c']\n"),
    _spec("aliases", lambda n: "x-a: &a {A: b}\nenvironment:\n" + f"  <<: [{', '.join(['*a'] * n)}]\n"),
    _spec("merged mappings", lambda n: "".join(f"x-{i}: &a{i} {{A{i}: b}}\n" for i in range(n)) + f"environment: {{<<: [{', '.join(f'*a{i}' for i in range(n))}]}}\n"),
    _spec("accepted risks", lambda n: "accept:\n" + "".join(f"  a{i}: {{reason: x, until: 2030-01-01}}\n" for i in range(n)), "audit"),
    _spec("ulimits of modes", lambda n: "modes:\n" + "".join(f"  m{i}: {{environment: {{A: b}}, volumes: [/a{i}:/b]}}\n" for i in range(n))),
    _spec("modes, compose", _items("modes", "m#: {command: [a]}"), "compose"),
    _spec("modes, audit", _items("modes", "m#: {privileged: true}"), "audit"),
    _spec("packages", lambda n: "build:\n  base: debian:12\n  apt:\n" + "".join(f"  - a{i}\n" for i in range(n)), "dockerfile"),
    _spec("steps of a build", lambda n: "build:\n  base: debian:12\n  run:\n" + "".join(f"  - a{i}\n" for i in range(n)), "dockerfile"),
    _spec("steps of a set-up", lambda n: "build:\n  base: debian:12\n  setup:\n" + "".join(f"    s{i}: {{run: a, creates: /a{i}}}\n" for i in range(n)), "setup-script"),
    _spec("files of a build", lambda n: "build:\n  base: debian:12\n  files:\n" + "".join(f"  - a{i}:/a/\n" for i in range(n)), "dockerfile"),
    Growing("json, one line", "script", lambda n: {"coder.yaml": json.dumps({"image": "i:1", "labels": {f"a{i}": "b" for i in range(n)}})}),
    Growing("json, one line of errors", "script", lambda n: {"coder.yaml": json.dumps({"image": "i:1", "cap_add": [f"C{i}!" for i in range(n)]})}),
    Growing("json with surrogates", "script", lambda n: {"coder.yaml": json.dumps({"image": "i:1", "labels": {"a": "\U0001f600" * n}})}),
    Growing("--set", "script", lambda n: {"coder.yaml": _HEAD}, "E024", lambda n: [w for i in range(n) for w in ("--set", f"labels.a{i}=b")]),
    Growing("--var of nothing", "script", lambda n: {"coder.yaml": _HEAD}, "", lambda n: [w for i in range(n) for w in ("--var", f"A{i}=b")]),
    Growing("--var", "script", lambda n: {"coder.yaml": _HEAD + _items("variables", "A#: b")(n)}, "", lambda n: [w for i in range(n) for w in ("--var", f"A{i}=b")]),
    Growing("--var of the wrong type", "script", lambda n: {"coder.yaml": _HEAD + _items("variables", "A#: {type: port}")(n) + "ports:\n" + "".join(f"- $A{i}:80\n" for i in range(n))}, "", lambda n: [w for i in range(n) for w in ("--var", f"A{i}=b")]),
    Growing("--profile", "script", lambda n: {"coder.yaml": _HEAD + _items("profiles", "p#: {labels: {a#: b}}")(n)}, "E024", lambda n: [w for i in range(n) for w in ("--profile", f"p{i}")]),
    Growing("extends", "script", lambda n: {"coder.yaml": "extends: ./p0.yaml\n" + _HEAD, **{f"p{i}.yaml": f"extends: ./p{i + 1}.yaml\n" for i in range(n)}, f"p{n}.yaml": "labels: {a: b}\n"}),
    Growing("outputs, check", "check", lambda n: {"coder.yaml": _HEAD + _items("outputs", "a#: script")(n)}),
    # Launchers
    _shell("options", lambda n: "docker run " + " ".join(f"-e A{i}=b" for i in range(n)) + " i:1\n"),
    _shell("options in lines", lambda n: "docker run \\\n" + "".join(f"  -v /a{i}:/b{i} \\\n" for i in range(n)) + "  i:1\n"),
    _shell("options of one kind", lambda n: "docker run " + "--cap-add A " * n + " i:1\n"),
    _shell("options that are kept", lambda n: "docker run " + "--log-opt a=b --memory lots " * n + " i:1\n"),
    _shell("unknown options", lambda n: "docker run " + " ".join(f"--abc{i}" for i in range(n)) + " i:1\n"),
    _shell("passed variables", lambda n: "docker run " + " ".join(f"-e A{i}" for i in range(n)) + " i:1\n"),
    _shell("variables passed", lambda n: "docker run " + " ".join(f"-e A{i}=$A{i}" for i in range(n)) + " i:1\n"),
    _shell("ports", lambda n: "docker run " + " ".join(f"-p {i + 1}:{i + 1}" for i in range(n)) + " i:1\n"),
    _shell("labels", lambda n: "docker run " + " ".join(f"-l a{i}=b" for i in range(n)) + " i:1\n"),
    _shell("networks", lambda n: "docker run " + " ".join(f"--network a{i}" for i in range(n)) + " i:1\n"),
    _shell("gpus", lambda n: "docker run " + "--gpus 1 " * n + " i:1\n"),
    _shell("words of a command", lambda n: "docker run i:1 " + "a " * n + "\n"),
    _shell("podman options", lambda n: "podman run " + " ".join(f"-v /a{i}:/b{i}" for i in range(n)) + " i:1\n"),
    _shell("apptainer binds", lambda n: "apptainer run " + " ".join(f"--bind /a{i}:/b{i}" for i in range(n)) + " i.sif\n"),
    _shell("apptainer binds of one", lambda n: "apptainer run --bind " + ",".join(f"/a{i}:/b{i}" for i in range(n)) + " i.sif\n"),
    _shell("apptainer variables", lambda n: "apptainer run " + " ".join(f"--env A{i}=b" for i in range(n)) + " i.sif\n"),
    _shell("options of an array", lambda n: "O=()\n" + "".join(f"O+=(-e A{i}=b)\n" for i in range(n)) + 'docker run "${O[@]}" i:1\n', ends="E521"),
    _shell("options of a text", lambda n: "O=''\n" + "".join(f'O="$O -e A{i}=b"\n' for i in range(n)) + "docker run $O i:1\n", ends="E521"),
    _shell("backslashes", lambda n: "docker run -e X=" + "a\\\\" * n + " i:1\n"),
    _shell("quotes", lambda n: "docker run -e X=" + "''\"\"" * n + " i:1\n"),
    _shell("references of a word", lambda n: "docker run -e X=" + "$A" * n + " i:1\n"),
    _shell("references in quotes", lambda n: 'docker run -e X="' + "$A\\\\" * n + '" i:1\n'),
    _shell("long word", lambda n: "docker run -e X=" + "a" * 10 * n + " i:1\n"),
    _shell("nested substitutions", lambda n: "x=" + "$(" * n + "echo a" + ")" * n + "\ndocker run i:$x\n", least=65),
    _shell("nested expansions", lambda n: "x=" + "${A:-" * n + "a" + "}" * n + "\ndocker run i:$x\n", least=40),
    _shell("nested quotes", lambda n: "x=" + '"$(echo ' * n + "a" + ')"' * n + "\ndocker run i:$x\n", least=65),
    _shell("nested blocks", lambda n: "if a; then\n" * n + "docker run i:1\n" + "fi\n" * n),
    _shell("nested parentheses", lambda n: "(" * n + "docker run i:1" + ")" * n),
    _shell("open quotes", lambda n: "docker run i:1 " + "'" * (2 * n + 1) + "\n"),
    _shell("open brackets", lambda n: "docker run i:1 $(" * n + "\n"),
    _shell("open expansions", lambda n: "docker run i:1 " + "${A:-" * n + "\n"),
    _shell("substitutions", _lines("A#=$(date +#)")),
    _shell("substitutions used", lambda n: "docker run " + " ".join(f"-e A{i}=$(cat f{i})" for i in range(n)) + " i:1\n"),
    _shell("substitutions of one text", lambda n: "docker run " + " ".join(f"-e A{i}=$(date)" for i in range(n)) + " i:1\n"),
    _shell("variables", _lines("A#=b")),
    _shell("variables used", lambda n: "".join(f"A{i}=b\n" for i in range(n)) + "docker run " + " ".join(f"-e B{i}=$A{i}" for i in range(n)) + " i:1\n"),
    _shell("host variables used", lambda n: "docker run " + " ".join(f"-e B{i}=$A{i}" for i in range(n)) + " i:1\n"),
    _shell("defaults", lambda n: "".join(f"A{i}=${{A{i}:-b}}\n" for i in range(n)) + "docker run " + " ".join(f"-e B{i}=$A{i}" for i in range(n)) + " i:1\n"),
    _shell("comments", _lines("# text #")),
    _shell("comments of a command", lambda n: "docker run \\\n" + "".join(f"  -e A{i}=b `# text {i}` \\\n" for i in range(n)) + "  i:1\n"),
    _shell("comments between options", lambda n: "docker run \\\n" + "".join(f"  -e A{i}=b \\\n  # text {i}\n" for i in range(n)) + "  i:1\n"),
    _shell("comments at the ends", lambda n: "docker run \\\n" + "".join(f"  -e A{i}=b \\ # text {i}\n" for i in range(n)) + "  i:1\n"),
    _shell("functions", _lines("f#() { echo a; }")),
    _shell("functions called", lambda n: "".join(f"f{i}() {{ echo a; }}\nf{i}\n" for i in range(n)) + "docker run i:1\n"),
    _shell("functions that run", _lines("f#() { docker run i:#; }", "")),
    _shell("functions of each other", lambda n: "f0() { docker run i:1; }\n" + "".join(f"f{i + 1}() {{ f{i}; }}\n" for i in range(n)) + f"f{n}\n", least=20),
    _shell("runs", _lines("docker run i:#", ""), ends="E521"),
    _shell("commands", _lines("echo #")),
    _shell("blank lines", _lines("")),
    _shell("conditions", _lines("if [ -n \"$A#\" ]; then B#=c; fi"), ends="E521"),
    _shell("conditions of the host", lambda n: "O=()\n" + "".join(f"[ -e /a{i} ] && O+=(-v /a{i}:/a{i})\n" for i in range(n)) + 'docker run "${O[@]}" i:1\n', ends="E521"),
    _shell("branches of a case", lambda n: "case $1 in\n" + "".join(f"a{i}) A=b ;;\n" for i in range(n)) + "esac\ndocker run i:1\n", ends="E521"),
    _shell("loops", _lines("for a in 1 2; do echo $a; done")),
    _shell("words of a loop", lambda n: "O=()\nfor a in " + " ".join(f"a{i}" for i in range(n)) + "; do O+=(-e $a=b); done\ndocker run \"${O[@]}\" i:1\n", ends="E521"),
    _shell("here-documents", _lines("cat <<E\ntext\nE")),
    _shell("long here-document", lambda n: "cat <<E\n" + "text\n" * n + "E\ndocker run i:1\n"),
    _shell("pipes", lambda n: "a" + " | a" * n + "\ndocker run i:1\n"),
    _shell("lists", lambda n: "a" + " && a" * n + "\ndocker run i:1\n"),
    _shell("assignments before a command", lambda n: " ".join(f"A{i}=b" for i in range(n)) + " docker run i:1\n"),
    _shell("exports", _lines("export A#=b")),
    _shell("arrays", _lines("A#=(a b)")),
    _shell("long array", lambda n: "A=(" + "a " * n + ")\ndocker run i:1 \"${A[@]}\"\n"),
    _shell("arithmetic", _lines("A#=$((1 + 1))")),
    _shell("long arithmetic", lambda n: "A=$((" + "1 + " * n + "1))\ndocker run -e A=$A i:1\n"),
    _shell("evals", _lines("eval \"A#=b\"")),
    _shell("sources", _lines(". ./a#")),
    _shell("other letters", lambda n: "docker run -e X=" + "é" * n + " i:1\n"),
    _shell("other letters in lines", _lines("A#='é'")),
    _shell("prompts", _lines("$ echo #", "$ docker run i:1\n")),
    _shell("broken lines", lambda n: "docker run \\\n" + "  -it \\ \n" * n + "  i:1\n"),
    _shell("errors of the parser", _lines("a ( b")),
    _shell("xhosts", _lines("xhost +local:"), ends="E521"),
    _shell("reads", _lines("read A#")),
    _shell("shifts", _lines("shift")),
    _shell("options of the script", lambda n: "while [ $# -gt 0 ]; do case $1 in\n" + "".join(f"--a{i}) A{i}=b ;;\n" for i in range(n)) + "esac; shift; done\ndocker run i:1\n", ends="E521"),
    _shell("options, audit", lambda n: "docker run " + " ".join(f"-v /a{i}:/b{i}" for i in range(n)) + " i:1\n", "audit --script run.sh"),
    _shell("commas of a value", lambda n: "apptainer run --env A=" + "a," * n + " i.sif\n"),
    _shell("commas of a mount", lambda n: "docker run --mount type=bind,src=/a,dst=/b" + ",readonly" * n + " i:1\n"),
    _shell("ports of a range", lambda n: f"docker run -p 1000-{999 + n}:1000-{999 + n} i:1\n"),
    _shell("ulimits", lambda n: "docker run " + "--ulimit nofile=1 " * n + " i:1\n"),
    _shell("places to fill in", lambda n: "docker run " + " ".join(f"-v <path {i}>:/b{i}" for i in range(n)) + " i:1\n"),
    _shell("aliases of a network", lambda n: "docker run --network a " + " ".join(f"--network-alias a{i}" for i in range(n)) + " i:1\n"),
    _shell("strings of another shell", lambda n: "bash -c '" + "echo a; " * n + "docker run i:1'\n"),
    _shell("options, diff", lambda n: "docker run " + " ".join(f"-v /a{i}:/b{i}" for i in range(n)) + " i:1\n", "diff run.sh run.sh"),
    _shell("options, check", lambda n: "docker run " + " ".join(f"-v /a{i}:/b{i}" for i in range(n)) + " i:1\n", "import --check run.sh"),
    Growing("services", "import c.yml", lambda n: {"c.yml": "services:\n" + "".join(f"  s{i}:\n    image: i:1\n    ports: ['{i + 1}:80']\n" for i in range(n))}),
    Growing("volumes of a service", "import c.yml", lambda n: {"c.yml": "services:\n  s:\n    image: i:1\n    volumes:\n" + "".join(f"    - a{i}:/b{i}\n" for i in range(n)) + "volumes:\n" + "".join(f"  a{i}: {{}}\n" for i in range(n))}),
    Growing("environment of a service", "import c.yml", lambda n: {"c.yml": "services:\n  s:\n    image: i:1\n    environment:\n" + "".join(f"    - A{i}=${{B{i}-c}}\n" for i in range(n))}),
    Growing("unknown keys of a service", "import c.yml", lambda n: {"c.yml": "services:\n  s:\n    image: i:1\n" + "".join(f"    a{i}: b\n" for i in range(n))}),
    Growing("inspected containers", "import i.json", lambda n: {"i.json": json.dumps([{"Id": f"{i:064x}", "Name": f"/a{i}", "Config": {"Image": "i:1", "Env": [], "Labels": {}}, "HostConfig": {}, "Mounts": []} for i in range(n)])}),
    Growing("mounts of a container", "import i.json", lambda n: {"i.json": json.dumps([{"Id": "a" * 64, "Name": "/a", "Config": {"Image": "i:1", "Env": [f"A{i}=b" for i in range(n)], "Labels": {f"a{i}": "b" for i in range(n)}}, "HostConfig": {"Binds": [f"/a{i}:/b{i}" for i in range(n)]}, "Mounts": [{"Type": "bind", "Source": f"/a{i}", "Destination": f"/b{i}", "Mode": "", "RW": True, "Propagation": "rprivate"} for i in range(n)]}])}),
    Growing("mounts of a devcontainer", "import devcontainer.json", lambda n: {"devcontainer.json": json.dumps({"image": "i:1", "mounts": [f"source=/a{i},target=/b{i},type=bind" for i in range(n)], "runArgs": ["--cap-add", "A"] * n, "containerEnv": {f"A{i}": "b" for i in range(n)}})}),
)  # fmt: skip
