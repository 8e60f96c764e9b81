"""Values of the host: ids, names, folders, free ports; for ``coder-gen env``."""

from __future__ import annotations

import os
import pwd
import socket
from collections.abc import Mapping

from coder_gen.expression import Parts, Ref, Text
from coder_gen.language.keys.document import BUILT_IN
from coder_gen.language.values import Variable
from coder_gen.plan import resolve
from coder_gen.text.diagnostics import HOST_FAILED, problem

# The range of ports for `default: auto`; the generated script counts in the same way.
FIRST_PORT = 20000
PORTS = 10000


def built_in(name: str) -> str:
    """The value of a built-in variable on this host."""
    uid = os.geteuid()
    values = {
        "UID": lambda: str(uid),
        "GID": lambda: str(os.getegid()),
        "USER": lambda: os.environ.get("USER") or _user_name(uid),
        "HOME": lambda: os.environ.get("HOME") or os.path.expanduser("~"),
        "PWD": os.getcwd,
        "HOSTNAME": socket.gethostname,
    }
    return values[name]()


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def evaluate(
    text: Text, variables: Mapping[str, Variable], host: Mapping[str, str] = os.environ
) -> str:
    """The text's value with this host's variables. Raises Problems (E303) where one is missing."""
    return _parts(text.parts, variables, host)


def _parts(parts: Parts, variables: Mapping[str, Variable], host: Mapping[str, str]) -> str:
    return "".join(p if isinstance(p, str) else _value(p, variables, host) for p in parts)


def _value(ref: Ref, variables: Mapping[str, Variable], host: Mapping[str, str]) -> str:
    found = resolve(ref, variables)
    if found != (ref,):
        return _parts(found, variables, host)
    if ref.name in BUILT_IN:
        return built_in(ref.name)
    variable = variables.get(ref.name)
    value = host.get(ref.name)
    if variable is not None and not value and not variable.auto:
        value = (
            _parts(variable.default.parts, variables, host)
            if variable.default is not None
            else None
        )
    missing = not value if ref.operator.startswith(":") or not ref.operator else value is None
    if ref.operator in (":+", "+"):
        return "" if missing else _parts(ref.operand, variables, host)
    if not missing and value is not None:
        return value
    if ref.operator in (":-", "-"):
        return _parts(ref.operand, variables, host)
    why = _parts(ref.operand, variables, host) or (variable.help if variable else "")
    raise problem(
        "E303", f"{ref.name} is not set{': ' + why if why else ''}", ref.span,
        f"for example: {ref.name}=VALUE coder-gen env", status=HOST_FAILED,
    )  # fmt: skip


def own_port(index: int, count: int) -> int:
    """The user's own port, or the next free one: the same rule as the script's own_port."""
    start = os.geteuid() * count + index
    for attempt in range(0, PORTS, count):
        port = FIRST_PORT + (start + attempt) % PORTS
        if _is_free(port):
            return port
    return FIRST_PORT + start % PORTS


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
