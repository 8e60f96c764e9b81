"""Every rule fires where it should and not beside it; every remedy takes its risk away."""

from __future__ import annotations

import pytest

from coder_gen.audit.findings import Finding, audit, findings
from coder_gen.audit.levels import LEVELS, rank
from coder_gen.audit.overlay import overlay
from coder_gen.audit.rules import RULES
from coder_gen.plan import host_paths
from coder_gen.plan.image import with_image
from coder_gen.targets.base import Request
from coder_gen.targets.launcher import script
from coder_gen.text.diagnostics import Reporter
from tests import golden
from tests.audit.compiled import compiled, over_image
from tests.audit.specs import PAIRS

AUTOMATIC = [rule.id for rule in RULES.values() if rule.remedy is not None and rule.automatic]


def found(text: str) -> list[Finding]:
    project, planned = compiled(over_image(text))
    return findings(with_image(project, planned), project.span)


def ids(text: str) -> set[str]:
    return {finding.rule.id for finding in found(text)}


def test_every_rule_has_its_pair_of_specs() -> None:
    assert sorted(PAIRS) == sorted(RULES)


def test_a_path_of_the_host_is_worked_out_once() -> None:
    """Whatever the number of rules that ask for it, and of modes that mount it."""
    host_paths.plain.cache_clear()
    spec = "image: a\nvolumes: ['/srv//a/../b:/b', '${HOME}/c:/c']\nmodes: {m: {tty: true}, n: {tty: true}}\n"
    assert found(spec)
    assert host_paths.plain.cache_info().misses == 2


@pytest.mark.parametrize("rule", PAIRS)
def test_rule_fires(rule: str) -> None:
    assert rule in ids(PAIRS[rule].fires)


@pytest.mark.parametrize("rule", PAIRS)
def test_rule_keeps_quiet(rule: str) -> None:
    assert rule not in ids(PAIRS[rule].quiet)


@pytest.mark.parametrize("rule", AUTOMATIC)
def test_overlay_takes_the_risk_away(rule: str) -> None:
    base = over_image(PAIRS[rule].fires)
    project, planned = compiled(base)
    made = overlay(project, planned, "./base.yaml", frozenset())
    safer, safer_plans = compiled(made.text, files={"base.yaml": base})
    left = findings(with_image(safer, safer_plans), safer.span)
    assert rule not in {finding.rule.id for finding in left}
    # What the overlay says it leaves is what is left of the spec that it makes.
    assert [(f.rule.id, f.message) for f in left] == [(f.rule.id, f.message) for f in made.left]
    reporter = Reporter()
    script.compile(safer, safer_plans, Request(), reporter)
    assert not reporter.failed


@pytest.mark.parametrize("case", golden.cases(), ids=lambda case: case.name)
def test_overlay_of_every_golden_spec_applies(case: golden.Case) -> None:
    text = case.spec.read_text("utf-8-sig") if case.spec else "extends: coder"
    files = {path.name: path.read_text("utf-8-sig") for path in case.inputs}
    project, planned = compiled(text, files=files)
    made = overlay(project, planned, "./audited-base.yaml", frozenset())
    safer, safer_plans = compiled(made.text, files={**files, "audited-base.yaml": text})
    left = findings(with_image(safer, safer_plans), safer.span)
    # Two modes' lines are two places in the overlay, and were one in the spec.
    assert {(f.rule.id, f.message) for f in left} == {(f.rule.id, f.message) for f in made.left}
    automatic = {f.rule.id for f in left if f.rule.remedy is not None and f.rule.automatic}
    assert automatic == set()


@pytest.mark.parametrize("rule", PAIRS)
def test_fix_is_a_fragment_of_a_spec(rule: str) -> None:
    base = over_image(PAIRS[rule].fires)
    for finding in found(base):
        if finding.rule.id == rule:
            compiled(f"extends: ./base.yaml\n{finding.fix}", files={"base.yaml": base})
            assert finding.fix


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_rule_says_what_it_has_to(rule: object) -> None:
    assert rule in RULES.values()
    from coder_gen.audit.rule import Rule

    assert isinstance(rule, Rule)
    assert rule.level in LEVELS
    assert rule.gains.endswith((".", "!")) and rule.advice.endswith((".", ")"))
    assert bool(rule.remedy) == bool(rule.costs)
    assert rule.standards or rule.id == "engine-options"
    for standard in rule.standards:
        assert standard.split(" ")[0] in ("CIS", "OWASP", "NIST")


def test_findings_come_worst_first_and_name_their_place() -> None:
    every = found("extends: coder")
    assert [rank(f.level) for f in every] == sorted(rank(f.level) for f in every)
    admin = next(f for f in every if f.rule.id == "cap-sys-admin")
    assert admin.span.source.line(admin.span.line).strip() == "- SYS_ADMIN"
    assert admin.modes == ("service", "shell")


def test_the_documents_three_risks_and_the_one_it_missed() -> None:
    levels = {f.rule.id: f.level for f in found("extends: coder")}
    assert levels["seccomp-unconfined"] == "high"
    assert levels["cap-sys-admin"] == "high"
    assert levels["device-fuse"] == "medium"
    assert levels["no-authentication"] == "critical"
    # Together they are worse than the table in the document says.
    assert levels["mount-escape"] == levels["open-home"] == "critical"


def test_hardened_has_nothing_above_medium() -> None:
    project, planned = compiled("extends: coder", "hardened")
    assert {f.level for f in findings(planned, project.span)} <= {"medium", "low"}


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ("[--privileged]", "privileged"),
        ("[--cap-add, SYS_ADMIN]", "cap-sys-admin"),
        ("[--cap-add=SYS_ADMIN]", "cap-sys-admin"),
        ("[-v, '/:/host']", "system-writable"),
        ("[-v/:/host]", "system-writable"),
        ("[--net=host]", "host-network"),
        ("[-p, '80:80']", "all-addresses"),
        ("['-p80:80']", "all-addresses"),
        ("[--device, /dev/mem]", "device-raw"),
        ("[-e, API_TOKEN=x]", "secret-in-environment"),
    ],
)  # fmt: skip
def test_engine_options_are_read_as_the_keys_they_stand_for(options: str, rule: str) -> None:
    assert rule in ids(f"engine_options: {options}")
    assert "engine-options" not in ids(f"engine_options: {options}")


def test_engine_options_are_fixed_where_they_stand() -> None:
    base = "image: app:1.0\nengine_options: [--privileged, --odd, --cap-add=SYS_ADMIN, --init]"
    project, planned = compiled(base)
    made = overlay(project, planned, "./base.yaml", frozenset())
    safer, safer_plans = compiled(made.text, files={"base.yaml": base})
    service = safer_plans["service"]
    # What is no risk stays where it stood.
    assert [word.source for word in service.value("engine_options")] == ["--odd", "--init"]
    assert not {f.rule.id for f in findings(safer_plans, safer.span)} & {
        "privileged",
        "cap-sys-admin",
    }
    assert service.text("init") is None


@pytest.mark.parametrize(
    ("path", "more", "rule"),
    [
        ("/run/user/1000", "", "engine-socket"),
        ("/run/podman/podman.sock", ", read_only: true", "engine-socket"),
        ("/var", ", read_only: true", None),
        ("/var", "", "system-writable"),
        ("/var/lib", "", "system-writable"),
        ("/", ", read_only: true", "engine-socket"),
        ("/proc/1/root/run/docker.sock", ", read_only: true", "engine-socket"),
        ("~/.docker/run/docker.sock", "", "engine-socket"),
        ("/run/docker", ", read_only: true", "engine-socket"),
        ("/var/snap/lxd/common/lxd", "", "engine-socket"),
        ("/tmp/krb5cc_1000", "", "credentials-mounted"),
        ("~/.config", ", read_only: true", "credentials-mounted"),
        ("~/.config/code-server", "", None),
        ("/home", "", "writable-home"),
        ("/home/alice/", "", "writable-home"),
        ("/users/${USER}", "", "writable-home"),
        ("~", "", "writable-home"),
        ("~/.aws", "", "credentials-mounted"),
        ("//etc//", "", "system-writable"),
        ("/usr/local/bin", "", "system-writable"),
        ("/usr/intel", "", None),
        ("/srv/../etc", "", "system-writable"),
        ("/etcetera", "", None),
    ],
)  # fmt: skip
def test_paths_in_any_spelling(path: str, more: str, rule: str | None) -> None:
    text = f"volumes: [{{type: bind, source: '{path}', target: /there{more}}}]"
    about = {"engine-socket", "writable-home", "credentials-mounted", "system-writable"}
    assert ids(text) & about == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("spec", "level"),
    [
        ("image: coder:1\nports: ['7860:7860']", "critical"),
        ("image: coder:1\nports: ['127.0.0.1:7860:7860']", "high"),
        ("image: coder:1", None),
        ("image: coder:1\nnetwork_mode: host", "critical"),
        ("image: coder:1\nnetwork_mode: host\nstdin_open: true\ntty: true", "critical"),
        ("image: coder:1\nports: ['80:80']\nenvironment: {GITHUB_TOKEN: x}", "critical"),
        ("image: coder:1\nports: ['80:80']\nenvironment: {DB_PASSWORD: x}", "critical"),
        ("image: coder:1\nports: ['80:80']\nsecrets: {db-password: {file: ./p}}", "critical"),
        ("image: coder:1\nports: ['80:80']\nsecrets: {my-password: {file: ./p}}", None),
        ("image: x/webtop:1\nports: ['80:80']\nenvironment: {FILE__PASSWORD: /run/p}", None),
        ("image: ghcr.io/coder/code-server:4\nports: ['80:80']", None),
        ("image: lscr.io/linuxserver/code-server:4\nports: ['80:80']", "critical"),
        ("image: coder:1\nports: ['80:80']\nenvironment: {HASHED_PASSWORD: x}", None),
        ("image: registry:5000/team/coder:1\nports: ['80:80']", "critical"),
        ("image: coder/nginx:1\nports: ['80:80']", None),
        ("image: nginx:1\nports: ['80:80']", None),
        ("image: jupyter/base-notebook:1\nports: ['80:80']", None),
        ("image: x:1\nports: ['80:80']\ncommand: jupyter lab --ServerApp.token=''", "critical"),
        ("image: x:1\nports: ['80:80']\ncommand: sh -c 'code-server --auth=none .'", "critical"),
        ("image: coder:1\nports: ['80:80']\ncommand: [code-server, --socket, /run/ide]", None),
    ],
)  # fmt: skip
def test_who_is_asked(spec: str, level: str | None) -> None:
    levels = {f.rule.id: f.level for f in found(spec)}
    assert levels.get("no-authentication") == level


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PGPASSWORD", "x"), ("DB_PASS", "x"), ("MYSQL_PWD", "x"), ("SSHPASS", "x"), ("JWT", "x"),
        ("githubToken", "x"), ("api-key", "x"), ("SECRET_KEY_BASE", "x"), ("TOKEN", "${TOKEN:-x}"),
        ("DATABASE_URL", "postgres://joe:x@db/x"), ("REDIS_URL", "redis://:x@cache"),
        ("CONNECTION", "Server=db;User=joe;Password=x;"), ("HTTPS_PROXY", "http://joe:x@proxy:80"),
    ],
)  # fmt: skip
def test_secrets_of_any_name(name: str, value: str) -> None:
    assert "secret-in-environment" in ids(f"environment: {{{name}: '{value}'}}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GOOGLE_APPLICATION_CREDENTIALS", "/run/secrets/gcp.json"), ("OLDPWD", "x"), ("PWD", "x"),
        ("PASSWORD_MIN_LENGTH", "12"), ("ENABLE_PASSWORD", "true"), ("TOKEN_EXPIRY", "86400"),
        ("TOKENIZERS_PARALLELISM", "false"), ("MAX_TOKENS", "4096"), ("TOKEN_URL", "http://x/y"),
        ("PASSWORD_STORE_DIR", "x"), ("SECRET_NAME", "x"), ("COMPASS", "x"), ("PATH", "/a:/b"),
        ("HTTP_PROXY", "http://proxy:80"), ("JUPYTER_TOKEN", ""),
    ],
)  # fmt: skip
def test_what_is_about_a_secret_is_none(name: str, value: str) -> None:
    assert "secret-in-environment" not in ids(f"environment: {{{name}: '{value}'}}")


@pytest.mark.parametrize(
    ("command", "is_shown"),
    [
        ("[app, --password, hunter2]", True),
        ("[app, --db.password=hunter2]", True),
        ("[app, --api-key, abcdef]", True),
        ("[sh, -c, 'PASSWORD=hunter2 exec code-server']", True),
        ("[git, clone, 'https://joe:hunter2@host/x']", True),
        ("[app, --password, --verbose]", False),
        ("[app, --password-file, /run/secrets/p]", False),
        ("[app, --token=/run/secrets/token]", False),
        ("[sh, -c, 'PASSWORD=$$(cat /run/secrets/p) exec code-server']", False),
        ("[code-server, --auth, password]", False),
    ],
)
def test_secrets_on_the_command_line(command: str, is_shown: bool) -> None:
    assert ("secret-in-command" in ids(f"command: {command}")) is is_shown


@pytest.mark.parametrize(
    ("device", "rule"),
    [
        ("/dev//mem", "device-raw"),
        ("/dev/../dev/sda:/dev/x", "device-raw"),
        ("/dev/sg0", "device-raw"),
        ("/dev/nbd0p1", "device-raw"),
        ("/dev/uinput", "device-input"),
        ("/dev/hidraw3", "device-input"),
        ("/dev/dri", "device-other"),
        ("/dev/stdin", "device-other"),
        ("nvidia.com/gpu=all", None),
    ],
)
def test_devices_in_any_spelling(device: str, rule: str | None) -> None:
    about = {"device-raw", "device-input", "device-other"}
    assert ids(f"devices: ['{device}']") & about == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("options", "fires"),
    [
        ("['no-new-privileges:true', 'no-new-privileges:false']", True),
        ("['no-new-privileges:false', 'no-new-privileges:true']", False),
        ("['no-new-privileges=True']", False),
        ("['no-new-privileges=0']", True),
    ],
)
def test_the_last_word_about_new_privileges_counts(options: str, fires: bool) -> None:
    base = over_image(f"security_opt: {options}")
    assert ("new-privileges" in ids(base)) is fires
    project, planned = compiled(base)
    made = overlay(project, planned, "./base.yaml", frozenset())
    safer, plans = compiled(made.text, files={"base.yaml": base})
    said = [text.source for text in plans["service"].value("security_opt")]
    assert len(said) == 1 if fires else said
    assert "new-privileges" not in {f.rule.id for f in findings(plans, safer.span)}


def test_an_empty_capability_is_none() -> None:
    assert "cap-other" not in ids("cap_add: ['${MORE:-}']")


def test_a_hardened_spec_of_somebody_else_is_quiet() -> None:
    text = f"""
image: registry.example.com/ide@sha256:{"a" * 64}
user: host
cap_drop: [all]
security_opt: [no-new-privileges]
read_only: true
tmpfs: [/tmp, '/run:size=64m']
ports: ['127.0.0.1:7860:7860']
mem_limit: 4g
cpus: 2
pids_limit: 500
networks: [coder]
restart: on-failure:3
volumes:
  - ${{HOME}}/coder:/home/coder
  - ${{HOME}}/.gitconfig:/home/coder/.gitconfig:ro
  - /etc/localtime:/etc/localtime:ro
  - /usr/share/fonts:/usr/share/fonts:ro
  - cache:/cache
secrets: {{password: {{file: '${{HOME}}/.config/coder/password'}}}}
environment: {{PASSWORD_FILE: /run/secrets/password}}
healthcheck: {{test: [CMD, curl, -fsS, 'http://127.0.0.1:7860/healthz']}}
command: [code-server, --auth, password]
"""
    assert ids(text) == set()


@pytest.mark.parametrize(
    ("build", "level"),
    [
        ("build: {base: 'debian:12', code_server: {version: 4.106.2}, auth: none}", "critical"),
        ("build: {base: 'debian:12', code_server: {version: 4.106.2}, auth: password}", None),
        ("build: {base: 'debian:12', code_server: {version: 4.106.2}}", None),
        ("build: {base: 'debian:12', entrypoint: [ide, --no-auth]}", "critical"),
        (
            "build: {base: 'debian:12', entrypoint: [ide]}\nentrypoint: [ide, --auth, none]",
            "critical",
        ),
    ],
)
def test_the_image_that_the_spec_builds_is_known(build: str, level: str | None) -> None:
    project, planned = compiled(f"image: coder:1\nports: ['80:80']\n{build}")
    found = {f.rule.id: f.level for f in audit(project, planned, "2026-11-24").open}
    assert found.get("no-authentication") == level
    shell = {"shell": planned["shell"]}
    assert "no-authentication" not in {f.rule.id for f in audit(project, shell, "2026-11-24").open}
