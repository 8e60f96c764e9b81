"""Published ports: Compose's short and long syntax into canonical entries."""

from __future__ import annotations

import re

from coder_gen import expression
from coder_gen.expression import Text
from coder_gen.language.context import ParseContext
from coder_gen.language.shapes.base import Key, ListShape, ScalarShape
from coder_gen.language.shapes.entries import entry_schema, read_entry
from coder_gen.language.shapes.kind import Kind, choice, text_schema
from coder_gen.language.shapes.scalar_types import IP, PORT, STRING
from coder_gen.language.values import Port
from coder_gen.yaml.nodes import Mapping, Node, Scalar
from coder_gen.yaml.scalars import type_name

_RANGE = re.compile(r"([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?")
# A range is expanded to single ports; a wider one is more likely a mistake.
MAX_RANGE = 1000
_PORTS = "[1-9][0-9]{0,4}(?:-[1-9][0-9]{0,4})?"
_NUMBERS = {"type": "integer", "minimum": 1, "maximum": 65535}
_SHORT = (
    rf"(?:(?:\[[0-9A-Fa-f:.]+\]|[0-9.]+)?:(?:{_PORTS})?:|(?:{_PORTS})?:)?{_PORTS}"
    "(?:/(?:[tT][cC][pP]|[uU][dD][pP]|[sS][cC][tT][pP]))?"
)

_PUBLISHED = Kind(
    "a port or a range of ports",
    lambda value: value == "" or _range(value) is not None,
    "8080",
    text_schema("a port or a range of ports", f"(?:{_PORTS})?", _NUMBERS),
    pattern=f"(?:{PORT.pattern}(?:-{PORT.pattern})?)?",
)
_PROTOCOL = choice("tcp", "udp", "sctp")
LONG = {
    "target": Key(ScalarShape(PORT), "The port in the container."),
    "published": Key(
        ScalarShape(_PUBLISHED), "The port of the host; absent: the engine chooses one."
    ),
    "host_ip": Key(ScalarShape(IP), "The host's address that the port is published on."),
    "protocol": Key(ScalarShape(_PROTOCOL, fixed=True), "tcp (the default), udp or sctp."),
    "app_protocol": Key(
        ScalarShape(STRING, fixed=True),
        "The protocol of the application; for http the launcher prints a URL.",
    ),
    "name": Key(ScalarShape(STRING), "A name for readers."),
}
_REFUSED = {"mode": "it belongs to Swarm; a single container publishes on its host"}


def _range(value: str) -> tuple[int, int] | None:
    match = _RANGE.fullmatch(value)
    if match is None:
        return None
    low = int(match[1])
    high = int(match[2] or match[1])
    return (low, high) if 1 <= low <= high <= 65535 else None


def _item(node: Node, ctx: ParseContext) -> list[Port] | Port | None:
    if isinstance(node, Mapping):
        return _long(node, ctx)
    if isinstance(node, Scalar) and node.plain and type_name(node) not in ("a string", "a number"):
        ctx.wrong_type(node, "a port", 'for example: "8080:80"')
        return None
    text = ctx.text(node)
    return None if text is None else _short(text, ctx)


def _long(node: Mapping, ctx: ParseContext) -> Port | None:
    entry = read_entry(node, LONG, ("target",), ctx, _REFUSED)
    if entry is None:
        return None
    target = entry.text("target")
    assert target is not None
    published = entry.text("published")
    if published is not None and not published.parts:
        published = None
    return Port(
        target,
        published,
        entry.text("host_ip"),
        entry.fixed("protocol") or "tcp",
        entry.text("name"),
        entry.text("app_protocol"),
        node.span,
    )


def _short(text: Text, ctx: ParseContext) -> list[Port] | None:
    """``[[IP:]HOST:]CONTAINER[/PROTOCOL]``, each a port, a range or a variable."""
    rest, *protocols = text.split("/", 1)
    protocol = ctx.known(protocols[0]) if protocols else "tcp"
    if protocol is None:
        return None
    protocol = protocol.lower()
    if not _PROTOCOL.accepts(protocol):
        _bad(text, f"`{protocol}` is not tcp, udp or sctp", ctx)
        return None
    host_ip: Text | None = None
    if rest.startswith("["):
        pieces = rest.split("]", 1)
        if len(pieces) != 2 or not (pieces[1].startswith(":")):
            _bad(text, "the address in brackets has no `]:` after it", ctx)
            return None
        host_ip = pieces[0].map(lambda part: part.removeprefix("["))
        fields = pieces[1].split(":")[1:]
    else:
        fields = rest.split(":")
        if len(fields) > 3:
            _bad(text, "write an IPv6 address in brackets", ctx, "[::1]:7860:7860")
            return None
        if len(fields) == 3:
            host_ip, *fields = fields
    if len(fields) > 2:
        _bad(text, "too many colons", ctx)
        return None
    if host_ip is not None and not host_ip.parts:
        host_ip = None
    if host_ip is not None and host_ip.is_literal and not IP.accepts(host_ip.literal):
        _bad(text, f"`{host_ip.literal}` is not an IP address", ctx)
        return None
    if host_ip is not None:
        host_ip = ctx.checked(host_ip, IP)
    published = fields[0] if len(fields) == 2 and fields[0].parts else None
    if published is not None and not published.is_literal:
        published = ctx.checked(published, _PUBLISHED)
    return _expanded(text, fields[-1], published, host_ip, protocol, ctx)


def _expanded(
    text: Text,
    target: Text,
    published: Text | None,
    host_ip: Text | None,
    protocol: str,
    ctx: ParseContext,
) -> list[Port] | None:
    for field in (target, published):
        if field is not None and field.is_literal and _range(field.literal) is None:
            _bad(text, f"`{field.literal}` is not a port from 1 to 65535", ctx)
            return None
    if not target.is_literal:
        # Only a known range can be expanded.
        target = ctx.checked(target, PORT) or target
        return [Port(target, published, host_ip, protocol, None, None, text.span)]
    low, high = _range(target.literal) or (0, 0)
    if low == high:
        return [Port(target, published, host_ip, protocol, None, None, text.span)]
    if high - low >= MAX_RANGE:
        _bad(text, f"the range has more than {MAX_RANGE} ports", ctx)
        return None
    hosts: list[Text | None] = [None] * (high - low + 1)
    if published is not None:
        bounds = _range(published.literal) if published.is_literal else None
        if bounds is None or bounds[1] - bounds[0] != high - low:
            _bad(text, "the two ranges differ in length", ctx, "8000-8002:9000-9002")
            return None
        hosts = [
            expression.literal(str(number), text.span) for number in range(bounds[0], bounds[1] + 1)
        ]
    return [
        Port(
            expression.literal(str(low + i), text.span),
            host,
            host_ip,
            protocol,
            None,
            None,
            text.span,
        )
        for i, host in enumerate(hosts)
    ]


def _bad(text: Text, why: str, ctx: ParseContext, example: str = "127.0.0.1:7860:7860") -> None:
    ctx.reporter.error("E014", f"this is not a port: {why}", text.span, f'for example: "{example}"')


def _key(port: Port) -> object:
    # Compose: two ports are equal if address, both ports and protocol are.
    return (
        port.target.source,
        port.published.source if port.published else None,
        port.host_ip.source if port.host_ip else None,
        port.protocol,
    )


PORTS = ListShape(
    _item,
    {
        "anyOf": [
            text_schema("a port: [[IP:]HOST:]CONTAINER[/PROTOCOL]", _SHORT, _NUMBERS),
            entry_schema(LONG, ("target",)),
        ]
    },
    _key,
    noun="a list of ports",
    what="port",
)
