"""A spec on which each rule fires, and one as close to it as can be on which it does not."""

from __future__ import annotations

from typing import NamedTuple


class Pair(NamedTuple):
    """Two specs; each is laid over ``image: app:1.0``."""

    fires: str
    quiet: str


def _home(more: str = "") -> str:
    return "volumes: [{type: bind, source: '${HOME}', target: /home/me" + more + "}]"


def _bind(path: str, more: str = "") -> str:
    return f"volumes: [{{type: bind, source: '{path}', target: /mnt/there{more}}}]"


def _capability(name: str, other: str = "CHOWN") -> Pair:
    return Pair(f"cap_add: [{name}]", f"cap_add: [{other}]")


PAIRS: dict[str, Pair] = {
    "mount-escape": Pair(
        "cap_add: [SYS_ADMIN]\nsecurity_opt: [seccomp=unconfined]",
        "cap_add: [SYS_ADMIN]\nsecurity_opt: [seccomp=./own.json]",
    ),
    "open-home": Pair(
        "image: ttyd:1.7\nports: ['7681:7681']\n" + _home(),
        "image: ttyd:1.7\nports: ['7681:7681']\n" + _home(", read_only: true"),
    ),
    "ptrace-host": Pair("cap_add: [SYS_PTRACE]\npid: host", "cap_add: [SYS_PTRACE]"),
    "host-firewall": Pair(
        "cap_add: [NET_ADMIN]\nnetwork_mode: host", "cap_add: [NET_ADMIN]\nnetwork_mode: bridge"
    ),
    "setuid-capabilities": Pair(
        "user: host\ncap_add: [SYS_ADMIN]",
        "user: host\ncap_add: [SYS_ADMIN]\nsecurity_opt: [no-new-privileges]",
    ),
    "root-files": Pair(
        "user: root\n" + _bind("/srv/data"), "user: '1000'\n" + _bind("/srv/data")
    ),
    "own-disks": Pair(
        "device_cgroup_rules: ['b *:* rwm']",
        "device_cgroup_rules: ['b *:* rwm']\ncap_drop: [MKNOD]",
    ),
    "privileged": Pair("privileged: true", "privileged: false"),
    "cap-all": _capability("ALL"),
    "cap-sys-admin": _capability("CAP_SYS_ADMIN", "SYS_NICE"),
    "cap-sys-module": _capability("SYS_MODULE"),
    "cap-sys-rawio": _capability("sys_rawio"),
    "cap-bpf": _capability("BPF"),
    "cap-sys-ptrace": _capability("SYS_PTRACE"),
    "cap-dac-read-search": _capability("DAC_READ_SEARCH", "DAC_OVERRIDE"),
    "cap-net-admin": _capability("NET_ADMIN", "NET_BIND_SERVICE"),
    "cap-sys-boot": _capability("SYS_BOOT"),
    "cap-sys-time": _capability("SYS_TIME"),
    "cap-syslog": _capability("SYSLOG"),
    "cap-perfmon": _capability("PERFMON"),
    "cap-mac-admin": _capability("MAC_ADMIN"),
    "cap-mac-override": _capability("MAC_OVERRIDE"),
    "cap-audit-control": _capability("AUDIT_CONTROL", "AUDIT_WRITE"),
    "cap-audit-read": _capability("AUDIT_READ", "AUDIT_WRITE"),
    "cap-sys-resource": _capability("SYS_RESOURCE"),
    "cap-linux-immutable": _capability("LINUX_IMMUTABLE"),
    "cap-ipc-owner": _capability("IPC_OWNER", "IPC_LOCK"),
    "cap-sys-tty-config": _capability("SYS_TTY_CONFIG"),
    "cap-checkpoint-restore": _capability("CHECKPOINT_RESTORE"),
    "cap-other": Pair("cap_add: [IPC_LOCK]", "cap_add: [NET_BIND_SERVICE]"),
    "capabilities-not-dropped": Pair("cap_drop: [CHOWN]", "cap_drop: [all]"),
    "net-raw": Pair("cap_drop: [CHOWN]", "cap_drop: [NET_RAW]"),
    "new-privileges": Pair(
        "security_opt: ['no-new-privileges:false']", "security_opt: ['no-new-privileges=true']"
    ),
    "strong-group": Pair("group_add: [docker]", "group_add: [video]"),
    "root-user": Pair("user: '0:0'", "user: '1000:0'"),
    "seccomp-unconfined": Pair(
        "security_opt: ['seccomp:unconfined']", "security_opt: ['seccomp:./own.json']"
    ),
    "seccomp-profile": Pair(
        "security_opt: ['seccomp=./own.json']", "security_opt: ['seccomp=builtin']"
    ),
    "apparmor-unconfined": Pair(
        "security_opt: [apparmor=unconfined]", "security_opt: [apparmor=docker-default]"
    ),
    "selinux-disabled": Pair(
        "security_opt: ['label:disable']", "security_opt: ['label:type:container_t']"
    ),
    "systempaths-unconfined": Pair(
        "security_opt: [systempaths=unconfined]", "security_opt: [apparmor=docker-default]"
    ),
    "host-pid": Pair("pid: host", "pid: container:other"),
    "host-ipc": Pair("ipc: ${IPC:-host}", "ipc: private"),
    "host-network": Pair("network_mode: host", "network_mode: bridge"),
    "host-loopback": Pair(
        "network_mode: 'slirp4netns:allow_host_loopback=true'", "network_mode: slirp4netns"
    ),
    "joined-container": Pair("pid: 'container:db'", "pid: private"),
    "host-uts": Pair("uts: host", "hostname: own"),
    "host-userns": Pair("userns_mode: host", "userns_mode: keep-id"),
    "host-cgroup": Pair("cgroup: host", "cgroup: private"),
    "no-authentication": Pair(
        "ports: ['8080:8080']\ncommand: [code-server, --auth, none]",
        "ports: ['8080:8080']\ncommand: [code-server, --auth, password]",
    ),
    "engine-remote": Pair(
        "environment: {DOCKER_HOST: 'tcp://h:2375'}", "environment: {DOCKER_HOST: 'unix:///run/x'}"
    ),
    "all-addresses": Pair("ports: ['0.0.0.0:80:80']", "ports: ['127.0.0.1:80:80', '[::1]:80:80']"),
    "system-port": Pair("ports: ['127.0.0.1:80:8080']", "ports: ['127.0.0.1:8080:80']"),
    "default-bridge": Pair("network_mode: bridge", "networks: [own]"),
    "engine-socket": Pair(_bind("/var/run", ", read_only: true"), _bind("/var/lib/site")),
    "system-writable": Pair(_bind("/etc/cron.d"), _bind("/etc/cron.d", ", read_only: true")),
    "system-readable": Pair(
        _bind("/etc", ", read_only: true"), _bind("/etc/motd", ", read_only: true")
    ),
    "kernel-files": Pair(_bind("/proc/kcore"), _bind("/srv/kcore")),
    "host-logs": Pair(_bind("/var/log/journal"), _bind("/var/logs")),
    "own-folder": Pair(_bind("."), _bind("./project")),
    "sound-socket": Pair(_bind("/run/user/1000/pulse"), _bind("/srv/pulse")),
    "credentials-mounted": Pair(
        _bind("${HOME}/.ssh", ", read_only: true"), _bind("${HOME}/.sshfs", ", read_only: true")
    ),
    "login-files": Pair(
        _bind("${HOME}/.bashrc"), _bind("${HOME}/.bashrc", ", read_only: true")
    ),
    "agent-socket": Pair("variables: {SSH_AUTH_SOCK: {type: path}}\n" + _bind("${SSH_AUTH_SOCK}"), _bind("/srv/agent")),
    "bus-socket": Pair(_bind("/run/user/1000/bus"), _bind("/srv/bus")),
    "writable-home": Pair(_home(), _bind("${HOME}/work")),
    "readable-home": Pair(_home(", read_only: true"), _bind("${HOME}/work", ", read_only: true")),
    "network-home": Pair(
        "user: host\n" + _bind("/nfs/site/home/${USER}"),
        "user: '1000'\n" + _bind("/nfs/site/home/${USER}"),
    ),
    "shared-tmp": Pair(_bind("/tmp"), "tmpfs: [/tmp]"),
    "shared-propagation": Pair(
        _bind("/srv/data", ", bind: {propagation: rshared}"),
        _bind("/srv/data", ", bind: {propagation: rslave}"),
    ),
    "tmpfs-options": Pair("tmpfs: ['/run:size=1m,exec,dev']", "tmpfs: ['/run:size=1m,noexec']"),
    "volumes-from": Pair("volumes_from: [other]", "volumes: ['data:/data']"),
    "device-fuse": Pair("devices: [/dev/fuse]", "devices: [/dev/net/tun]"),
    "device-raw": Pair("devices: ['/dev/sda1:/dev/x:r']", "devices: [/dev/snd]"),
    "device-input": Pair("devices: [/dev/input]", "devices: [/dev/ttyUSB0]"),
    "device-kernel": Pair("devices: [/dev/kvm]", "devices: [/dev/snd]"),
    "device-other": Pair("devices: [/dev/snd]", "devices: [vendor.com/class=name]"),
    "device-rule": Pair("device_cgroup_rules: ['a *:* rwm']", "device_cgroup_rules: ['c 10:229 rwm']"),
    "x11-host": Pair("x11: host", "x11: cookie"),
    "x11-user": Pair("x11: user", "x11: off"),
    "x11-socket": Pair(_bind("/tmp/.X11-unix/X0"), _bind("/srv/X11")),
    "x11-authority": Pair(_bind("${HOME}/.Xauthority"), "x11: cookie"),
    "wayland-socket": Pair(_bind("/run/user/1000/wayland-0"), _bind("/srv/wayland-0")),
    "x11-client": Pair("x11: cookie", "x11: off"),
    "x11-abstract-socket": Pair("network_mode: host", "network_mode: host\nx11: cookie"),
    "secret-in-environment": Pair(
        "environment: {DB_PASSWORD: hunter2}", "environment: {DB_PASSWORD_FILE: /run/secrets/db}"
    ),
    "secret-in-label": Pair("labels: {api-token: abc, API_TOKEN: abc}", "labels: {team: tools}"),
    "secret-in-image": Pair(
        "build: {base: 'debian:12', args: {API_TOKEN: abc}}",
        "build: {base: 'debian:12', secrets: {api-token: {file: ./token}}, args: {API_URL: abc}}",
    ),
    "secret-in-spec": Pair(
        "configs: {app: {content: 'key = AKIAIOSFODNN7EXAMPLE'}}", "configs: {app: {content: 'port = 80'}}"
    ),
    "secret-in-command": Pair(
        "command: [app, --password=hunter2]", "command: [app, --password-file=/run/secrets/p]"
    ),
    "no-memory-limit": Pair("mem_limit: 0", "mem_limit: ${MEMORY:-4g}"),
    "no-cpu-limit": Pair("cpu_shares: 0", "cpuset: 0-3"),
    "no-pids-limit": Pair("pids_limit: -1", "pids_limit: 100"),
    "oom-kill-disabled": Pair("oom_kill_disable: true", "oom_kill_disable: false"),
    "writable-root": Pair("read_only: false", "read_only: true"),
    "restart-unbounded": Pair("restart: always", "restart: on-failure:3"),
    "no-log": Pair("logging: {driver: none}", "logging: {driver: local}"),
    "no-healthcheck": Pair("healthcheck: {disable: true}", "healthcheck: {test: curl -f localhost}"),
    "image-not-pinned": Pair("image: app:latest", f"image: app@sha256:{'0' * 64}"),
    "engine-options": Pair("engine_options: [--odd=1]", "engine_options: [--pid=host]"),
}  # fmt: skip
