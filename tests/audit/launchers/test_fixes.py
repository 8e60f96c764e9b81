"""What is wrong with a launcher is said in its own words, and doing so helps."""

from __future__ import annotations

import re

import pytest

from coder_gen.audit.findings import Audit, Finding
from coder_gen.audit.launchers.findings import audit_launcher
from coder_gen.audit.launchers.read import read_foreign
from coder_gen.audit.launchers.setting_text import entries, options, shell
from coder_gen.audit.rules import RULES
from coder_gen.engines.registry import engine as find_engine
from coder_gen.language.keys.container import KEYS
from coder_gen.targets.base import Request
from coder_gen.targets.compose import compose
from coder_gen.text.diagnostics import Reporter
from tests.audit.compiled import compiled, over_image
from tests.audit.specs import PAIRS

# A script says these by commands of its own; Compose has no word for the engine's options.
BY_COMMANDS = {"x11-host", "x11-user", "x11-client"}
# One is about building, one about a file of Compose; the other has options that no engine has.
NO_SCRIPT = {"secret-in-image", "secret-in-spec", "engine-options"}
# There Compose's services are joined by a network of the project's own.
NO_COMPOSE = {
    "engine-options",
    "default-bridge",
    "x11-host",
    "x11-user",
    "x11-client",
}
IN_SCRIPTS = [rule for rule in PAIRS if rule not in BY_COMMANDS | NO_SCRIPT]
IN_COMPOSE = [rule for rule in PAIRS if rule not in NO_COMPOSE]
# Fixes that are one change of the options, which a test can make.
CHANGES = [
    rule
    for rule in IN_SCRIPTS
    if RULES[rule].remedy and not rule.startswith("x11-") and rule != "host-network"
]
_SPECS_OWN = re.compile(
    r"\bspec\b|!reset|!override|--profile|\bx11:|engine_options|publish_address"
)
_KEYS = re.compile(r"`?\b(?:" + "|".join(k for k in KEYS if "_" in k) + r")\b")


def line(spec: str, engine: str = "docker") -> str:
    """A script that somebody wrote, for what a spec says."""
    _, planned = compiled(over_image(spec))
    plan = planned["service"]
    image = plan.text("image")
    assert image is not None
    said = [
        *options(find_engine(engine))(plan),
        shell(image),
        *map(shell, plan.value("command") or ()),
    ]
    return f"#!/bin/sh\n{engine} run \\\n  " + " \\\n  ".join(said) + "\n"


def audited(text: str, kind: str = "script") -> Audit:
    return audit_launcher(read_foreign(text, "original", kind), "2026-11-24")


def one(found: Audit, rule: str) -> Finding:
    assert rule in {finding.rule.id for finding in found.open}
    return next(finding for finding in found.open if finding.rule.id == rule)


@pytest.mark.parametrize("rule", IN_SCRIPTS)
def test_each_rule_reads_a_script(rule: str) -> None:
    text = line(PAIRS[rule].fires)
    found = one(audited(text), rule)
    assert found.span.source.text == text and found.fix
    for said in (found.message, found.rule.advice, found.fix):
        assert not _SPECS_OWN.search(said) and not _KEYS.search(said), said


@pytest.mark.parametrize("rule", [rule for rule in IN_SCRIPTS if "x11" not in PAIRS[rule].quiet])
def test_what_is_no_risk_is_none_in_a_script(rule: str) -> None:
    found = audited(line(PAIRS[rule].quiet))
    assert rule not in {finding.rule.id for finding in found.open}


@pytest.mark.parametrize("rule", CHANGES)
def test_the_fix_of_a_script_helps(rule: str) -> None:
    text = line(PAIRS[rule].fires)
    for change in one(audited(text), rule).fix.splitlines():
        what, _, option = change.partition(": ")
        if what == "remove":
            assert f"  {option} \\\n" in text
            text = text.replace(f"  {option} \\\n", "", 1)
        else:
            assert what == "add"
            text = text.replace(" run \\\n", f" run \\\n  {option} \\\n", 1)
    assert rule not in {finding.rule.id for finding in audited(text).open}


@pytest.mark.parametrize("rule", IN_COMPOSE)
def test_each_rule_reads_a_compose_file(rule: str) -> None:
    project, planned = compiled(over_image(PAIRS[rule].fires))
    text = compose.compile(project, planned, Request(min_version="2"), Reporter()).text
    found = one(audited(text, "compose"), rule)
    assert found.span.source.text == text
    assert re.match(r"(?:add|remove|replace|before): ", found.fix)
    for said in (found.message, found.rule.advice, found.fix):
        assert not _SPECS_OWN.search(said), said


GRANTS = [
    ("xhost +", "gives access to everyone who reaches the display", "critical"),
    ("xhost +local:", "gives access to every user of the host", "high"),
    ('xhost "+SI:localuser:$USER"', "gives access to every process of the user", "high"),
]


@pytest.mark.parametrize(("grant", "says", "level"), GRANTS)
@pytest.mark.parametrize(
    "given", ["", "-e DISPLAY -v /tmp/.X11-unix:/tmp/.X11-unix", "-e DISPLAY=:1"]
)
def test_an_open_display_is_found_where_it_is_opened(
    grant: str, says: str, level: str, given: str
) -> None:
    found = one(
        audited(f"#!/bin/sh\necho hello\n{grant} || exit\ndocker run {given} app:1\n"), "x11-host"
    )
    assert (found.span.line, found.span.text) == (2, grant)
    assert (found.message, found.level) == (f"`{grant}` {says}", level)
    assert found.fix.startswith(f"remove: {grant}\n") and "xauth" in found.fix


@pytest.mark.parametrize(
    ("options", "mounts"),
    [
        ("", {"writable-home", "shared-tmp"}),
        ("--no-home", {"shared-tmp"}),
        ("--home /scratch/me", {"shared-tmp"}),
        ("--contain", set()),
        ("-C", set()),
    ],
)
def test_what_apptainer_mounts_unasked(options: str, mounts: set[str]) -> None:
    found = audited(f"#!/bin/sh\n\napptainer run {options} ide.sif\n")
    open_ = {f.rule.id: f for f in found.open if f.rule.id in ("writable-home", "shared-tmp")}
    assert open_.keys() == mounts
    assert all(f.span.line == 2 and "--containall" in f.fix for f in open_.values())


def test_what_apptainer_does_by_itself_is_no_finding() -> None:
    rules = {f.rule.id for f in audited("#!/bin/sh\napptainer exec -C ide.sif bash\n").open}
    assert not rules & {"root-user", "new-privileges", "capabilities-not-dropped", "default-bridge"}
    assert "image-not-pinned" not in rules
    named = audited("#!/bin/sh\napptainer exec -C docker://ide:latest bash\n")
    assert "ide:latest" in one(named, "image-not-pinned").fix


def test_what_is_missing_is_missing_in_its_own_command() -> None:
    found = audited(
        "#!/bin/sh\ncase $1 in\na) docker run --rm --memory 1g app:1 ;;\nb) docker run app:1 ;;\nesac\n"
    )
    assert one(found, "no-memory-limit").span.line == 3
    found = audited(
        "services:\n  a: {image: 'a:1', mem_limit: 1g}\n  b: {image: 'b:1'}\n", "compose"
    )
    assert one(found, "no-memory-limit").span.line == 2


def test_options_that_no_key_has_are_told_one_by_one() -> None:
    found = audited("docker run --kernel-memory 1g \\\n  --detach-keys ctrl-a app:1\n")
    kept = [f for f in found.open if f.rule.id == "engine-options"]
    assert [f.fix for f in kept] == ["remove: --kernel-memory=1g", "remove: --detach-keys=ctrl-a"]
    podman = one(audited("podman run --secret=tok,type=env app:1\n"), "engine-options")
    assert "--secret=tok,type=env" in podman.message and "manual" in podman.rule.advice


def test_a_fix_tells_no_secret() -> None:
    found = audited(
        "docker run -e API_TOKEN=abc123 --label my_password=abc123 app:1 --token=abc123\n"
    )
    assert {"secret-in-environment", "secret-in-label", "secret-in-command"} <= {
        finding.rule.id for finding in found.open
    }
    assert not any("abc123" in said for f in found.open for said in (f.fix, f.message))


def test_the_users_own_words_stay() -> None:
    """A path that reads like a word of the spec language is no such word."""
    text = "docker run -v '/etc/the spec/`user`:/etc/x' app:1\n"
    messages = [finding.message for finding in audited(text).open]
    assert any("/etc/the spec/`user`" in message for message in messages), messages
    assert "no `--user`: the image sets the user, which is root in most images" in messages


@pytest.mark.parametrize(
    ("words", "rule", "fix"),
    [
        ("--device /dev/fuse --device /dev/fuse", "device-fuse", "remove: --device /dev/fuse"),
        (
            "--cap-add SYS_ADMIN --cap-add cap_sys_admin",
            "cap-sys-admin",
            "remove: --cap-add SYS_ADMIN\nremove: --cap-add cap_sys_admin",
        ),
        ("-v /etc:/a -v /etc:/a", "system-writable", "remove: -v /etc:/a\nadd: -v /etc:/a:ro"),
        ("-v /etc:/a -v /etc:/b", "system-writable", "remove: -v /etc:/a\nadd: -v /etc:/a:ro"),
    ],
)
def test_what_stands_there_twice(words: str, rule: str, fix: str) -> None:
    assert one(audited(f"#!/bin/sh\ndocker run {words} app:1\n"), rule).fix == fix


@pytest.mark.parametrize(
    "said",
    ["80", "8080:80", "127.0.0.1:8080:80", "127.0.0.1::80", "53:53/udp", "80/udp", "[::1]:8080:80"],
)
def test_a_port_is_named_as_the_file_has_it(said: str) -> None:
    """So that a fix names the entry that is to change."""
    _, planned = compiled(over_image(f"ports: ['{said}']"))
    assert f'ports: ["{said}"]' in entries(planned["service"])
