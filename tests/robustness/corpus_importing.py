"""What an import refuses, and what it imports only approximately, as data: see ``corpus``."""

from __future__ import annotations

from tests import golden
from tests.robustness.running import Bad


def _of(
    file: str, name: str, text: str | bytes, code: str, place: str | None, status: int,
    *, fix: str = "", says: str = "", command: str = "import",
) -> Bad:  # fmt: skip
    data = text if isinstance(text, bytes) else text.encode()
    line = f"{command} {file}"
    return Bad(name, None, code, place, line, status, ((file, data),), fix, says)


def _script(name: str, text: str | bytes, code: str, place: str | None, status: int = 0, *, fix: str = "", says: str = "", command: str = "import") -> Bad:  # fmt: skip
    return _of("run.sh", name, text, code, place, status, fix=fix, says=says, command=command)


def _compose(name: str, text: str, code: str, place: str | None, status: int = 0, *, fix: str = "", says: str = "", command: str = "import") -> Bad:  # fmt: skip
    return _of("c.yml", name, text, code, place, status, fix=fix, says=says, command=command)


def _devcontainer(name: str, text: str, code: str, place: str | None, status: int = 0, *, fix: str = "", says: str = "") -> Bad:  # fmt: skip
    return _of("devcontainer.json", name, text, code, place, status, fix=fix, says=says)


def _inspect(name: str, text: str, code: str, place: str | None, status: int = 0, *, fix: str = "", says: str = "") -> Bad:  # fmt: skip
    return _of(
        "i.json",
        name,
        text,
        code,
        place,
        status,
        fix=fix,
        says=says,
        command="import --from inspect",
    )


_LAUNCHER = golden.whole((golden.GOLDEN / "minimal" / "run.sh").read_text("utf-8"))

TEXTS: tuple[Bad, ...] = (
    _script("no launcher", "hello\n", "E501", "run.sh:1:1", 2, fix="name the format: --from docker"),
    _script("a script in Latin 1", b"docker run caf\xe9\n", "E002", None, 2, fix="save it as UTF-8"),
    _script("NUL in a script", "docker run a\0b\n", "E003", "run.sh:1:13", 2, fix="remove it"),
    Bad("half of a surrogate pair on the command line", None, "E002", "<command>:1:14", "import -- docker run a\udc80", fix="save it as UTF-8"),
    _script("a container that is not there", "docker run a\n", "E502", "run.sh:1:1", 2, command="import --service b", fix="there are: service"),
    Bad("an import that changes something", None, "E504", "run.sh:1:1", "import --check run.sh", 1, (("run.sh", b"docker run a\n"),), host="an import that forgets", fix="write that part by hand"),
    Bad("an import that loses a mode", None, "E504", "run.sh:2:1", "import --check run.sh", 1, (("run.sh", b"docker run a\npodman run b\n"),), says="the mode", host="an import that forgets", fix="write that part by hand"),
)  # fmt: skip

OPTIONS: tuple[Bad, ...] = (
    _script("an unknown option", "docker run --nosuch a\n", "E507", "run.sh:1:12", 2, fix="check it against the engine's --help"),
    _script("an option that is nearly one", "docker run --mouns x a\n", "E507", "run.sh:1:12", 2, fix="did you mean --mount?"),
    _script("an unknown letter", "docker run -k a\n", "E507", "run.sh:1:12", 2, fix="a long option begins with two dashes"),
    _script("an option without its value", "docker run --name\n", "E507", "run.sh:1:12", 2, fix="add it, or remove the option"),
    _script("neither true nor false", "docker run --rm=maybe a\n", "E507", "run.sh:1:12", 2, fix="write --rm or --rm=false"),
    _script("a quote inside a field", "podman run --dns 'a\"b' a\n", "E507", "run.sh:1:18", 2, fix="quote the whole field"),
    _script("a quote that stays open", "podman run --dns '\"a' a\n", "E507", "run.sh:1:18", 2, fix="quote the whole field"),
    _script("text after a quote", "podman run --dns '\"a\"x' a\n", "E507", "run.sh:1:18", 2, fix="quote the whole field"),
    _script("a variable after a quote", "podman run --dns '\"a\"'$X a\n", "E507", "run.sh:1:18", 2, fix="quote the whole field"),
    _script("no image after options", "docker run --rm\n", "E508", "run.sh:1:1", 2, fix="add it after the options"),
    _script("no name of an image", "docker run 'A b'\n", "E508", "run.sh:1:12", 2, fix="an option before it may lack its value"),
    _script("in the background", "docker run -d a\n", "W536", "run.sh:1:12", fix="end its line with &"),
    _script("a variable that may be empty", "docker run -e A=$A a\n", "W537", "run.sh:1:12", fix="nothing: an empty value is hardly ever meant"),
    _script("Apptainer without an image", "apptainer run\n", "E508", "run.sh:1:1", 2, fix="add it after the options"),
    _script("what Apptainer shares", "apptainer run docker://a\n", "W538", "run.sh:1:1", fix="write what is needed of them under volumes"),
    _script("an image in a file", "apptainer run a.sif\n", "W539", "run.sh:1:15", fix="write the image that the file was made from"),
    _script("a path or a volume in a script", "docker run -v $A:/b a\n", "W535", "run.sh:1:15", fix="where it is one"),
    _script("one person's folder", "docker run -v /home/me/a:/b a\n", "W531", "run.sh:1:15", fix="where others use the spec"),
    _script("one person's id", "docker run -u 1234:1234 a\n", "W531", "run.sh:1:12", fix="where others use the spec"),
)  # fmt: skip

SHELL: tuple[Bad, ...] = (
    _script("a wrapper", "sudo docker run a\n", "W523", "run.sh:1:1", fix="where the launcher needs it, start it so"),
    _script("an option of the client", "docker --context x run a\n", "W523", "run.sh:1:8", fix="choose the engine and its host where the launcher is"),
    _script("a setting of the client", "DOCKER_HOST=x docker run a\n", "W523", "run.sh:1:1", fix="set DOCKER_HOST where the launcher is started"),
    _script("an eval that runs more", 'eval "docker run i; ls"\n', "E522", "run.sh:1:6", 2, fix="write the command line out"),
    _script("a comment between lines", "docker run \\\n  # why\n  --rm a\ndocker run b\n", "W522", "run.sh:3:3", fix="move the comment above the command"),
    _script("a blank after a backslash", "docker run \\ \n  a\n", "W522", "run.sh:1:12", fix="let the backslash be the last character of the line"),
    _script("a variable that grows", 'OPTS="$OPTS --rm"\ndocker run $OPTS a\n', "W527", "run.sh:1:1", says="before the script", fix="set OPTS to nothing before adding to it"),
    _script("options from the environment", "docker run $DOCKER_OPTS a\n", "W527", "run.sh:1:12", fix="write what it holds into the spec"),
    _script("a file that is sourced", "source ./x.sh\ndocker run a\n", "W532", "run.sh:1:8", fix="set it there"),
    _script("a launcher of ours that was changed", _LAUNCHER.replace("every_mode() {\n", "every_mode() {\n\thello\n").replace("steps() {", "hello() {\n\ttrue\n}\n\nsteps() {"), "E529", "run.sh:36:2", 2, fix="use the spec that the launcher's first lines name"),
    _script("a launcher of ours without a start", _LAUNCHER.replace("exec ", "true "), "E529", "run.sh:1:1", 2, fix="use the spec that its first lines name"),
    _script("options in a loop", 'while [ $# -gt 0 ]; do A+=("$1"); shift; done\ndocker run "${A[@]}" a\n', "W521", "run.sh:1:21", fix="pass arguments after -- to the launcher that the spec makes"),
    _script("nested deeply", "{\n" * 300 + "docker run a\n" + "}\n" * 300, "E521", "run.sh:65:1", 2, fix="import the engine's command line"),
    _script("too many paths", "x=a\n" + "x=$x$x\n" * 40 + "docker run $x\n", "E521", "run.sh:1:1", 2, fix="import the engine's command line"),
    _script("no command line", "#!/bin/sh\necho hi\n", "E523", "run.sh:1:1", 2, command="import --from script", fix="give a script or a command line with `docker run`"),
    _script("never reached", "if false; then docker run a; fi\ndocker run b\n", "W524", "run.sh:1:16", fix="import it as a command line of its own"),
    _script("a quote that is not closed", 'docker run "unterminated\n', "E527", "run.sh:1:12", 2, fix="check the quotes and brackets with `bash -n`"),
    _script("a part that bash does not read", "docker run a\n\n\n\necho )\n", "W530", "run.sh:5:6", fix="check the quotes and brackets with `bash -n`"),
    _script("under a condition", "nvidia-smi && G='--gpus all'\ndocker run $G i\n", "W525", "run.sh:1:1", says="the spec adds", fix="make a mode of it, or a profile"),
    _script("under a condition, for audit", "nvidia-smi && G='--gpus all'\ndocker run $G i\n", "W525", "run.sh:1:1", says="it counts", command="audit --script"),
    _script("its own arguments", 'docker run a "$@"\n', "W526", "run.sh:1:15", fix="pass them to the launcher that the spec makes"),
    _script("its own arguments as options", 'docker run "$@" a\n', "W521", "run.sh:1:13", fix="write those that are always needed into the spec"),
    _script("its own arguments as a value", 'docker run -e "$@" a\n', "E524", "run.sh:1:16", 2, fix="write them out, or put $@ at the end"),
    _script("its own arguments in a word", 'docker run a bash -c "make $*"\n', "W526", "run.sh:1:22", fix="pass a whole command to the launcher that the spec makes"),
    _script("options of a file under a condition", "[ -f args ] && a+=($(cat args))\ndocker run ${a[@]} i\n", "W521", "run.sh:1:20", fix="write those that are always needed into the spec"),
    _script("options of a command", "docker run $(options) -e A=b i\n", "E528", "run.sh:1:12", 2, fix="write the arguments out"),
    _script("a part under a condition", "[ -f x ] && X=b || X=\ndocker run --name \"a$X\" i\n", "E525", "run.sh:1:1", 2, fix="write the whole option in each branch"),
    _script("a place to fill in", "docker run <image>\n", "W533", "run.sh:1:12", fix="set IMAGE in the environment of the launcher"),
    _script("an argument", "docker run -e A=$1 a\n", "W528", "run.sh:1:17", fix="set ARGUMENT_1 in the environment of the launcher"),
    _script("a value that is computed", "docker run -e A=$(date) a\n", "W529", "run.sh:1:17", fix="start the launcher with DATE=$(date)"),
    _script("a value without a name", "docker run {a,b} i\n", "E526", "run.sh:1:12", 2, fix="put its value there"),
)  # fmt: skip

_A = "services:\n  a:\n    image: b\n"
COMPOSE: tuple[Bad, ...] = (
    _compose("no services", "services: {}\n", "E502", "c.yml:1:1", 2, fix="add one, or see --from"),
    _compose("another file", _A + "include: [x.yml]\n", "E503", "c.yml:4:1", 2, fix="join them first: docker compose config"),
    _compose("an unknown key at the top", _A + "nosuch: 1\n", "E503", "c.yml:4:1", 2, fix="remove it: known here are services"),
    _compose("no such service", _A, "E502", "c.yml:1:1", 2, command="import --service x", fix="there are: a"),
    _compose("a service that is no mapping", "services:\n  a: b\n", "E013", "c.yml:2:6", 2, fix="write its keys below its name"),
    _compose("a service without an image", "services:\n  a: {tty: true}\n", "E503", "c.yml:2:3", 2, fix="add `image`"),
    _compose("a built image", "services:\n  a: {build: .}\n", "W501", "c.yml:2:3"),
    _compose("two services", _A + "  c: {image: d}\n", "W540", "c.yml:2:3"),
    _compose("services that need others", _A + "    depends_on: [c]\n  c: {image: d}\n", "W540", "c.yml:4:5", says="depends_on"),
    _compose("Compose's own", _A + "    attach: false\n", "W542", "c.yml:4:5"),
    _compose("what has no place", _A + "    provider: {type: x}\n", "E503", "c.yml:4:5", 2, fix="it is no container"),
    _compose("an unknown key of a service", _A + "    nosuchatall: 1\n", "E503", "c.yml:4:5", 2, fix="remove it: no engine would be told of it"),
    _compose("a key of a service that is nearly one", _A + "    volums: []\n", "E503", "c.yml:4:5", 2, fix="did you mean `volumes`?"),
    _compose("another's namespace", _A + "    pid: service:c\n  c: {image: d}\n", "W540", "c.yml:4:10", says="pid"),
    _compose("two builds", "services:\n  a: {build: .}\n  c: {build: x}\n", "W543", "c.yml:3:7"),
    _compose("a build with ssh", "services:\n  a: {build: {context: ., ssh: [default]}}\n", "E503", "c.yml:2:27", 2, fix="build the image apart, and name it by `image`"),
    _compose("deploy that is no mapping", _A + "    deploy: x\n", "E013", "c.yml:4:13", 2, fix="for example: {resources: {limits: {cpus: 2}}}"),
    _compose("replicas", _A + "    deploy: {replicas: 3}\n", "W542", "c.yml:4:14"),
    _compose("a resource of nobody", _A + "    deploy: {resources: {reservations: {cpus: '1'}}}\n", "W543", "c.yml:4:41"),
    _compose("resources that are no mapping", _A + "    deploy: {resources: {limits: 3}}\n", "E013", "c.yml:4:34", 2, fix="for example: limits: {cpus: 2}"),
    _compose("a restart under no condition", _A + "    deploy: {restart_policy: {condition: x}}\n", "E503", "c.yml:4:42", 2, fix="any, none or on-failure"),
    _compose("a restart after a while", _A + "    deploy: {restart_policy: {condition: any, delay: 5s}}\n", "W501", "c.yml:4:47"),
    _compose("a daily pull", _A + "    pull_policy: daily\n", "W542", "c.yml:4:18"),
    _compose("networks that are no mapping", _A + "networks: [x]\n", "E013", "c.yml:4:11", 2, fix="write NAME: VALUE, each on a line of its own"),
    _compose("a folder that Compose makes", _A + "    volumes: [{type: bind, source: /x, target: /y, bind: {create_host_path: true}}]\n", "W501", "c.yml:4:59"),
    _compose("a volume's driver", _A + "    volumes: ['v:/y']\nvolumes: {v: {driver: nfs, name: v}}\n", "W541", "c.yml:5:15"),
    _compose("a volume's name", _A + "    volumes: ['v:/y']\nvolumes: {v: }\n", "W541", "c.yml:4:15"),
    _compose("a network", _A + "    networks: [n]\nnetworks: {n: {name: n}}\n", "W541", "c.yml:5:12"),
    _compose("secrets that are no list", _A + "    secrets: x\n", "E013", "c.yml:4:14", 2, fix="for example: secrets: [NAME]"),
    _compose("a secret without a name", _A + "    secrets: [{target: x}]\n", "E013", "c.yml:4:15", 2, fix="for example: {source: NAME}"),
    _compose("a secret that is not declared", _A + "    secrets: [x]\n", "E503", "c.yml:4:15", 2, fix="add it under `secrets` at the top"),
    _compose("a secret's owner", _A + "    secrets: [{source: x, uid: '1'}]\nsecrets: {x: {file: ./x}}\n", "W501", "c.yml:4:27"),
    _compose("a secret of Swarm", _A + "    secrets: [x]\nsecrets: {x: {external: true}}\n", "E503", "c.yml:5:15", 2, fix="name a file, or a variable"),
    _compose("two of one", _A + "    environment: [A=1, A=2]\n", "W534", "c.yml:4:24", fix="remove the first"),
)  # fmt: skip

DEVCONTAINER: tuple[Bad, ...] = (
    _devcontainer("no object", "[]", "E501", "devcontainer.json:1:1", 2, fix="begin with a brace: {\"image\": \"debian:12\"}"),
    _devcontainer("a Compose file's service", '{"dockerComposeFile": "c.yml"}', "E503", "devcontainer.json:1:23", 2, fix="import that file: coder-gen import docker-compose.yml"),
    _devcontainer("a list for a string", '{"image": ["a"]}', "E503", "devcontainer.json:1:11", 2, fix="write the value in quotes"),
    _devcontainer("no name of a variable", '{"image": "a", "containerEnv": {"A": "${localEnv:1}"}}', "E503", "devcontainer.json:1:38", 2, fix="name a variable"),
    _devcontainer("the folder's name", '{"image": "a", "containerEnv": {"A": "${localWorkspaceFolderBasename}"}}', "W501", "devcontainer.json:1:38"),
    _devcontainer("a variable of nobody", '{"image": "a", "containerEnv": {"A": "${devcontainerId}"}}', "E503", "devcontainer.json:1:38", 2, fix="write the value"),
    _devcontainer("a build with options", '{"build": {"dockerfile": "D", "options": []}}', "E503", "devcontainer.json:1:31", 2, fix="build the image apart"),
    _devcontainer("an editor's container without an image", '{"name": "a"}', "E503", "devcontainer.json:1:1", 2, fix="add `image`, or `build`"),
    _devcontainer("a string for a list", '{"image": "a", "runArgs": "x"}', "E503", "devcontainer.json:1:27", 2, fix="put what is in it between []"),
    _devcontainer("a string for a mapping", '{"image": "a", "containerEnv": "x"}', "E503", "devcontainer.json:1:32", 2, fix="put what is in it between {}"),
    _devcontainer("what runs afterwards", '{"image": "a", "postCreateCommand": "x"}', "W544", "devcontainer.json:1:16"),
    _devcontainer("what runs before", '{"image": "a", "initializeCommand": "x"}', "W544", "devcontainer.json:1:16"),
    _devcontainer("a feature", '{"image": "a", "features": {"x": {}}}', "E503", "devcontainer.json:1:29", 2, fix="build an image that has it"),
    _devcontainer("an editor's own", '{"image": "a", "customizations": {}}', "W542", "devcontainer.json:1:16"),
    _devcontainer("an unknown key", '{"image": "a", "nosuchatall": 1}', "E503", "devcontainer.json:1:16", 2, fix="remove it: no launcher has a use for it"),
    _devcontainer("a key that is nearly one", '{"image": "a", "mountz": []}', "E503", "devcontainer.json:1:16", 2, fix="did you mean `mounts`?"),
    _devcontainer("an editor's user", '{"image": "a", "remoteUser": "x"}', "W542", "devcontainer.json:1:30"),
    _devcontainer("an editor's environment", '{"image": "a", "remoteEnv": {"A": "b"}}', "W542", "devcontainer.json:1:29"),
    _devcontainer("another's port", '{"image": "a", "forwardPorts": ["db:80"]}', "E503", "devcontainer.json:1:33", 2, fix="it is another container's: publish it there"),
    _devcontainer("a mount of no type", '{"image": "a", "mounts": ["type=x,target=/y"]}', "E503", "devcontainer.json:1:27", 2, fix="type, source and target are needed"),
    _devcontainer("a mount with more", '{"image": "a", "mounts": ["type=bind,source=/x,target=/y,z=1"]}', "E503", "devcontainer.json:1:27", 2, fix="write the mount in the spec by hand"),
    _devcontainer("an argument that is no option", '{"image": "a", "runArgs": ["--rm", "x"]}', "E507", "devcontainer.json:1:36", 2, fix="one before it may take no value"),
)  # fmt: skip

INSPECT: tuple[Bad, ...] = (
    _inspect("no container", "[{}]", "E502", "i.json:1:1", 2, fix="take the output of: docker inspect --type container NAME"),
    _inspect("a container without an image", '[{"Config": {}}]', "E502", "i.json:1:2", 2, fix="take the whole output of: docker inspect --type container"),
    _inspect("what a spec has no word for", '[{"Config": {"Image": "a"}, "HostConfig": {"NoSuch": 1}}]', "W543", "i.json:1:44"),
    _inspect("a mount of another type", '[{"Config": {"Image": "a"}, "Mounts": [{"Type": "npipe", "Source": "a", "Destination": "/b"}]}]', "W543", "i.json:1:40"),
)  # fmt: skip

IMPORTING = (*TEXTS, *OPTIONS, *SHELL, *COMPOSE, *DEVCONTAINER, *INSPECT)
