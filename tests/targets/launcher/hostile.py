"""Every place of a spec that takes a variable, and values that nobody means well with.

A place is a key with its value, in which ``@`` stands for the expression; `kind` is what the key
takes there, so that each value is known to fit or not.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple


class Place(NamedTuple):
    """Where a variable may stand: the key, its value with ``@``, and a value that fits."""

    key: str
    value: Any
    good: str

    def spec(self, expression: str) -> str:
        """A spec, as JSON, with the expression in this place."""
        spec = {"name": "a", "image": "i:1", "variables": {"N": {"default": ""}}}
        spec[self.key] = self.value
        text = json.dumps(spec)
        if expression == "$N":
            # What follows the name would belong to it.
            text = re.sub(r"@(?=\w)", "${N}", text)
        return text.replace("@", expression.replace("\\", "\\\\").replace('"', '\\"'))


_PAIRS = {"n": "x@"}
PLACES = (
    Place("image", "@", "i:1"),
    Place("image", "r/i:@", "1"),
    Place("platform", "@", "linux/amd64"),
    Place("container_name", "@", "box"),
    Place("hostname", "@", "box"),
    Place("domainname", "@", "example.org"),
    Place("user", "@", "1000:1000"),
    Place("group_add", ["@"], "1000"),
    Place("entrypoint", ["@"], "/bin/sh"),
    Place("command", ["a", "@"], "b"),
    Place("working_dir", "@", "/work"),
    Place("environment", _PAIRS, "v"),
    Place("env_file", ["/@"], "dev/null"),
    Place("ports", ["@:80"], "8080"),
    Place("ports", ["127.0.0.1:80:@"], "8080"),
    Place("ports", ["@:80:80"], "127.0.0.1"),
    Place("ports", [{"target": "@"}], "80"),
    Place("ports", [{"target": 80, "published": "@"}], "8080"),
    Place("ports", [{"target": 80, "published": 81, "host_ip": "@"}], "127.0.0.1"),
    Place("publish_address", "@", "127.0.0.1"),
    Place("publish_all", "@", "true"),
    Place("expose", ["@"], "80/tcp"),
    Place("volumes", [{"type": "bind", "source": "@", "target": "/t"}], "/usr"),
    Place("volumes", [{"type": "bind", "source": "/usr", "target": "@"}], "/t"),
    Place("volumes", [{"type": "bind", "source": "/usr/@", "target": "/t"}], "lib"),
    Place("volumes", [{"type": "volume", "source": "@", "target": "/t"}], "data"),
    Place("volumes", [{"type": "volume", "source": "v", "target": "/t", "volume": {"subpath": "@"}}], "s"),
    Place("volumes", [{"type": "tmpfs", "target": "/t", "tmpfs": {"size": "@"}}], "64m"),
    Place("volumes", [{"type": "bind", "source": "/usr", "target": "@", "bind": {"selinux": "z"}}], "/t"),
    Place("volumes_from", ["@"], "other"),
    Place("tmpfs", ["@"], "/run:size=1m"),
    Place("devices", ["@"], "/dev/null"),
    Place("devices", [{"source": "/dev/null", "target": "@"}], "/dev/null"),
    Place("device_cgroup_rules", ["@"], "c 7:* rmw"),
    Place("gpus", "@", "all"),
    Place("gpus", [{"driver": "@", "count": 1}], "nvidia"),
    Place("gpus", [{"device_ids": ["@"]}], "0"),
    Place("gpus", [{"count": 1, "capabilities": ["gpu", "@"]}], "compute"),
    Place("secrets", {"s": {"file": "/@"}}, "dev/null"),
    Place("configs", {"c": {"content": "@"}}, "text"),
    Place("configs", {"c": {"content": "x", "target": "@"}}, "/etc/c"),
    Place("privileged", "@", "false"),
    Place("cap_add", ["@"], "SYS_ADMIN"),
    Place("cap_drop", ["@"], "ALL"),
    Place("security_opt", ["@"], "no-new-privileges"),
    Place("read_only", "@", "true"),
    Place("init", "@", "true"),
    Place("restart", "@", "always"),
    Place("stop_signal", "@", "SIGINT"),
    Place("healthcheck", {"test": "@"}, "true"),
    Place("healthcheck", {"test": ["CMD", "a", "@"]}, "b"),
    Place("healthcheck", {"test": "a", "interval": "@"}, "1m30s"),
    Place("healthcheck", {"test": "a", "retries": "@"}, "3"),
    Place("ipc", "@", "private"),
    Place("pid", "@", "host"),
    Place("uts", "@", "host"),
    Place("userns_mode", "@", "host"),
    Place("cgroup", "@", "private"),
    Place("cgroup_parent", "@", "/g"),
    Place("network_mode", "@", "bridge"),
    Place("networks", {"n": {"aliases": ["@"]}}, "a"),
    Place("networks", {"n": {"ipv4_address": "@"}}, "10.1.2.3"),
    Place("networks", {"n": {"mac_address": "@"}}, "92:d0:c6:0a:29:33"),
    Place("networks", {"n": {"driver_opts": {"o": "@"}}}, "v"),
    Place("networks", {"n": {"gw_priority": "@"}, "m": {}}, "1"),
    Place("mac_address", "@", "92:d0:c6:0a:29:33"),
    Place("extra_hosts", ["@:10.1.2.3"], "db"),
    Place("extra_hosts", ["db:@"], "10.1.2.3"),
    Place("dns", ["@"], "10.1.2.3"),
    Place("dns_search", ["@"], "example.org"),
    Place("dns_opt", ["@"], "ndots:1"),
    Place("external_links", ["@"], "a:b"),
    Place("shm_size", "@", "1g"),
    Place("mem_limit", "@", "1g"),
    Place("mem_limit", "@m", "512"),
    Place("mem_reservation", "@", "1g"),
    Place("memswap_limit", "@", "-1"),
    Place("mem_swappiness", "@", "60"),
    Place("oom_kill_disable", "@", "true"),
    Place("oom_score_adj", "@", "-500"),
    Place("cpus", "@", "1.5"),
    Place("cpu_shares", "@", "512"),
    Place("cpu_period", "@", "1000"),
    Place("cpu_quota", "@", "1000"),
    Place("cpu_rt_period", "@", "1000"),
    Place("cpu_rt_runtime", "@", "1000"),
    Place("cpu_count", "@", "2"),
    Place("cpu_percent", "@", "50"),
    Place("cpuset", "@", "0-1"),
    Place("cpuset_mems", "@", "0"),
    Place("pids_limit", "@", "100"),
    Place("ulimits", {"nofile": {"soft": "@", "hard": "@"}}, "64"),
    Place("ulimits", {"memlock": {"soft": "@", "hard": "@"}}, "64"),
    Place("ulimits", {"core": "@"}, "0"),
    Place("blkio_config", {"device_read_bps": [{"path": "/dev/sda", "rate": "@"}]}, "1mb"),
    Place("blkio_config", {"device_read_iops": [{"path": "@", "rate": 1}]}, "/dev/sda"),
    Place("sysctls", {"net.core.somaxconn": "@"}, "1"),
    Place("storage_opt", {"size": "@"}, "1g"),
    Place("labels", _PAIRS, "v"),
    Place("label_file", ["/@"], "dev/null"),
    Place("annotations", _PAIRS, "v"),
    Place("logging", {"driver": "@"}, "local"),
    Place("logging", {"driver": "local", "options": {"max-size": "@"}}, "1m"),
    Place("runtime", "@", "runc"),
    Place("isolation", "@", "default"),
    Place("use_api_socket", "@", "false"),
    Place("engine_options", ["--oom-score-adj=@"], "1"),
    Place("apptainer", {"sif": "/@"}, "x.sif"),
    Place("apptainer", {"home": "@"}, "/tmp"),
    Place("apptainer", {"options": ["@"]}, "--debug"),
)  # fmt: skip

# Keys that are decided when compiling, and those of which only names stand in the spec.
FIXED = ("pull_policy", "forward_environment", "stdin_open", "tty", "rm", "stop_grace_period", "x11")  # fmt: skip

# Each gives the variable N's value, whatever the operator.
EXPRESSIONS = (
    "${N}", "$N", "${O:-5}", "${O-5}", "${O:?needed}", "${O?needed}",
    "${O:+${O-}}", "${O+${O:-}}", "${UNSET:-${O-}}", "${O:-${UNSET-}}",
)  # fmt: skip

VALUES = (
    "uid[$(touch PWNED)]", "a[$(touch PWNED)]", "$(touch PWNED)", "`touch PWNED`", "x;touch PWNED",
    "x\ntouch PWNED", "BASH_CMDS[$(touch PWNED)]", "a[`touch PWNED`]+1", "x=$(touch PWNED)",
    "$((1))", "${HOME}", "08", "0x10", "99999", "0.0.0.0:22", "-1", " 1", "1 ", "1\n2", "1e3",
    "99999999999999999999", "9223372036854775808", "*", "~", "{a,b}", "--privileged", "-v/:/host",
    "1,source=/", "/x:/y", "a b", "'", '"', "\\", "\x1b[31m", "\u202e", "",
)  # fmt: skip
