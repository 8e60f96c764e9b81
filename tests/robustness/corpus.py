"""Bad inputs, as data: what each is, how it is called, and what has to come of it."""

from __future__ import annotations

from typing import NamedTuple


class Bad(NamedTuple):
    """One input. ``place`` is ``line:col`` of its first message, or None where there is none."""

    name: str
    spec: bytes
    code: str
    place: str | None
    command: str = "script"
    status: int = 2
    files: tuple[tuple[str, bytes], ...] = ()


def _image(name: str, rest: str, code: str, place: str | None, command: str = "script") -> Bad:
    """A spec that has an image, and something bad from its second line on."""
    return Bad(name, b"image: a\n" + rest.encode() + b"\n", code, place, command)


_BOMB = "x-0: &a0 [l, l, l, l, l, l, l, l, l]\n" + "".join(
    f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
_FLAT = b"image: a\nx-many:\n" + b"".join(b"  k%d: 1\n" % n for n in range(100_000))

TEXTS: tuple[Bad, ...] = (
    Bad("empty", b"", "E013", "1:1"),
    Bad("only a comment", b"# nothing\n", "E013", "1:1"),
    Bad("a list", b"- a\n", "E013", "1:1"),
    Bad("a word", b"hello\n", "E013", "1:1"),
    _image("alias bomb", _BOMB, "E009", None),
    _image("alias of itself", "x-a: &a [*a]", "E010", "2:10"),
    _image("alias without anchor", "name: *b", "E010", "2:7"),
    _image("deep flow", "x-a: " + "[" * 10_000 + "]" * 10_000, "E008", None),
    _image("deep mappings", "".join(" " * n + "x-a:\n" for n in range(200)), "E008", None),
    _image(
        "merge bomb",
        "x-0: &a0 {k: 1}\n"
        + "".join(f"x-{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 9)),
        "E009",
        None,
    ),
    _image("merge of itself", "x-a: &a {<<: *a}", "E010", "2:14"),
    _image("quoted merge", "environment: {'<<': {A: 1}}", "E013", "2:21"),
    _image("100000 characters of a key", "k" * 100_000 + ": 1", "E004", None),
    _image("an exposed port out of range", "expose: [80, '99999']", "E014", "2:14"),
    _image("exposed ports backwards", "expose: ['90-80']", "E014", "2:10"),
    _image("3000 unknown keys", "".join(f"k{n}: 1\n" for n in range(3000)), "E012", "2:1"),
    Bad("image of 80000 pieces", b"image: " + b"a-" * 40_000 + b"!\n", "E014", "1:8"),
    Bad("digest of 30000 pieces", b"image: a@" + b"a+" * 30_000 + b"\n", "E014", "1:8"),
    _image("duration of 60000 digits", "stop_grace_period: " + "1" * 60_000 + "x", "E014", "2:20"),
    _image("address of 30000 pieces", "dns: '" + "1:" * 30_000 + "'", "E014", "2:6"),
    _image("port of 30000 pieces", "ports: ['" + "1-" * 30_000 + "']", "E014", "2:9"),
    _image("platform of 30000 pieces", "platform: " + "a/" * 30_000, "E014", "2:11"),
    _image("null as a key", "~: b", "E012", "2:1"),
    _image("mapping as a key", "? {a: b}\n: c", "E011", "2:3"),
    Bad("YAML of the future", b"%YAML 3.0\n---\nimage: a\n", "E004", "1:1"),
    Bad("tag directive", b"%TAG ! tag:x,2000:\n---\nimage: !y a\n", "E007", "3:8"),
    Bad("garbage after the end", b"image: a\n...\ngarbage\n", "E004", None),
    Bad("zero-width space in a key", "ima\u200bge: a\n".encode(), "E012", "1:1"),
    Bad("homoglyph in a key", "im\u0430ge: a\n".encode(), "E012", "1:1"),
    Bad("next line", b"image: a\xc2\x85hostname: b\n", "E003", "1:9"),
    Bad("line separator", "image: a\u2028hostname: b\n".encode(), "E003", "1:9"),
    Bad("gzip", b"\x1f\x8b\x08\x00\x00", "E002", "1:2"),
    Bad("UTF-32", "image: a\n".encode("utf-32"), "E002", None),
    Bad("a page of HTML", b"<!DOCTYPE html>\n<html></html>\n", "E013", "1:1"),
    Bad("a Dockerfile", b"FROM a\nRUN b\n", "E013", "1:1"),
    Bad("a template", b"image: {{ image }}\n", "E011", None),
    Bad("a Compose file", b"services:\n  a:\n    image: b\n", "E016", "1:1"),
    Bad("json, not a number", b'{"image": "a", "cpus": NaN}', "E014", "1:24"),
    Bad("json with a comment", b'{"image": "a" /* x */}', "E004", "1:15"),
    _image("fullwidth digit", "mem_limit: \uff11g", "E014", "2:12"),
    _image("arabic digits as a port", "ports: ['\u0668\u0660:80']", "E014", "2:9"),
    _image("superscript as a number", "pids_limit: '\u00b2'", "E014", "2:13"),
    _image("line break after a port", 'ports: ["80\\n"]', "E014", "2:9"),
    _image("line break after a name", 'name: "a\\n"', "E014", "2:7"),
    _image("indirect variable", "hostname: ${!A}", "E017", "2:11"),
    _image("dollar at the end", "hostname: a$", "E017", "2:12"),
    _image("positional parameter", "hostname: $1", "E017", "2:11"),
    _image("mode in a mode", "modes: {a: {modes: {}}}", "E012", "2:13"),
    _image("profile in a profile", "profiles: {a: {profiles: {}}}", "E012", "2:16"),
    _image("unclosed brackets", "x-a: " + "[" * 5_000, "E008", None),
    Bad("too large", b"image: a\n#" + b"x" * (16 << 20), "E009", None),
    Bad("100000 keys, one twice", _FLAT + b"  k7: 1\n", "E005", "100003:3"),
    _image("long scalar as a size", "mem_limit: " + "9" * 100_000 + "q", "E014", "2:12"),
    _image("a network called host", "networks: [host]", "E014", "2:1"),
    _image("duplicate key", "image: b", "E005", "2:1"),
    _image("duplicate name below", "environment: {A: 1, A: 2}", "E005", "2:21"),
    _image("merge of a word", "environment:\n  <<: word", "E013", "3:3"),
    _image("merge of words", "environment:\n  <<: [a, b]", "E013", None),
    Bad("two documents", b"image: a\n---\nimage: b\n", "E006", "2:1"),
    _image("unknown tag", "name: !mine x", "E007", "2:7"),
    _image("python tag", "name: !!python/object/apply:os.system [id]", "E007", "2:7"),
    _image("binary tag", "name: !!binary aGk=", "E007", "2:7"),
    Bad("latin 1", b"image: caf\xe9\n", "E002", "1:11"),
    Bad("utf-16", "image: a\n".encode("utf-16"), "E002", None),
    Bad("utf-16 without mark", "image: a\n".encode("utf-16-le"), "E003", None),
    Bad("NUL", b"image: a\0b\n", "E003", "1:9"),
    Bad("NUL escape", b'image: "a\\0b"\n', "E003", "1:8"),
    Bad("lone surrogate escape", b'image: "\\ud800"\n', "E004", "1:11"),
    Bad("surrogate bytes", b"image: \xed\xa0\x80\n", "E002", "1:8"),
    Bad("control character", b"image: a\x07\n", "E003", "1:9"),
    Bad("BOM in the middle", b"image: a\n\xef\xbb\xbfname: b\n", "E004", "2:2"),
    _image("tab indent", "environment:\n\tA: b", "E004", None),
    _image("unclosed quote", 'name: "abc', "E004", None),
    _image("list as key", "[a, b]: c", "E011", "2:1"),
    Bad("json, unclosed", b'{"image": "a"', "E004", None),
    Bad("json, twice", b'{"image": "a", "image": "b"}', "E005", "1:16"),
    Bad("json, wrong type", b'{"image": "a", "ports": 80}', "E013", "1:25"),
)

NAMES: tuple[Bad, ...] = (
    _image("key misspelt", "imagee: b", "E012", "2:1"),
    _image("name with a slash", "name: ../../etc", "E014", "2:7"),
    _image("name with bidi override", 'name: "a\\u202eb"', "E014", "2:7"),
    _image("container_name with a space", "container_name: a b", "E014", "2:17"),
    _image("empty name", "name: ''", "E014", "2:7"),
    _image("environment name with =", "environment: {'A=B': c}", "E014", "2:15"),
    _image("empty environment name", "environment: {'': c}", "E014", "2:15"),
    _image("variable with a dash", "variables: {A-B: 1}", "E014", "2:13"),
    _image("variable of the shell", "variables: {PATH: x}", "E019", "2:13"),
    _image("variable of the language", "variables: {UID: 1}", "E019", "2:13"),
    _image("mode with a newline", 'modes: {"a\\nb": {}}', "E014", "2:9"),
    _image("mode like an option", "modes: {--rm: {}}", "E014", "2:9"),
    _image("profile with a newline", 'profiles: {"a\\nb": {}}', "E014", "2:12"),
    _image("network with a space", "networks: {a b: {}}", "E014", "2:12"),
    _image("label without a name", "labels: {'': x}", "E014", "2:10"),
    _image("output above", "outputs: {../run.sh: script}", "E014", "2:11"),
    _image("output absolute", "outputs: {/tmp/run.sh: script}", "E014", "2:11"),
    _image("output with newline", 'outputs: {"a\\nb": script}', "E014", "2:11"),
    _image("output over the spec", "outputs: {coder.yaml: script}", "E035", "2:11", "write"),
    _image("output written another way", "outputs: {a: script, ./a: compose}", "E014", "2:22"),
    _image("output of a folder", "outputs: {a/: script}", "E014", "2:11"),
    _image("secret above its folder", "secrets: {..: {file: a}}", "E014", "2:11"),
    _image("secret in other letters", "secrets: {\u00e9: {file: a}}", "E014", "2:11"),
    _image("limit in other letters", "ulimits: {\u00f1ofile: 1}", "E014", "2:11"),
    _image("no modes", "modes: {service: !reset 1, shell: !reset 1}", "E021", None),
    _image("output of no target", "outputs: {a: nothing}", "E028", "2:14", "write"),
)

VALUES: tuple[Bad, ...] = (
    _image("interpolation unclosed", "command: ['${A']", "E017", None),
    _image("interpolation of a command", "command: [$(id)]", "E017", None),
    _image("unknown operator", "command: ['${A/b/c}']", "E017", None),
    _image("nested too deep", f"command: ['{'${A:-' * 500}x{'}' * 500}']", "E017", None),
    _image("undeclared", "command: ['${NOWHERE}']", "E018", None),
    _image("variables in a circle", "variables: {A: '${B}', B: '${A}'}", "E018", None),
    _image("port too high", "ports: ['70000:80']", "E014", None),
    _image("port as 60-based number", "ports: ['22:22:22:22:22']", "E014", None),
    _image("ports as number", "ports: 80", "E013", "2:8"),
    _image("infinite cpus", "cpus: .inf", "E014", "2:7"),
    _image("cpus out of range", "cpus: 1e999", "E014", "2:7"),
    _image("cpus not a number", "cpus: .nan", "E014", "2:7"),
    _image("pids of 10000 digits", "pids_limit: " + "9" * 10_000, "E014", "2:13"),
    _image("size in words", "mem_limit: lots", "E014", "2:12"),
    _image("boolean of YAML 1.1", "init: yes", "E014", "2:7"),
    _image("boolean in quotes", "init: 'on'", "E014", "2:7"),
    _image("list as image", "name: [a]", "E013", "2:7"),
    _image("mapping as command", "command: {a: b}", "E013", "2:10"),
    _image("word as environment", "environment: word", "E013", "2:14"),
    _image("word as volumes", "volumes: word", "E013", "2:10"),
    _image("list as healthcheck", "healthcheck: []", "E013", "2:14"),
    _image("number as modes", "modes: 3", "E013", "2:8"),
    _image("number as profiles", "profiles: 3", "E013", "2:11"),
    _image("list as variables", "variables: [A]", "E013", "2:12"),
    _image("list as build", "build: []", "E013", "2:8"),
    _image("build misspelt", "build: {bass: x}", "E012", "2:9"),
    _image("unknown engine", "engines: [lxc]", "E014", "2:11"),
    _image("apptainer as word", "apptainer: yes", "E013", "2:12"),
    _image("apptainer misspelt", "apptainer: {hom: /x}", "E012", "2:13"),
    _image(
        "mount without a target", "volumes: [{type: bind, source: /x, target: }]", "E015", "2:36"
    ),
    _image(
        "mount with its target reset",
        "volumes: [{type: bind, source: /x, target: !reset x}]",
        "E015",
        "2:36",
    ),
    _image("port without a target", "ports: [{target: ~, published: 80}]", "E015", "2:10"),
    _image("device without a source", "devices: [{source: null, target: /dev/x}]", "E015", "2:12"),
    _image("ulimit without a value", "ulimits: {nofile: {soft: }}", "E015", "2:20"),
    _image(
        "ulimit with its value reset",
        "ulimits: {nofile: {soft: !reset 1, hard: 2}}",
        "E015",
        "2:20",
    ),
    _image("env_file without a path", "env_file: [{path: , required: false}]", "E015", "2:13"),
    _image("output without a target", "outputs: {run.sh: {target: }}", "E015", "2:20", "write"),
    _image("health check of nothing", "healthcheck: {test: []}", "E014", "2:21"),
    _image("tag on a word of a command", "command: [a, !reset b]", "E027", "2:14"),
    _image("tag on a variable of a list", "environment: [!override A=b]", "E027", "2:15"),
    _image("tag on a network of a list", "networks: [!reset a]", "E027", "2:12"),
    _image("tag on an address", "extra_hosts: {a: !reset b}", "E027", "2:18"),
    _image(
        "variable of an overriding profile alone",
        "profiles: {a: {variables: !override {B: 1}}}\nhostname: $B",
        "E018",
        "3:11",
    ),
    Bad("tag on the whole spec", b"!override\nimage: a\n", "E027", None),
    _image("engines from the host", "engines: [$HOME]", "E025", "2:11"),
    _image(
        "choices from the host",
        "variables: {A: {type: choice, choices: [a, $HOME]}}",
        "E025",
        "2:44",
    ),
    _image(
        "profile from the host",
        "outputs: {a: {target: script, profiles: $HOME}}",
        "E025",
        "2:41",
        "write",
    ),
    _image("accept without reason", "accept: {device-fuse: {}}", "E015", None, "audit"),
    _image(
        "accept with a bad date", "accept: {device-fuse: {reason: x, until: soon}}", "E014", None
    ),
)

COMMANDS: tuple[Bad, ...] = (
    _image("--set nothing", "", "E024", None, "script --set nothing"),
    _image("--set unknown", "", "E012", None, "script --set nokey=1"),
    _image("--var without value", "", "E024", None, "script --var A"),
    _image("--var of the wrong type", "variables: {P: {type: port}}", "E026", None, "script --var P=abc"),
    _image("--profile unknown", "", "E022", None, "script --profile nobody"),
    _image("--mode unknown", "", "E021", None, "script --mode nobody"),
    _image("--min-version", "", "Error", None, "compose --min-version x"),
    _image("explain misspelt", "imagee: b", "E012", "2:1", "explain"),
    _image("audit misspelt", "imagee: b", "E012", "2:1", "audit"),
    _image("doctor misspelt", "imagee: b", "E012", "2:1", "doctor"),
    _image("diff with nothing", "", "E001", None, "diff coder.yaml nowhere.yaml"),
    _image("import of nothing", "", "E", None, "import nowhere.sh"),
    _image("extends itself", "extends: ./coder.yaml", "E023", "2:10"),
    _image("extends a folder", "extends: ./", "E023", "2:10"),
    _image("extends nothing", "extends: ./none.yaml", "E023", "2:10"),
    _image("extends an unknown built-in", "extends: nobody", "E023", "2:10"),
    _image("extends a device", "extends: /dev/zero", "E023", "2:10"),
    _image("extends a pipe", "extends: ./pipe.fifo", "E023", "2:10"),
    _image("extends a link in a circle", "extends: ./circle.link", "E023", "2:10"),
    Bad(
        "extends in a circle", b"extends: ./b.yaml\nimage: a\n", "E023", None,
        files=(("b.yaml", b"extends: ./coder.yaml\n"),),
    ),
    _image("a file without a name", "", "E001", None, "script -f nowhere.yaml"),
    Bad("-o onto a folder", b"image: a\n", "E301", None, "script -o .", 3),
    Bad("-o into no folder", b"image: a\n", "E301", None, "script -o none/run.sh", 3),
)  # fmt: skip

CORPUS = (*TEXTS, *NAMES, *VALUES, *COMMANDS)
