"""The table of the kinds of scalars: sizes, durations, ports, users, names, addresses and others.

Each accepts what the engines and Compose accept; comments give the source of the rule.
"""

from __future__ import annotations

import re

from coder_gen.language.shapes import late_patterns
from coder_gen.language.shapes.amounts import INT64, nanoseconds, size
from coder_gen.language.shapes.kind import (
    ANY_NUMBER,
    DECIMAL,
    WHOLE,
    Kind,
    Schema,
    choice,
    integer,
    pattern,
    text_schema,
)

STRING = Kind("a string", lambda value: True, "text", {"type": ["string", "number"]})
NONEMPTY = Kind(
    "a string that is not empty",
    bool,
    "text",
    {"type": ["string", "number"], "minLength": 1},
    pattern=r"[\s\S]+",
)
BOOL = Kind(
    "true or false",
    ("true", "false").__contains__,
    "true",
    {"anyOf": [{"type": "boolean"}, text_schema("true or false", "true|false")]},
    ("boolean",),
    "boolean",
    "true|false",
)
ENV_VALUE = Kind(
    "a string", lambda value: True, "text",
    {"type": ["string", "number", "boolean"]}, ("number", "boolean"),
)  # fmt: skip
INT = integer()._replace(example="4")
PORT = integer(1, 65535)._replace(
    name="a port: a number from 1 to 65535",
    example="8080",
    pattern=late_patterns.PORT,
    low=None,
    high=None,
)
_EXPOSED = r"([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?(?:/(?:tcp|udp|sctp))?"


def _exposed(value: str) -> bool:
    match = re.fullmatch(_EXPOSED, value)
    return match is not None and int(match[1]) <= int(match[2] or match[1]) <= 65535


EXPOSED = Kind(
    "a port or a range of ports from 1 to 65535, with a protocol if you like",
    _exposed,
    "8080/tcp",
    text_schema(
        "a port or a range of ports", _EXPOSED, {"type": "integer", "minimum": 1, "maximum": 65535}
    ),
    pattern=rf"{late_patterns.PORT}(?:-{late_patterns.PORT})?(?:/(?:tcp|udp|sctp))?",
)
NUMBER = pattern("a number", r"[0-9]+(?:\.[0-9]+)?", "1.5", DECIMAL)._replace(native="number")
# Docker's representation: billionths of a processor, in 64 bits.
CPUS = pattern(
    "a number of processors, of at most nine decimals",
    r"[0-9]{1,9}(?:\.[0-9]{1,9})?",
    "1.5",
    DECIMAL,
)._replace(native="number")
# The syntax that both Compose and go-units, the engines' parser, accept.
_BYTES = r"([0-9]+(?:\.[0-9]+)?) ?(?:[bB]|([kKmMgGtT])(?:[iI]?[bB])?)?"


def _is_size(value: str) -> bool:
    # go-units turns a larger number into a negative one.
    return re.fullmatch(_BYTES, value) is not None and (size(value) or 0) < INT64


BYTES = pattern(
    "a size in bytes below 8 EiB, with a unit if you like", _BYTES, "512m", DECIMAL
)._replace(accepts=_is_size, pattern=late_patterns.SIZE)
BYTES_OR_UNLIMITED = pattern(
    "a size in bytes below 8 EiB, or -1 for no limit",
    f"-1|{_BYTES}",
    "1g",
    {"type": "number", "minimum": -1},
)._replace(
    accepts=lambda value: value == "-1" or _is_size(value), pattern=f"-1|{late_patterns.SIZE}"
)
# Go's time.ParseDuration without a sign, which Compose and the engines share.
_DURATION = r"([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h)"


def _is_duration(value: str) -> bool:
    if re.fullmatch(f"0|(?:{_DURATION})+", value) is None:
        return False
    # Nanoseconds fit into 64 bits.
    return (nanoseconds(value) or 0) < INT64


DURATION = pattern(
    "a duration below 292 years",
    f"0|(?:{_DURATION})+",
    "1m30s",
    {"type": "integer", "minimum": 0, "maximum": 0},
)._replace(accepts=_is_duration, pattern=late_patterns.DURATION)
ABSOLUTE = pattern("an absolute path: it has to begin with /", r"/[\s\S]*", "/data")


def normalized_path(value: str) -> str:
    """The path in its normal spelling."""
    from posixpath import normpath

    return "/" + normpath(value).lstrip("/") if value.startswith("/") else normpath(value)


# For mount targets: no engine mounts over the root of the container.
_ONLY_ROOT = r"(?:\.{0,2}/)*\.{0,2}"
BELOW_ROOT = rf"/(?!{_ONLY_ROOT}(?![^:]))[^:]*"


TARGET = pattern(
    "an absolute path below /", rf"/(?!{_ONLY_ROOT}(?![\s\S]))[\s\S]*", "/data"
)._replace(
    accepts=lambda value: value.startswith("/") and normalized_path(value) != "/",
    pattern=late_patterns.path(""),
)
# The engines' rule for a device without a path: names of the Container Device Interface.
CDI = r"[A-Za-z][A-Za-z0-9_.-]*/[A-Za-z][A-Za-z0-9_.-]*=[A-Za-z0-9][A-Za-z0-9_.:-]*"
DEVICE = pattern(
    "an absolute path, or a CDI name", f"/[^:]*|{CDI}", "/dev/fuse", None,
    "vendor.com/class=name",
)  # fmt: skip
# An id or a name. Empty would mean root; Docker refuses larger ids.
_OWNER = r"[^\s:+-](?:[^:\r\n]*[^\s:])?"
_IDS: Schema = {"type": "number", "minimum": 0, "maximum": 2**31 - 1}


def _are_ids(value: str) -> bool:
    ids = [part.lstrip("0") for part in value.split(":") if part.isdecimal()]
    return all(len(part) <= 10 and int(part or "0") < 2**31 for part in ids)


def _owner(name: str, pattern_: str, example: str, *others: str) -> Kind:
    kind = pattern(name, pattern_, example, _IDS, *others)
    return kind._replace(
        accepts=lambda value: kind.accepts(value) and _are_ids(value),
        pattern=pattern_.replace(_OWNER, late_patterns.OWNER),
    )


USER = _owner(
    "UID[:GID] up to 2147483647, or names of the image",
    f"(?:{_OWNER}(?::{_OWNER})?)?", "1000:1000", "host",
)  # fmt: skip
GROUP = _owner("a group: an id up to 2147483647, or a name of the image", _OWNER, "video")
# The kernel's limit. The engines allow other characters, but the name becomes a line of /etc/hosts.
_HOSTNAME = r"[^\r\n]{1,64}"
HOSTNAME = pattern(
    "a name of one line, of at most 64 bytes", _HOSTNAME, "lab", ANY_NUMBER
)._replace(
    accepts=lambda value: (
        re.fullmatch(_HOSTNAME, value) is not None
        and len(value.encode("utf-8", "surrogateescape")) <= 64
    )
)
DOMAIN = pattern("a domain", r"\S+", "example.com", ANY_NUMBER)
ULIMIT = pattern(
    "a resource limit",
    "core|cpu|data|fsize|locks|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|rttime|sigpending|stack",
    "nofile",
)
# Docker's and Podman's list: parameters outside of the container's namespaces are the host's.
SYSCTL = pattern(
    "a kernel parameter of a container's: net.*, fs.mqueue.*, kernel.shm*, kernel.msg* or kernel.sem",
    r"net\.[^\s=]+|fs\.mqueue\.[^\s=]+"
    r"|kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)",
    "net.core.somaxconn",
)
# Empty text after the colon would be looked up as a container's name.
_JOINED = r"container:\S+|ns:\S+"
IPC = pattern(
    "host, private, shareable, none or container:NAME",
    rf"host|private|shareable|none|{_JOINED}",
    "host", None, "private", "shareable", "none",
)  # fmt: skip
PID = pattern("host, private or container:NAME", rf"host|private|{_JOINED}", "host")
# Podman's modes may have options after a colon.
NETWORK = pattern(
    "host, none, bridge, container:NAME or a network",
    r"[^\s:]+(?::\S+)?",
    "host", ANY_NUMBER, "none", "bridge",
)  # fmt: skip
USERNS = pattern(
    "host; or on Podman keep-id, auto, nomap, container:NAME",
    r"host|private|nomap|auto(?::\S+)?|keep-id(?::\S+)?|container:\S+|ns:\S+",
    "host",
)
SECURITY = pattern(
    "KEY=VALUE, KEY:VALUE or no-new-privileges",
    r"no-new-privileges|[^\s=:]+[=:][\s\S]*",
    "no-new-privileges:true", None,
    "seccomp=unconfined", "apparmor=unconfined", "label=disable",
)  # fmt: skip
CPUSET = pattern(
    "a list of numbers and ranges", r"[0-9]+(?:-[0-9]+)?(?:,[0-9]+(?:-[0-9]+)?)*", "0-3,7", WHOLE
)
LINK = pattern("CONTAINER[:ALIAS]", r"[^\s:]+(?::[^\s:]+)?", "db:database", ANY_NUMBER)
# The engines' rule: [a-zA-Z0-9][a-zA-Z0-9_.-]+
CONTAINER_NAME = pattern(
    "a container name: letters, digits, and _ . - after the first",
    r"[a-zA-Z0-9][a-zA-Z0-9_.-]+",
    "coder",
    DECIMAL,
)
# Compose projects allow fewer characters than containers: lower case, no dot.
NAME = pattern(
    "a name: lower-case letters, digits, and _ - after the first",
    r"[a-z0-9][a-z0-9_-]*",
    "coder",
    WHOLE,
)
VARIABLE = pattern("a variable name", r"[A-Za-z_][A-Za-z0-9_]*", "PORT")
# A name that is passed to the engine as NAME=VALUE.
KEY = pattern("a name of one line that is not empty and holds no =", r"[^=\r\n]+", "NAME")
# capability.h of Linux 5.9 and newer; the engines accept them with or without CAP_.
_CAPABILITIES = (
    "ALL|AUDIT_CONTROL|AUDIT_READ|AUDIT_WRITE|BLOCK_SUSPEND|BPF|CHECKPOINT_RESTORE|CHOWN|DAC_OVERRIDE"
    "|DAC_READ_SEARCH|FOWNER|FSETID|IPC_LOCK|IPC_OWNER|KILL|LEASE|LINUX_IMMUTABLE|MAC_ADMIN"
    "|MAC_OVERRIDE|MKNOD|NET_ADMIN|NET_BIND_SERVICE|NET_BROADCAST|NET_RAW|PERFMON|SETFCAP|SETGID"
    "|SETPCAP|SETUID|SYSLOG|SYS_ADMIN|SYS_BOOT|SYS_CHROOT|SYS_MODULE|SYS_NICE|SYS_PACCT|SYS_PTRACE"
    "|SYS_RAWIO|SYS_RESOURCE|SYS_TIME|SYS_TTY_CONFIG|WAKE_ALARM"
)
CAPABILITY = pattern(
    "a Linux capability",
    f"(?:CAP_|cap_)?(?:{_CAPABILITIES}|{_CAPABILITIES.lower()})",
    "SYS_ADMIN", None, "ALL", "NET_ADMIN", "SYS_PTRACE",
)  # fmt: skip
MAC = pattern("a MAC address", r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}", "92:d0:c6:0a:29:33")
# Docker's and Podman's table; they refuse other names and numbers.
_SIGNALS = (
    "ABRT|ALRM|BUS|CHLD|CLD|CONT|FPE|HUP|ILL|INT|IO|IOT|KILL|PIPE|POLL|PROF|PWR|QUIT|SEGV"
    "|STKFLT|STOP|SYS|TERM|TRAP|TSTP|TTIN|TTOU|UNUSED|URG|USR[12]|VTALRM|WINCH|XCPU|XFSZ"
    r"|RTMIN(?:\+(?:1[0-5]|[1-9]))?|RTMAX(?:-(?:1[0-4]|[1-9]))?"
)
SIGNAL = pattern(
    "a signal",
    f"0*(?:6[0-4]|[1-5][0-9]|[1-9])|(?:SIG)?(?:{_SIGNALS})|(?:sig)?(?:{_SIGNALS.lower()})",
    "SIGTERM",
    {"type": "integer", "minimum": 1, "maximum": 64},
    "SIGINT", "SIGQUIT", "SIGHUP", "SIGKILL",
)  # fmt: skip
RESTART = pattern(
    "no, always, unless-stopped or on-failure with an optional count",
    r"no|always|unless-stopped|on-failure(?::[0-9]{1,18})?",
    "unless-stopped",
    None,
    "no",
    "always",
    "on-failure:3",
)
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_V4 = rf"{_BYTE}(?:\.{_BYTE}){{3}}"
# RFC 4291: eight groups, of which `::` replaces any that are zero; the last two may be IPv4. One
# alternative for each position of `::`, so that the pattern needs no counting.
_H = "[0-9A-Fa-f]{1,4}"
_V6 = "|".join(
    [
        f"(?:{_H}:){{7}}(?:{_H}|:)",
        *(f"(?:{_H}:){{{n}}}(?::{_H}){{1,{7 - n}}}" for n in range(1, 7)),
        f"(?:{_H}:){{1,6}}:",
        f":(?:(?::{_H}){{1,7}}|:)",
        f"(?:{_H}:){{6}}{_V4}",
        *(f"(?:{_H}:){{{n}}}(?::{_H}){{0,{5 - n}}}:{_V4}" for n in range(1, 6)),
        f":(?::{_H}){{0,5}}:{_V4}",
    ]
)
IPV4 = pattern("an IPv4 address", _V4, "172.16.238.10")
IPV6 = pattern("an IPv6 address", _V6, "2001:db8::10")
IP = pattern("an IP address", f"{_V4}|{_V6}", "127.0.0.1")
# The grammar of github.com/distribution/reference: a registry's host may have capital letters,
# the path may not.
IMAGE = pattern(
    "an image reference: [HOST[:PORT]/]path[:TAG][@DIGEST], the path in lower case",
    r"(?:(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?/)?"
    r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[+._-][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?",
    "coder:latest",
    DECIMAL,
)
PLATFORM = pattern(
    "a platform",
    r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_.-]+){0,2}",
    "linux/amd64",
    {"type": "integer"},
    "linux/arm64",
)
CGROUP_RULE = pattern(
    "a rule for devices: type, major:minor and permissions",
    r"[abc] (?:[0-9]+|\*):(?:[0-9]+|\*) [rwm]{1,3}",
    "c 7:* rmw",
)
EACH_ONCE = r"(?!.*([rwm]).*\1)[rwm]{1,3}"
PERMISSIONS = pattern("some of r, w and m, each once", EACH_ONCE, "rw")
FILE_MODE = pattern(
    "an octal file mode",
    r"0?o?[0-7]{3,4}",
    "0755",
    {"type": "integer", "minimum": 100, "maximum": 7777},
)


def _is_day(value: str) -> bool:
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", value)
    if match is None:
        return False
    year, month, day = map(int, match.groups())
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return 1 <= month <= 12 and 1 <= day <= days[month - 1]


# In this form dates sort like texts.
DATE = Kind(
    "a day", _is_day, "2027-03-01",
    text_schema("a day", "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"),
)  # fmt: skip
PULL_POLICY = choice("always", "missing", "if_not_present", "never")
