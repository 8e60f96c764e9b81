"""A remedy takes its risk away, whichever key and whichever spelling the risk came in by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from coder_gen.audit.findings import Finding, findings
from coder_gen.audit.overlay import overlay
from coder_gen.audit.remedies import change_mount
from coder_gen.audit.rules import RULES
from coder_gen.engines.engine_options import Unfolding
from coder_gen.language.keys.container import KEYS
from coder_gen.language.shapes.base import Setting
from coder_gen.plan import Plan
from coder_gen.plan.image import with_image
from tests.audit.compiled import compiled, over_image
from tests.audit.risks import RISKS
from tests.audit.specs import PAIRS

Spec = dict[str, Any]

_LISTS = frozenset(
    """
    cap_add security_opt group_add devices device_cgroup_rules volumes_from tmpfs volumes ports env_file
    forward_environment
    """.split()  # noqa: SIM905 - a list to read
)
_BOOLEAN = frozenset(["privileged", "publish_all", "use_api_socket", "oom_kill_disable"])
# The option of an engine, where a key's own is none.
_OPTION = {
    "volumes": "-v", "ports": "-p", "environment": "--env", "env_file": "--env-file", "logging": "--log-driver",
}  # fmt: skip

# Rule, the key by which it fires, a value of the key's (the path of a mount), what else the spec says.
ROWS: tuple[tuple[str, str, str, Spec], ...] = (
    ("privileged", "privileged", "true", {}),
    ("cap-all", "cap_add", "ALL", {}),
    ("cap-sys-admin", "cap_add", "SYS_ADMIN", {}),
    ("cap-other", "cap_add", "IPC_LOCK", {}),
    ("net-raw", "cap_add", "NET_RAW", {}),
    ("net-raw", "cap_drop", "", {"cap_drop": ["CHOWN"]}),
    ("capabilities-not-dropped", "cap_drop", "", {"cap_drop": ["CHOWN"]}),
    ("mount-escape", "cap_add", "SYS_ADMIN", {"security_opt": ["seccomp=unconfined"]}),
    ("mount-escape", "security_opt", "seccomp:unconfined", {"cap_add": ["SYS_ADMIN", "cap_sys_admin"]}),
    ("ptrace-host", "cap_add", "SYS_PTRACE", {"pid": "host"}),
    ("ptrace-host", "pid", "host", {"cap_add": ["SYS_PTRACE"]}),
    ("host-firewall", "cap_add", "NET_ADMIN", {"network_mode": "host"}),
    ("host-firewall", "network_mode", "host", {"cap_add": ["net_admin", "NET_ADMIN"]}),
    ("setuid-capabilities", "cap_add", "SYS_ADMIN", {"user": "host"}),
    ("root-files", "user", "root", {"volumes": ["/srv/x:/x"]}),
    ("root-files", "volumes", "/srv/x", {"user": "root"}),
    ("own-disks", "device_cgroup_rules", "b *:* rwm", {}),
    ("strong-group", "group_add", "docker", {}),
    ("root-user", "user", "0", {}),
    ("new-privileges", "security_opt", "no-new-privileges:false", {}),
    ("seccomp-unconfined", "security_opt", "seccomp=unconfined", {}),
    ("seccomp-profile", "security_opt", "seccomp=./own.json", {}),
    ("apparmor-unconfined", "security_opt", "apparmor:unconfined", {}),
    ("selinux-disabled", "security_opt", "label=disable", {}),
    ("systempaths-unconfined", "security_opt", "systempaths=unconfined", {}),
    ("host-pid", "pid", "host", {}),
    ("host-ipc", "ipc", "host", {}),
    ("host-network", "network_mode", "host", {}),
    ("host-network", "network_mode", "ns:/proc/1/ns/net", {}),
    ("host-loopback", "network_mode", "slirp4netns:allow_host_loopback=true", {}),
    ("host-uts", "uts", "host", {}),
    ("host-userns", "userns_mode", "host", {}),
    ("host-cgroup", "cgroup", "host", {}),
    ("joined-container", "network_mode", "container:db", {}),
    ("joined-container", "pid", "container:db", {}),
    ("joined-container", "ipc", "container:db", {}),
    ("joined-container", "userns_mode", "container:db", {}),
    ("open-home", "ports", "7681:7681", {"image": "ttyd:1", "volumes": ["/home/me:/me"]}),
    ("open-home", "publish_address", "10.0.0.1",
     {"image": "ttyd:1", "ports": ["1:1"], "volumes": ["/home/me:/me"]}),
    ("all-addresses", "ports", "8080:8080", {}),
    ("all-addresses", "ports", "0.0.0.0:8080:8080", {}),
    ("all-addresses", "ports", "0.0.0.0:8080:8080", {"publish_address": "127.0.0.1"}),
    ("all-addresses", "ports", "[::]:8080:8080/udp", {}),
    ("all-addresses", "ports", "8080", {}),
    ("all-addresses", "publish_all", "true", {}),
    ("all-addresses", "publish_address", "0.0.0.0", {"ports": ["80:80"]}),
    ("engine-remote", "environment", "DOCKER_HOST=tcp://h:1", {}),
    ("engine-remote", "environment", "CONTAINER_HOST", {}),
    ("engine-remote", "forward_environment", "DOCKER_HOST", {}),
    ("engine-remote", "command", "dockerd -H tcp://h:1", {}),
    ("engine-remote", "entrypoint", "dockerd -H tcp://h:1", {}),
    ("engine-socket", "volumes", "/run/docker.sock", {}),
    ("engine-socket", "use_api_socket", "true", {}),
    ("system-writable", "volumes", "/etc", {}),
    ("system-readable", "volumes", "/etc:ro", {}),
    ("kernel-files", "volumes", "/proc/kcore", {}),
    ("host-logs", "volumes", "/var/log", {}),
    ("own-folder", "volumes", ".", {}),
    ("sound-socket", "volumes", "/run/user/1/pulse", {}),
    ("credentials-mounted", "volumes", "/root/.aws:ro", {}),
    ("credentials-mounted", "secrets", "", {"secrets": {"s": {"file": "/root/.aws/x"}, "t": {"file": "/y"}}}),
    ("credentials-mounted", "configs", "", {"configs": {"s": {"file": "/root/.aws/x"}}}),
    ("credentials-mounted", "env_file", "/root/.aws/x", {}),
    ("login-files", "volumes", "/root/.bashrc", {}),
    ("agent-socket", "volumes", "/x/agent.1", {}),
    ("bus-socket", "volumes", "/run/dbus", {}),
    ("writable-home", "volumes", "/home/me", {}),
    ("writable-home", "volumes", "/home", {}),
    ("network-home", "volumes", "/nfs/home/me", {"user": "host"}),
    ("shared-tmp", "volumes", "/tmp", {}),
    ("shared-propagation", "volumes", "",
     {"volumes": [{"type": "bind", "source": "/a", "target": "/a", "bind": {"propagation": "shared"}}]}),
    ("tmpfs-options", "tmpfs", "/run:size=1m,exec,dev", {}),
    ("volumes-from", "volumes_from", "db", {}),
    *((rule, key, device, {})
      for key in ("devices", "volumes")
      for rule, device in (("device-fuse", "/dev/fuse"), ("device-raw", "/dev/sda"),
                           ("device-input", "/dev/console"), ("device-kernel", "/dev/kvm"),
                           ("device-other", "/dev/snd"))),
    ("device-rule", "device_cgroup_rules", "a *:* rwm", {}),
    ("x11-host", "x11", "host", {}),
    ("x11-user", "x11", "user", {}),
    ("x11-socket", "volumes", "/tmp/.X11-unix", {}),
    ("x11-socket", "volumes", "/tmp/.X11-unix/X1", {"x11": "user"}),
    ("x11-authority", "volumes", "/root/.Xauthority", {}),
    ("wayland-socket", "volumes", "/mnt/wslg", {}),
    ("no-memory-limit", "mem_limit", "0", {}),
    ("no-memory-limit", "mem_limit", "0", {"memswap_limit": "4g"}),
    ("no-memory-limit", "mem_limit", "0", {"mem_reservation": "16g"}),
    *(("no-cpu-limit", key, "0", {}) for key in ("cpus", "cpu_quota", "cpu_shares")),
    ("no-pids-limit", "pids_limit", "-1", {}),
    ("oom-kill-disabled", "oom_kill_disable", "true", {}),
    ("oom-kill-disabled", "oom_score_adj", "-1000", {}),
    ("restart-unbounded", "restart", "always", {}),
    ("restart-unbounded", "restart", "unless-stopped", {}),
    ("no-log", "logging", "none", {}),
)  # fmt: skip
# Keys that a rule looks at, and cannot fire by: they say what else has to be so, or where.
_CONTEXT = {
    "open-home": {"build", "command", "entrypoint", "environment", "image", "secrets", "configs", "volumes",
                  "network_mode", "publish_all"},
    "setuid-capabilities": {"user", "security_opt"},
    "mount-escape": {"devices", "volumes"},
    "capabilities-not-dropped": {"privileged"}, "net-raw": {"privileged"},
    "own-disks": {"user", "cap_add", "cap_drop"},
    "network-home": {"user"},
    # A set of processors has no spelling of none.
    "no-cpu-limit": {"cpuset"},
}  # fmt: skip


# What has to be known when compiling.
_FIXED = frozenset(
    ["x11", "logging", "restart", "command", "entrypoint", "environment", "forward_environment"]
)


def found(text: str) -> list[Finding]:
    project, planned = compiled(text)
    return findings(with_image(project, planned), project.span)


def _value(key: str, said: str) -> Any:
    if key in _LISTS:
        return [said]
    if key in ("command", "entrypoint"):
        return said.split()
    if key == "environment":
        name, is_set, value = said.partition("=")
        return {name: value if is_set else None}
    return {"driver": said} if key == "logging" else said == "true" if key in _BOOLEAN else said


def _late(key: str, said: str) -> Iterator[tuple[str, Spec]]:
    """The value as the default of a variable, of the spec's own or of the launcher's."""
    if key in _FIXED or (key == "ports" and ":" in said):
        return
    if key != "publish_address":
        yield (
            "default",
            {key: _value(key, f"${{V:-{said}}}") if key not in _BOOLEAN else "${V:-true}"},
        )
    value = "${V}" if key not in _LISTS else ["${V}"]
    kind = {"type": "bool", "default": True} if key in _BOOLEAN else {"default": said}
    yield "variable", {"variables": {"V": kind}, key: value}


def _options(key: str, said: str) -> Iterator[tuple[str, Spec]]:
    option = _OPTION.get(key) or f"--{KEYS[key].flag.lstrip('-')}"
    both = {key: _value(key, said)}
    if key in _BOOLEAN:
        yield "option", {"engine_options": [option, "--odd"]}
        yield "option and key", {**both, "engine_options": [option]}
        return
    yield "option", {"engine_options": [f"{option}={said}"]}
    yield (
        "two words among others",
        {"engine_options": ["--odd=true", option, said, "--init", "true"]},
    )
    yield "option's default", {"engine_options": [f"{option}=${{V:-{said}}}"]}
    yield "option in a variable", {"engine_options": [f"${{V:-{option}={said}}}"]}
    yield "option in a mode", {"modes": {"service": {"engine_options": [f"{option}={said}"]}}}
    yield "option and key", {**both, "engine_options": [f"{option}={said}"]}
    if key != "network_mode":  # two networks are none of the host's
        yield "option twice", {"engine_options": [f"{option}={said}", f"{option}={said}"]}


def _mounts(path: str, mode: str, target: str = "/there") -> Iterator[tuple[str, Spec]]:
    more = f":{mode}" if mode else ""
    long = {"type": "bind", "source": path, "target": target, "read_only": bool(mode)}
    short = f"{path}:{target}{more}"
    yield "short", {"volumes": [short]}
    yield "long", {"volumes": [long]}
    yield "optional", {"volumes": [{**long, "optional": True}]}
    yield "mode", {"modes": {"service": {"volumes": [short]}, "other": {"tty": True}}}
    yield "on two paths", {"volumes": [short, f"{path}:/second{more}"]}
    yield "its own path", {"volumes": [{**long, "target": path if path.startswith("/") else "/x"}]}
    yield "-v", {"engine_options": [f"-v{short}"]}
    yield "-v twice", {"engine_options": ["-v", short, "-v", short]}
    yield "--volume", {"engine_options": ["--odd", f"--volume={short}", "--init"]}
    yield "-v's default", {"engine_options": [f"-v=${{V:-{short}}}"]}
    comma = ",ro" if mode else ""
    yield "--mount", {"engine_options": [f"--mount=type=bind,src={path},dst={target}{comma}"]}
    yield "-v and volumes", {"volumes": [short], "engine_options": [f"-v{short}"]}
    yield "--bind", {"apptainer": {"options": [f"--bind={short}"]}}
    yield "-B", {"apptainer": {"options": ["-B", f"/srv:/srv,{short}"]}}
    yield (
        "Apptainer's --mount",
        {
            "apptainer": {
                "options": [f"--mount=type=bind,source={path},destination={target}{comma}"]
            }
        },
    )
    yield "--bind and volumes", {"volumes": [short], "apptainer": {"options": ["--bind", short]}}
    if path.startswith("/") and not mode:
        yield "home", {"apptainer": {"home": path}}
        yield "--home", {"apptainer": {"options": ["--home", path]}}


def _devices(path: str) -> Iterator[tuple[str, Spec]]:
    yield "long", {"devices": [{"source": path, "target": "/dev/x", "permissions": "r"}]}
    yield "on two paths", {"devices": [path, f"{path}:/dev/second"]}
    yield "device and volume", {"devices": [path], "volumes": [f"{path}:{path}"]}
    yield "--device and volume", {"engine_options": ["--device", path], "volumes": [f"{path}:/x"]}


def _capabilities(name: str) -> Iterator[tuple[str, Spec]]:
    yield "spelled twice", {"cap_add": [name.lower(), f"CAP_{name}", "CHOWN"]}
    yield "one of two", {"engine_options": [f"--cap-add=CHOWN,{name}"]}
    yield "--add-caps", {"apptainer": {"options": [f"--add-caps=CAP_{name}"]}}
    yield (
        "--add-caps among others",
        {"apptainer": {"options": ["--add-caps", f"chown,{name.lower()}"]}},
    )
    yield (
        "key and --add-caps",
        {"cap_add": [name], "apptainer": {"options": [f"--add-caps={name}"]}},
    )


def ways(key: str, said: str) -> Iterator[tuple[str, Spec]]:
    """Each way in which a spec can say a value of a key."""
    if not said:  # the row says it
        yield "as it is", {}
        return
    if key == "volumes":
        path, _, mode = said.partition(":")
        yield from _mounts(path, mode)
        return
    value = _value(key, said)
    yield "key", {key: value}
    yield "mode", {"modes": {"service": {key: value}, "other": {"tty": True}}}
    yield "each mode", {"modes": {"service": {key: value}, "other": {key: value}}}
    if key in _LISTS and key != "ports":
        yield "among others", {key: [*_OTHERS.get(key, ()), *value]}
    yield from _late(key, said)
    if key not in (
        "x11",
        "publish_address",
        "forward_environment",
        "command",
        "entrypoint",
        "use_api_socket",
    ):
        yield from _options(key, said)
    if key == "devices":
        yield from _devices(said)
    if key == "cap_add":
        yield from _capabilities(said)


# Neighbours in a list that a fix has to write again: words that YAML reads as something else.
_OTHERS = {
    "group_add": ("true", "null", "1000"), "cap_add": ("CHOWN",), "security_opt": ("label=level:s0:c1",),
    "devices": ("vendor.com/gpu=all",), "device_cgroup_rules": ("c 10:229 rwm",), "volumes_from": ("a-1",),
    "tmpfs": ("/x:size=1m", "/null"), "env_file": ("./true",), "forward_environment": ("LANG",),
}  # fmt: skip
# Where the option is the default's own word, or says that there is no limit, nothing fires.
_NO_KEY = {"no-memory-limit", "no-cpu-limit", "no-pids-limit"}

_WITH_A_LIMIT = {"memswap_limit", "mem_reservation"}


def cases() -> Iterator[tuple[str, Spec]]:
    for rule, key, said, besides in ROWS:
        for _, spec in ways(key, said):
            if rule in _NO_KEY and "engine_options" in json.dumps(spec):
                continue
            if besides.keys() & _WITH_A_LIMIT and "modes" in spec:
                continue  # they need a limit in every mode
            joined = {**besides, **spec}
            if key in besides and key in spec and isinstance(besides[key], list):
                joined[key] = [*besides[key], *spec[key]]
            yield rule, joined


CASES = list(cases())
# What of a bare image is missing is not what the row says.
_BARE = {finding.rule.id for finding in found(over_image(""))}


@pytest.mark.parametrize("rule", sorted({rule for rule, _ in CASES}))
def test_the_remedy_takes_the_finding_away(rule: str) -> None:
    for spec in (spec for each, spec in CASES if each == rule):
        _fires_and_is_mended(rule, spec)


def _fires_and_is_mended(rule: str, spec: Spec) -> None:
    base = json.dumps({"image": "app:1.0", **spec})
    seen = [finding for finding in found(base) if finding.rule.id == rule]
    if rule in _BARE and rule != "capabilities-not-dropped":
        seen = [f for f in seen if f.hit.span is not None or rule == "net-raw"]
    assert seen, f"silent: {spec}"
    for finding in seen:
        fix = finding.fix
        assert fix, spec
        if "modes" in spec:
            # A mode's own word is changed where it stands.
            lines = "\n".join("    " + line for line in fix.split("\n"))
            fix = "modes:" + "".join(f"\n  {mode}:\n{lines}" for mode in finding.modes)
        project, planned = compiled(f"extends: ./base.yaml\n{fix}", files={"base.yaml": base})
        left = [
            f
            for f in findings(with_image(project, planned), project.span)
            if (f.rule.id, f.message) == (rule, finding.message) and {*f.modes} & {*finding.modes}
        ]
        # The same may be said at two places, each of which has a finding of its own.
        assert len(left) < sum(f.message == finding.message for f in seen), (spec, fix)
    project, planned = compiled(base)
    made = overlay(project, planned, "./base.yaml", frozenset())
    safer, safer_plans = compiled(made.text, files={"base.yaml": base})
    after = {f.rule.id for f in findings(with_image(safer, safer_plans), safer.span)}
    assert not {r for r in after if RULES[r].remedy is not None and RULES[r].automatic}, spec


@pytest.mark.parametrize("at", [0, 1])
def test_of_two_that_become_the_same_the_mended_one_stays(at: int) -> None:
    spec = {"image": "app:1.0", "engine_options": ["-v/root/.bashrc:/t", "-v/root/.bashrc:/t"]}
    plan = Unfolding(compiled(json.dumps(spec))[1]["service"]).seen
    hits = list(RULES["login-files"].check(plan))
    after = change_mount(read_only=True)(plan, hits[at])
    assert [mount.read_only for mount in after.mounts] == [True]


class _Recorded(dict[str, Setting]):
    """Settings that remember which keys were asked for."""

    def __init__(self, settings: Any, asked: set[str]) -> None:
        super().__init__(settings)
        self.asked = asked

    def __getitem__(self, key: str) -> Setting:
        self.asked.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)


def _asked(rule: str, plan: Plan) -> set[str]:
    asked: set[str] = set()
    list(RULES[rule].check(plan._replace(settings=_Recorded(plan.settings, asked))))
    return asked


def test_each_key_by_which_a_rule_fires_has_its_row() -> None:
    """A rule that looks at one key more needs one row more, or a word why it cannot fire by it."""
    texts = [*(p.fires for p in PAIRS.values()), *(r.spec for r in RISKS if not r.or_refused)]
    texts += [json.dumps({"image": "app:1.0", **spec}) for _, spec in CASES[::9]]
    plans = [plan for text in texts for plan in with_image(*compiled(over_image(text))).values()]
    rows = {(rule, key) for rule, key, _, _ in ROWS}
    for rule in (rule for rule in RULES.values() if rule.remedy is not None):
        asked = {key for plan in plans for key in _asked(rule.id, plan)}
        if rule.id.startswith("cap-"):
            assert asked == {"cap_add"}
            continue
        context = _CONTEXT.get(rule.id, set())
        missing = {key for key in asked - context if (rule.id, key) not in rows}
        assert not missing, f"{rule.id}: {missing}"
        assert context <= asked, f"{rule.id} does not look at {context - asked}"
