"""The container's keys: Compose's keys of a service, and a few of coder-gen's own.

This table is the source of the validator, the JSON Schema and the reference; a target declares
its support for each of these keys. Every option of ``docker run`` that shapes the container has
a key here; ``flag`` names the option.
"""

from __future__ import annotations

from coder_gen.expression import Text
from coder_gen.language.context import ParseContext
from coder_gen.language.keys.mounts import DEVICES, MOUNTS, one_path
from coder_gen.language.keys.ports import PORTS
from coder_gen.language.keys.resources import BLKIO, GPUS, ULIMITS
from coder_gen.language.keys.sections import (
    ENV_FILES,
    EXTRA_HOSTS,
    HEALTHCHECK,
    LOGGING,
    NETWORKS,
    X11_SHAPE,
    grants,
)
from coder_gen.language.shapes import late_patterns
from coder_gen.language.shapes.base import (
    BooleanShape,
    Key,
    ListShape,
    PairsShape,
    ScalarShape,
    texts,
)
from coder_gen.language.shapes.command_lines import ArgumentsShape, CommandShape
from coder_gen.language.shapes.kind import choice, integer, text_schema
from coder_gen.language.shapes.mappings import RecordShape
from coder_gen.language.shapes.scalar_types import (  # fmt: skip
    ABSOLUTE,
    BELOW_ROOT,
    BOOL,
    BYTES,
    BYTES_OR_UNLIMITED,
    CAPABILITY,
    CGROUP_RULE,
    CONTAINER_NAME,
    CPUS,
    CPUSET,
    DOMAIN,
    DURATION,
    ENV_VALUE,
    EXPOSED,
    GROUP,
    HOSTNAME,
    IMAGE,
    INT,
    IP,
    IPC,
    LINK,
    MAC,
    NETWORK,
    NONEMPTY,
    NUMBER,
    PID,
    PLATFORM,
    PULL_POLICY,
    RESTART,
    SECURITY,
    SIGNAL,
    SYSCTL,
    TARGET,
    USER,
    USERNS,
    VARIABLE,
)
from coder_gen.yaml.nodes import Node

SECRETS_FOLDER = "/run/secrets/"
CONFIGS_FOLDER = "/"


class _Namespace(ScalarShape):
    """A namespace; Compose's ``service:`` is refused, since a spec has only one service."""

    def parse(self, node: Node, ctx: ParseContext) -> Text | None:
        text = ctx.text(node)
        if text is not None and text.startswith("service:"):
            ctx.reporter.error(
                "E016", "`service:` joins a namespace of another service; a spec is one container",
                text.span, "write container:NAME",
            )  # fmt: skip
            return None
        return text if text is None else ctx.checked(text, self.kind)


_LATE_TMPFS = TARGET._replace(
    name="a path below /, with options after a colon", example="/run:size=64m",
    pattern=rf"{late_patterns.BELOW_ROOT}(?::[\s\S]*)?",
)  # fmt: skip


def _tmpfs(node: Node, ctx: ParseContext) -> Text | None:
    text = ctx.text(node)
    if text is None or ctx.checked(text.split(":", 1)[0], TARGET) is None:
        return None
    return text if text.is_literal else text._replace(kind=_LATE_TMPFS)


# Compose: one tmpfs for each path, whatever its options.
TMPFS = ListShape(
    _tmpfs,
    text_schema("a path below /, with options after a colon", BELOW_ROOT + r"(?::[\s\S]*)?"),
    lambda text: one_path(text.split(":", 1)[0]),
    single=True,
    what="tmpfs on",
)


def _forwarded(node: Node, ctx: ParseContext) -> Text | None:
    text = ctx.text(node, VARIABLE)
    if text is None or ctx.known(text) is None:
        return None
    ctx.names.setdefault(text.literal, text.span)
    return text


FORWARDED = ListShape(_forwarded, dict(VARIABLE.schema), lambda text: text.source)


def _scalar(kind: object, summary: str, flag: str = "") -> Key:
    return Key(ScalarShape(kind), summary, flag)  # type: ignore[arg-type]


_APPTAINER = RecordShape(
    {
        "sif": _scalar(
            NONEMPTY, "The image file; absent: named like the image, beside the script."
        ),
        "home": _scalar(ABSOLUTE, "The host's folder for the home; absent: one in memory."),
        "userns": Key(BooleanShape(), "Always use a user namespace, also if Apptainer is setuid."),
        "fakeroot": Key(BooleanShape(), "Run as root of a user namespace."),
        "options": Key(ArgumentsShape(), "More options for its command line, passed on unchanged."),
    }
)

KEYS: dict[str, Key] = {
    "image": _scalar(IMAGE, "The image to run."),
    "pull_policy": Key(
        ScalarShape(PULL_POLICY, fixed=True), "When to pull: always, missing, never.", "--pull"
    ),
    "platform": _scalar(
        PLATFORM, "The platform to run for, for example linux/amd64.", "--platform"
    ),
    "container_name": _scalar(
        CONTAINER_NAME, "The container's name; absent: NAME-UID in the default mode.", "--name"
    ),
    "hostname": _scalar(HOSTNAME, "The host name inside.", "--hostname"),
    "domainname": _scalar(HOSTNAME, "The domain name inside.", "--domainname"),
    "user": _scalar(
        USER,
        "UID[:GID] or a name of the image; host: the user who starts the container.",
        "--user",
    ),
    "group_add": Key(texts(GROUP), "More groups, by name of the image or by id.", "--group-add"),
    "entrypoint": Key(
        CommandShape(), "Replaces the image's entry point; empty: none.", "--entrypoint"
    ),
    "command": Key(CommandShape(), "Replaces the image's command."),
    "working_dir": _scalar(ABSOLUTE, "The working directory.", "--workdir"),
    "environment": Key(
        PairsShape(ENV_VALUE, "inherit"),
        "Variables; one without a value is passed on if the host sets it.",
        "--env",
    ),
    "env_file": Key(ENV_FILES, "Files with variables.", "--env-file"),
    "forward_environment": Key(
        FORWARDED,
        "Host variables that are passed on only if they are set.",
        "--env",
    ),
    "ports": Key(PORTS, "Published ports.", "--publish"),
    "publish_address": _scalar(
        IP, "The host's address for ports without one; absent: all addresses.", "--publish"
    ),
    "publish_all": _scalar(
        BOOL, "Publish every exposed port on a port that the engine chooses.", "--publish-all"
    ),
    "expose": Key(texts(EXPOSED), "Ports that other containers may reach.", "--expose"),
    "volumes": Key(MOUNTS, "Mounts.", "--mount"),
    "volumes_from": Key(texts(NONEMPTY), "Mount what another container mounts.", "--volumes-from"),
    "tmpfs": Key(
        TMPFS,
        "Paths in memory, with options after a colon.",
        "--tmpfs",
    ),
    "devices": Key(DEVICES, "Devices of the host.", "--device"),
    "device_cgroup_rules": Key(
        texts(CGROUP_RULE), "Rules for devices, for example c 7:* rmw.", "--device-cgroup-rule"
    ),
    "gpus": Key(GPUS, "Accelerators: all, or requests.", "--gpus"),
    "secrets": Key(grants(SECRETS_FOLDER, False), "Secrets, read as files.", "--mount"),
    "configs": Key(grants(CONFIGS_FOLDER, True), "Configuration files.", "--mount"),
    "privileged": _scalar(BOOL, "Every capability and device.", "--privileged"),
    "cap_add": Key(texts(CAPABILITY), "Capabilities to add.", "--cap-add"),
    "cap_drop": Key(texts(CAPABILITY), "Capabilities to drop.", "--cap-drop"),
    "security_opt": Key(
        texts(SECURITY),
        "seccomp, AppArmor, SELinux, no-new-privileges.",
        "--security-opt",
    ),
    "read_only": _scalar(BOOL, "The root file system without write access.", "--read-only"),
    "init": _scalar(
        BOOL, "A small init as process 1, which reaps zombies and forwards signals.", "--init"
    ),
    "stdin_open": Key(BooleanShape(), "Keep standard input open.", "--interactive"),
    "tty": Key(BooleanShape(), "Allocate a terminal, if the launcher has one itself.", "--tty"),
    "rm": Key(BooleanShape(), "Remove the container when it ends.", "--rm"),
    "restart": _scalar(RESTART, "When the engine starts the container again.", "--restart"),
    "stop_signal": _scalar(SIGNAL, "The signal that stops the container.", "--stop-signal"),
    "stop_grace_period": Key(
        ScalarShape(DURATION, fixed=True),
        "How long the container may take to stop before it is killed.",
        "--stop-timeout",
    ),
    "healthcheck": Key(
        HEALTHCHECK, "How the engine checks whether the container is healthy.", "--health-cmd"
    ),
    "ipc": Key(
        _Namespace(IPC),
        "The IPC namespace: host, private, shareable, none, container:NAME.",
        "--ipc",
    ),
    "pid": Key(
        _Namespace(PID),
        "The PID namespace: host, container:NAME.",
        "--pid",
    ),
    "uts": Key(ScalarShape(choice("host")), "The UTS namespace: host.", "--uts"),
    "userns_mode": _scalar(
        USERNS,
        "The user namespace: host; on Podman also keep-id, auto, nomap.",
        "--userns",
    ),
    "cgroup": Key(ScalarShape(choice("host", "private")), "The cgroup namespace.", "--cgroupns"),
    "cgroup_parent": _scalar(NONEMPTY, "The parent cgroup.", "--cgroup-parent"),
    "network_mode": Key(
        _Namespace(NETWORK),
        "host, none, bridge, container:NAME, or a network.",
        "--network",
    ),
    "networks": Key(NETWORKS, "Networks to join; they have to exist.", "--network"),
    "mac_address": _scalar(MAC, "The MAC address.", "--mac-address"),
    "extra_hosts": Key(EXTRA_HOSTS, "More lines of /etc/hosts.", "--add-host"),
    "dns": Key(texts(IP, single=True), "Name servers.", "--dns"),
    "dns_search": Key(texts(DOMAIN, single=True), "Search domains.", "--dns-search"),
    "dns_opt": Key(texts(NONEMPTY), "Options of resolv.conf.", "--dns-option"),
    "external_links": Key(texts(LINK), "Links to containers on the default bridge.", "--link"),
    "shm_size": _scalar(BYTES, "Size of /dev/shm.", "--shm-size"),
    "mem_limit": _scalar(BYTES, "Memory limit.", "--memory"),
    "mem_reservation": _scalar(BYTES, "Soft memory limit.", "--memory-reservation"),
    "memswap_limit": _scalar(
        BYTES_OR_UNLIMITED, "Memory and swap together; -1: no limit.", "--memory-swap"
    ),
    "mem_swappiness": _scalar(integer(-1, 100), "Swappiness, 0 to 100.", "--memory-swappiness"),
    "oom_kill_disable": _scalar(
        BOOL, "Do not kill the container when memory runs out.", "--oom-kill-disable"
    ),
    "oom_score_adj": _scalar(
        integer(-1000, 1000),
        "Which processes are killed first when memory runs out: -1000 last, 1000 first.",
        "--oom-score-adj",
    ),
    "cpus": _scalar(CPUS, "CPU limit, in processors.", "--cpus"),
    "cpu_shares": _scalar(integer(0), "Relative weight.", "--cpu-shares"),
    "cpu_period": _scalar(integer(0), "CFS period in microseconds.", "--cpu-period"),
    "cpu_quota": _scalar(INT, "CFS quota in microseconds.", "--cpu-quota"),
    "cpu_rt_period": _scalar(integer(0), "Real-time period in microseconds.", "--cpu-rt-period"),
    "cpu_rt_runtime": _scalar(INT, "Real-time runtime in microseconds.", "--cpu-rt-runtime"),
    "cpu_count": _scalar(integer(0), "Processors (Windows).", "--cpu-count"),
    "cpu_percent": _scalar(
        NUMBER, "Share of the processors in per cent (Windows).", "--cpu-percent"
    ),
    "cpuset": _scalar(CPUSET, "Processors to run on, for example 0-3,7.", "--cpuset-cpus"),
    "cpuset_mems": _scalar(CPUSET, "NUMA nodes to take memory from.", "--cpuset-mems"),
    "pids_limit": _scalar(INT, "Limit on processes; -1: no limit.", "--pids-limit"),
    "ulimits": Key(ULIMITS, "Resource limits of the container's processes.", "--ulimit"),
    "blkio_config": Key(BLKIO, "Limits on block devices.", "--blkio-weight"),
    "sysctls": Key(
        PairsShape(bare=None, key=SYSCTL),
        "Kernel parameters of the container's namespaces.",
        "--sysctl",
    ),
    "storage_opt": Key(PairsShape(bare=None), "Options of the storage driver.", "--storage-opt"),
    "labels": Key(PairsShape(), "Labels.", "--label"),
    "label_file": Key(texts(NONEMPTY, single=True), "Files with labels.", "--label-file"),
    "annotations": Key(PairsShape(), "OCI annotations.", "--annotation"),
    "logging": Key(LOGGING, "Where the container's output goes.", "--log-driver"),
    "runtime": _scalar(NONEMPTY, "The OCI runtime.", "--runtime"),
    "isolation": _scalar(NONEMPTY, "The isolation technology (Windows).", "--isolation"),
    "use_api_socket": _scalar(BOOL, "Mount the engine's own socket.", "--use-api-socket"),
    "engine_options": Key(
        ArgumentsShape(), "More options for the engine's command line, passed on unchanged."
    ),
    "apptainer": Key(_APPTAINER, "Settings for Apptainer and Singularity only."),
    "x11": Key(X11_SHAPE, "Access to the user's display."),
}

# Keys that Compose users may try, and what to write instead.
REFUSED = {
    "attach": "the launcher stays attached; detach with your shell's &",
    "build": "every mode starts the same image: write `build` at the top of the spec",
    "credential_spec": "write it under `security_opt` as credentialspec=...",
    "depends_on": "a spec is one container",
    "deploy": "write the limits as mem_limit, cpus, pids_limit, and devices as gpus",
    "develop": "mount the sources under `volumes`",
    "external": "networks and volumes that exist are named where they are used",
    "links": "a spec is one container; external_links names others",
    "models": "a spec is one container",
    "post_start": "put it in the image's entry point",
    "pre_stop": "put it in the image's entry point",
    "provider": "a spec is one container",
    "scale": "a spec is one container",
    "services": "a spec is one container: write the service's keys at the top, or: coder-gen import FILE",
    "version": "remove it; Compose ignores it too",
}  # fmt: skip
