"""Kinds of scalars: what a literal of each may say, in the words of who will read it.

A kind judges literals only. Text with variables in it is judged once they are frozen, or by the
launcher when it starts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

Schema = dict[str, Any]


class Kind(NamedTuple):
    """A kind of scalar: its name in messages, its test, and its JSON Schema."""

    name: str
    accepts: Callable[[str], bool]
    example: str
    schema: Schema
    # Which plain YAML types the source may use besides strings.
    types: tuple[str, ...] = ("number",)
    # What a typed format calls the value: string, number or boolean.
    native: str = "string"
    # For values that only a start of the launcher knows: what they have to match whole, in the
    # syntax that Python and POSIX share but for what ``posix`` translates; empty: anything. And the
    # bounds of an integer, both inclusive.
    pattern: str = ""
    low: int | None = None
    high: int | None = None

    def __hash__(self) -> int:
        # A schema has no hash, and text that carries its kind stands in sets.
        return hash(self.name)

    @property
    def posix(self) -> str:
        """The pattern as an extended regular expression of POSIX, for the locale C."""
        return (
            self.pattern.replace("(?:", "(")
            .replace("[\\s\\S]", ".")
            .replace("[\\w", "[A-Za-z0-9_")
            .replace("\\w", "[A-Za-z0-9_]")
        )


# A text with a variable in it, for which a schema has to wait; $$ is a dollar. For regular
# expressions of ECMA-262, as JSON Schema has them.
WAITING = r"(?:^|[^$])(?:\$\$)*\$[A-Za-z_{]"
# The numbers that a pattern takes, which YAML has as such.
WHOLE: Schema = {"type": "integer", "minimum": 0}
DECIMAL: Schema = {"type": "number", "minimum": 0}


def written(name: str, pattern: str, numbers: Schema | None = None, **more: Any) -> Schema:
    """The JSON Schema of a text that has to match, or of a number within bounds."""
    bounds = dict(numbers or {})
    kind = bounds.pop("type", None)
    return {
        "type": "string" if kind is None else ["string", kind],
        "pattern": f"^(?:{pattern})$|{WAITING}",
        # What yaml-language-server says instead of showing the pattern.
        "patternErrorMessage": f"this is not {name}",
        **bounds,
        **more,
    }


def pattern(
    name: str, pattern: str, example: str, numbers: Schema | None = None, *others: str
) -> Kind:
    """Texts that match; an editor suggests the example and the others."""
    # Compiled at its first use, and kept by re: most runs meet few of the patterns.
    return Kind(
        name,
        lambda value: re.fullmatch(pattern, value) is not None,
        example,
        written(name, pattern, numbers, examples=[example, *others]),
        pattern=pattern,
    )


def suggesting(kind: Kind, *words: str) -> Kind:
    """The same kind, for which an editor suggests words."""
    return kind._replace(schema={**kind.schema, "examples": list(words)})


def choice(*choices: str) -> Kind:
    """One of a few words; one that is a number may be written as one."""
    numbers = [
        int(word) if word.isdecimal() else float(word)
        for word in choices
        if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", word)
    ]
    return Kind(
        "one of " + ", ".join(choices),
        choices.__contains__,
        choices[0],
        {"type": ["string", "number"], "enum": [*choices, *numbers]}
        if numbers
        else {"type": "string", "enum": list(choices)},
        pattern="|".join(map(re.escape, choices)),
    )


def integer(low: int | None = None, high: int | None = None) -> Kind:
    """A decimal integer within bounds, both inclusive."""
    name = "an integer"
    if low is not None and high is not None:
        name += f" from {low} to {high}"
    elif low is not None:
        name += f" of at least {low}"

    def accepts(value: str) -> bool:
        if not re.fullmatch(r"-?(?:0|[1-9][0-9]{0,18})", value):
            return False
        number = int(value)
        return (low is None or low <= number) and (high is None or number <= high)

    bounds = {k: v for k, v in (("minimum", low), ("maximum", high)) if v is not None}
    sign = "" if low is not None and low >= 0 else "-?"
    return Kind(
        name,
        accepts,
        str(max(low or 0, 1)),
        {
            **written(name, f"{sign}(?:0|[1-9][0-9]{{0,18}})", bounds),
            "type": ["integer", "string"],
        },
        native="number",
        pattern=f"{sign}(?:0|[1-9][0-9]{{0,17}})",
        low=low,
        high=high,
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
    {"anyOf": [{"type": "boolean"}, written("true or false", "true|false")]},
    ("boolean",),
    "boolean",
    "true|false",
)
ENV_VALUE = Kind(
    "a string", lambda value: True, "text",
    {"type": ["string", "number", "boolean"]}, ("number", "boolean"),
)  # fmt: skip
INT = integer()._replace(example="4")
# Without arithmetic: a launcher compares a text from outside with nothing but a pattern.
_PORT = "(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
PORT = integer(1, 65535)._replace(
    name="a port: a number from 1 to 65535", example="8080", pattern=_PORT, low=None, high=None
)
_EXPOSED = r"([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?(?:/(?:tcp|udp|sctp))?"


def _exposed(value: str) -> bool:
    match = re.fullmatch(_EXPOSED, value)
    return match is not None and int(match[1]) <= int(match[2] or match[1]) <= 65535


EXPOSED = Kind(
    "a port or a range of ports from 1 to 65535, with a protocol if you like",
    _exposed,
    "8080/tcp",
    written(
        "a port or a range of ports", _EXPOSED, {"type": "integer", "minimum": 1, "maximum": 65535}
    ),
    pattern=rf"{_PORT}(?:-{_PORT})?(?:/(?:tcp|udp|sctp))?",
)
NUMBER = pattern("a number", r"[0-9]+(?:\.[0-9]+)?", "1.5", DECIMAL)._replace(native="number")
# What Compose and the engines' own parser (go-units) both read.
BYTES = pattern(
    "a size in bytes, with a unit if you like",
    r"[0-9]+(?:\.[0-9]+)? ?(?:[bB]|[kKmMgGtT](?:[iI]?[bB])?)?",
    "512m",
    DECIMAL,
)
BYTES_OR_UNLIMITED = pattern(
    "a size in bytes, or -1 for no limit",
    r"-1|[0-9]+(?:\.[0-9]+)? ?(?:[bB]|[kKmMgGtT](?:[iI]?[bB])?)?",
    "1g",
    {"type": "number", "minimum": -1},
)
# Go's time.ParseDuration without a sign, which Compose and the engines share.
DURATION = pattern(
    "a duration",
    r"0|(?:[0-9]+(?:\.[0-9]+)?(?:ns|us|µs|ms|s|m|h))+",
    "1m30s",
    {"type": "integer", "minimum": 0, "maximum": 0},
)
ABSOLUTE = pattern("an absolute path: it has to begin with /", r"/[\s\S]*", "/data")
# The engines' own rule: [a-zA-Z0-9][a-zA-Z0-9_.-]+
CONTAINER_NAME = pattern(
    "a container name: letters, digits, and _ . - after the first",
    r"[a-zA-Z0-9][a-zA-Z0-9_.-]+",
    "coder",
    DECIMAL,
)
# Compose projects allow less than containers: lower case, no dot.
NAME = pattern(
    "a name: lower-case letters, digits, and _ - after the first",
    r"[a-z0-9][a-z0-9_-]*",
    "coder",
    WHOLE,
)
VARIABLE = pattern("a variable name", r"[A-Za-z_][A-Za-z0-9_]*", "PORT")
# A name the engine passes as NAME=VALUE.
KEY = pattern("a name that is not empty and holds no =", r"[^=]+", "NAME")
CAPABILITY = pattern("a Linux capability", r"[A-Za-z_]+", "SYS_ADMIN")
MAC = pattern("a MAC address", r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}", "92:d0:c6:0a:29:33")
SIGNAL = pattern(
    "a signal", r"[A-Za-z0-9+]+", "SIGTERM", WHOLE, "SIGINT", "SIGQUIT", "SIGHUP", "SIGKILL"
)
RESTART = pattern(
    "no, always, unless-stopped or on-failure with an optional count",
    r"no|always|unless-stopped|on-failure(?::[0-9]+)?",
    "unless-stopped",
    None,
    "no",
    "always",
    "on-failure:3",
)
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_V4 = rf"{_BYTE}(?:\.{_BYTE}){{3}}"
# The form; whether it is one, ``_is_v6`` knows.
_V6 = r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"


def _is_v6(value: str) -> bool:
    from ipaddress import AddressValueError, IPv6Address  # few specs have one

    if "%" in value:  # the engines take no zone
        return False
    try:
        IPv6Address(value)
    except AddressValueError:
        return False
    return True


IPV4 = pattern("an IPv4 address", _V4, "172.16.238.10")
IPV6 = pattern("an IPv6 address", _V6, "2001:db8::10")._replace(accepts=_is_v6)
IP = pattern("an IP address", f"{_V4}|{_V6}", "127.0.0.1")._replace(
    accepts=lambda value: IPV4.accepts(value) or _is_v6(value)
)
# The grammar of github.com/distribution/reference: a registry's host may have capitals, the path
# may not.
IMAGE = pattern(
    "an image reference: [HOST[:PORT]/]path[:TAG][@DIGEST], the path in lower case",
    r"(?:(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?/)?"
    r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*"
    r"(?::[A-Za-z0-9_][\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[+._-][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?",
    "coder:latest",
    DECIMAL,
)
PLATFORM = pattern(
    "a platform", r"[\w-]+(?:/[\w.-]+){0,2}", "linux/amd64", {"type": "integer"}, "linux/arm64"
)
CGROUP_RULE = pattern(
    "a rule for devices: type, major:minor and permissions",
    r"[abc] (?:[0-9]+|\*):(?:[0-9]+|\*) [rwm]{1,3}",
    "c 7:* rmw",
)
PERMISSIONS = pattern("some of r, w and m", r"[rwm]{1,3}", "rw")
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


# Days in this form sort as text does.
DATE = Kind(
    "a day", _is_day, "2027-03-01",
    written("a day", "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"),
)  # fmt: skip
PULL_POLICY = choice("always", "missing", "if_not_present", "never")
