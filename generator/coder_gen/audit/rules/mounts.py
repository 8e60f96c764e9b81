"""The host's files that the container reads and writes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coder_gen.audit import path_kinds, path_patterns
from coder_gen.audit.levels import CRITICAL, HIGH, LOW, MEDIUM
from coder_gen.audit.remedies import change_mount, drop_item, drop_key, with_value
from coder_gen.audit.rule import Check, Hit, Remedy, Rule
from coder_gen.audit.rule_text import KeyName, RuleText
from coder_gen.expression import Text
from coder_gen.language.values import Mount
from coder_gen.plan import Plan
from coder_gen.plan.defaults import filled, is_true, settled, texts
from coder_gen.plan.host_paths import path_of, sources

_OPENED = re.compile(r"([:,])(exec|suid|dev)(?=,|$)")
# Kernel files that expose its memory or make it run a program.
_KERNEL = frozenset(
    ["/proc/kcore", "/proc/kmem", "/proc/kallsyms", "/proc/sysrq-trigger", "/proc/acpi",
     "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/hotplug",
     "/proc/sys/fs/binfmt_misc", "/proc/sys/fs/binfmt_misc/register", "/sys/kernel/uevent_helper",
     "/sys/firmware/efi/efivars", "/sys/kernel/debug", "/sys/kernel/security",
     "/sys/fs/cgroup/release_agent"]
)  # fmt: skip


def of_kind(form: re.Pattern[str], kind: str, message: str) -> Check:
    """Mounts whose path has a form, or comes from a variable of a kind: see ``BY_NAME``."""

    def check(plan: Plan) -> Iterator[Hit]:
        for mount, path in sources(plan):
            if form.fullmatch(path) or kind in path_kinds.named_by(mount.source, plan):
                yield Hit(f"{path} {message}", mount.span, mount)

    return check


def _engine_socket(plan: Plan) -> Iterator[Hit]:
    if is_true(plan, "use_api_socket"):
        setting = plan.settings["use_api_socket"]
        key = KeyName("use_api_socket")
        yield Hit(RuleText("{key} mounts the engine's socket", key=key), setting.span)
    for mount, path in sources(plan):
        socket = path_kinds.engine_socket_in(path)
        if socket is not None:
            inside = "" if socket == path else f", which holds {socket}"
            yield Hit(f"the mount of {path}{inside}", mount.span, mount)


def _no_socket(plan: Plan, hit: Hit) -> Plan:
    remedy: Remedy = drop_key("use_api_socket") if hit.item is None else drop_item("volumes")
    return remedy(plan, hit)


def _system_writable(plan: Plan) -> Iterator[Hit]:
    for mount, path in sources(plan):
        if path in _KERNEL:
            continue
        if path_kinds.is_system(path) and not mount.read_only and not path.startswith("/dev/"):
            yield Hit(f"{path} of the host is mounted writable", mount.span, mount)


def _system_readable(plan: Plan) -> Iterator[Hit]:
    for mount, path in sources(plan):
        if mount.read_only and path not in _KERNEL and path_patterns.READABLE.fullmatch(path):
            yield Hit(f"{path} of the host is mounted", mount.span, mount)


def _credentials(plan: Plan) -> Iterator[Hit]:
    for mount, path in sources(plan):
        if path_kinds.is_credentials(path) or "keys" in path_kinds.named_by(mount.source, plan):
            yield Hit(f"{path} contains keys or tokens", mount.span, mount)
    for key in ("secrets", "configs"):
        for grant in plan.value(key) or ():
            path = path_of(grant.file, plan) if grant.file is not None else ""
            if path_kinds.is_credentials(path):
                yield Hit(
                    f"{path} contains keys or tokens of the host or the user", grant.span, grant
                )

    for file in plan.value("env_file") or ():
        path = path_of(file.path, plan)
        if path_kinds.is_credentials(path):
            yield Hit(f"{path} contains keys or tokens, which become variables", file.span, file)


def _no_credentials(plan: Plan, hit: Hit) -> Plan:
    if isinstance(hit.item, Mount):
        return drop_item("volumes")(plan, hit)
    for key in ("secrets", "configs", "env_file"):
        plan = drop_item(key)(plan, hit)
    return plan


def _kernel_memory(plan: Plan) -> Iterator[Hit]:
    for mount, path in sources(plan):
        if path in _KERNEL:
            yield Hit(f"{path} is the kernel's memory, or one of its controls", mount.span, mount)


def _logs(plan: Plan) -> Iterator[Hit]:
    for mount, path in sources(plan):
        if path_kinds.is_log(path):
            yield Hit(f"{path} contains or receives the host's logs", mount.span, mount)


def _own_folder(plan: Plan) -> Iterator[Hit]:
    for mount, path in sources(plan):
        if path_kinds.is_own_folder(path) and not mount.read_only:
            yield Hit(
                RuleText("{path}, where {spec} and its launchers are, is writable", path=path),
                mount.span,
                mount,
            )


def _shared_tmp(plan: Plan) -> Iterator[Hit]:
    for mount, path in sources(plan):
        if path in ("/tmp", "/var/tmp", "/dev/shm"):
            yield Hit(f"{path} is shared with everyone on the host", mount.span, mount)


def _propagation(plan: Plan) -> Iterator[Hit]:
    for mount in plan.mounts:
        if mount.propagation in ("shared", "rshared"):
            yield Hit(
                f"the mount on {settled(mount.target, plan)} is {mount.propagation}",
                mount.span,
                mount,
            )


def _executable(plan: Plan) -> Iterator[Hit]:
    for text, value in texts(plan, "tmpfs"):
        options = value.partition(":")[2].split(",")
        allowed = [option for option in ("exec", "suid", "dev") if option in options]
        if allowed:
            yield Hit(f"`{value}` allows {' and '.join(allowed)}", text.span, text)


def _restricted_tmpfs(plan: Plan, hit: Hit) -> Plan:
    """The tmpfs with the engine's default options: noexec, nosuid, nodev."""

    def closed(text: Text) -> Text:
        return text.map(lambda part: _OPENED.sub(r"\1no\2", part))

    def change(text: Text) -> Text:
        if text != hit.item:
            return text
        # The option may be in a variable's default.
        made = closed(text)
        return made if made.parts != text.parts else closed(filled(text, plan))

    return with_value(plan, "tmpfs", tuple(change(text) for text in plan.value("tmpfs")))


def _others(plan: Plan) -> Iterator[Hit]:
    for text, name in texts(plan, "volumes_from"):
        message = RuleText("the mounts of the container {name} are not in {spec}", name=name)
        yield Hit(message, text.span, text)


RULES = (
    Rule(
        id="engine-socket",
        title="The engine's own socket",
        level=CRITICAL,
        gains="Root on the host: every client of the engine can start a container with / mounted. "
        "A read-only mount does not prevent that.",
        advice="Remove it. For builds, use rootless BuildKit or Podman inside.",
        standards=("CIS 5.32", "OWASP 1"),
        check=_engine_socket,
        remedy=_no_socket,
        costs="The engine can no longer be called from inside.",
    ),
    Rule(
        id="system-writable",
        title="The host's system, writable",
        level=CRITICAL,
        gains="Changes what the host runs: its programs, its users, its start-up.",
        advice="Mount it read-only, or mount only the folder that is needed.",
        standards=("CIS 5.6", "OWASP 8", "NIST 4.5.5"),
        check=_system_writable,
        remedy=change_mount(read_only=True),
        costs="Nothing can be written there from inside.",
    ),
    Rule(
        id="system-readable",
        title="The host's system, readable",
        level=MEDIUM,
        gains="Reads configuration and accounts of the host; as root, also its secrets.",
        advice="Mount only the file or folder that is needed.",
        standards=("CIS 5.6", "NIST 4.5.5"),
        check=_system_readable,
        remedy=drop_item("volumes"),
        costs="The files are not available inside.",
    ),
    Rule(
        id="kernel-files",
        title="The kernel's own files",
        level=CRITICAL,
        gains="Reads the host's memory, or makes the kernel run a program outside: core_pattern, "
        "uevent_helper, binfmt_misc. A process that can mount bypasses a read-only mount.",
        advice="Remove it.",
        standards=("CIS 5.6", "NIST 4.4.3"),
        check=_kernel_memory,
        remedy=drop_item("volumes"),
        costs="The file is not available inside.",
    ),
    Rule(
        id="host-logs",
        title="The host's logs",
        level=MEDIUM,
        gains="Reads what the host's programs report, forges entries, or places links to other files: "
        "programs that serve logs read them as root.",
        advice="Let the engine collect the container's own output.",
        standards=("CIS 5.6", "NIST 4.5.5"),
        check=_logs,
        remedy=drop_item("volumes"),
        costs="The host's logs are not available inside.",
    ),
    Rule(
        id="own-folder",
        title="The spec's own folder, writable",
        level=HIGH,
        gains="Changes the launcher and the spec, which the user next runs on the host.",
        advice="Mount the projects, and keep the spec and the launchers in a folder that is not mounted, "
        "or mount it read-only.",
        standards=("NIST 4.5.5",),
        check=_own_folder,
        remedy=change_mount(read_only=True),
        costs="Files there can no longer be changed from inside.",
        automatic=False,
    ),
    Rule(
        id="sound-socket",
        title="The user's sound and video",
        level=HIGH,
        gains="Listens to the microphone; PulseAudio loads modules that write files of the user, "
        "PipeWire shows the camera and the screen.",
        advice="Remove it; if sound is needed, use PipeWire's own socket for confined clients.",
        standards=("NIST 4.4.3",),
        check=of_kind(path_patterns.SOUND, "sound", "is the user's sound server"),
        remedy=drop_item("volumes"),
        costs="There is no sound inside.",
    ),
    Rule(
        id="credentials-mounted",
        title="Keys and tokens",
        level=HIGH,
        gains="Keys and tokens for other systems: acts there as the user, also after the container ends.",
        advice="Give the container a key of its own under `secrets`, with few rights.",
        standards=("NIST 4.1.4", "OWASP 12"),
        check=_credentials,
        remedy=_no_credentials,
        costs="Programs inside no longer find those keys.",
    ),
    Rule(
        id="agent-socket",
        title="The user's key agent",
        level=HIGH,
        gains="Signs in elsewhere with the user's keys for as long as the container runs.",
        advice="Give the container a key of its own under `secrets`; or load keys with ssh-add -c.",
        standards=("NIST 4.1.4",),
        check=of_kind(path_patterns.AGENT, "agent", "is the user's key agent"),
        remedy=drop_item("volumes"),
        costs="git over ssh needs a key of its own inside.",
    ),
    Rule(
        id="bus-socket",
        title="The host's message bus",
        level=HIGH,
        gains="Starts programs outside of the container through systemd and the desktop.",
        advice="Remove it.",
        standards=("NIST 4.4.3",),
        check=of_kind(path_patterns.BUS, "bus", "leads to the host's services"),
        remedy=drop_item("volumes"),
        costs="Notifications and the desktop's keyring are not available inside.",
    ),
    Rule(
        id="shared-tmp",
        title="The host's temporary files",
        level=MEDIUM,
        gains="Sockets and temporary files of other programs, for example the X server's.",
        advice="Use tmpfs to give the container its own /tmp.",
        standards=("NIST 4.5.5",),
        check=_shared_tmp,
        remedy=drop_item("volumes"),
        costs="Files there are no longer shared with the host.",
    ),
    Rule(
        id="shared-propagation",
        title="Mounts that leak to the host",
        level=HIGH,
        gains="A mount made inside appears on the host.",
        advice="Use rslave: mounts of the host still appear inside.",
        standards=("CIS 5.20",),
        check=_propagation,
        remedy=change_mount(propagation="rslave"),
        costs="Mounts made inside do not appear on the host.",
    ),
    Rule(
        id="tmpfs-options",
        title="Programs in memory",
        level=LOW,
        gains="Runs downloaded programs from memory, without a trace on disk.",
        advice="Keep the engine's own options: noexec, nosuid, nodev.",
        standards=("OWASP 8",),
        check=_executable,
        remedy=_restricted_tmpfs,
        costs="Programs cannot be started from there.",
    ),
    Rule(
        id="volumes-from",
        title="Mounts that the spec does not show",
        level=MEDIUM,
        gains="All mounts of the other container, also those that are added to it later.",
        advice="Name the mounts under `volumes`.",
        standards=("NIST 4.5.5",),
        check=_others,
        remedy=drop_item("volumes_from"),
        costs="These mounts are not available inside.",
    ),
)  # fmt: skip
