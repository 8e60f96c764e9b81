"""The container's keys whose values are mappings: health check, networks, files, display."""

from __future__ import annotations

from coder_gen import expression
from coder_gen.expression import Text
from coder_gen.language.context import ParseContext
from coder_gen.language.keys.mounts import one_path
from coder_gen.language.shapes.base import (
    BooleanShape,
    Key,
    ListShape,
    PairsShape,
    ScalarShape,
    Setting,
    Value,
    texts,
)
from coder_gen.language.shapes.command_lines import CommandShape
from coder_gen.language.shapes.entries import LongEntry, entry_schema, read_entry
from coder_gen.language.shapes.kind import Kind, Schema, choice, integer, pattern, text_schema
from coder_gen.language.shapes.mappings import NamedShape, RecordShape
from coder_gen.language.shapes.scalar_types import (  # fmt: skip
    DURATION,
    INT,
    IP,
    IPV4,
    IPV6,
    MAC,
    NONEMPTY,
    STRING,
    TARGET,
    VARIABLE,
)
from coder_gen.language.values import EnvFile, FileGrant
from coder_gen.yaml.nodes import Mapping, Node, Scalar

_COUNT = integer(0)
_HEALTH_WORDS = ("CMD", "CMD-SHELL", "NONE")


class _HealthTest:
    """``test``: a shell command as a string, or CMD, CMD-SHELL or NONE and arguments."""

    def parse(self, node: Node, ctx: ParseContext) -> tuple[Text, ...] | None:
        if isinstance(node, Scalar):
            text = ctx.text(node)
            return None if text is None else (expression.literal("CMD-SHELL", node.span), text)
        words = CommandShape().parse(node, ctx)
        if words is None:
            return None
        if not words:
            ctx.reporter.error(
                "E014", "this health check is empty", node.span, "write [NONE] for none"
            )
            return None
        kind = words[0].literal if words[0].is_literal else ""
        if kind not in _HEALTH_WORDS:
            ctx.reporter.error(
                "E014", "a health check begins with CMD, CMD-SHELL or NONE", words[0].span,
                "or write the shell command as a string",
            )  # fmt: skip
            return None
        if kind == "CMD" and len(words) == 1:
            ctx.reporter.error(
                "E014", "CMD has no command after it", words[0].span,
                "for example: [CMD, curl, -f, http://localhost]",
            )  # fmt: skip
            return None
        if kind == "CMD-SHELL" and len(words) != 2:
            ctx.reporter.error(
                "E014", "CMD-SHELL takes one string", words[0].span,
                "for example: [CMD-SHELL, curl -f http://localhost]",
            )  # fmt: skip
            return None
        return words

    def merge(self, base: Value, over: Value) -> Value:
        return over

    def schema(self) -> dict[str, object]:
        command, _ = CommandShape().schema()["anyOf"]
        words: Schema = {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1}
        return {"anyOf": [command, {**words, "prefixItems": [{"enum": list(_HEALTH_WORDS)}]}]}


HEALTHCHECK = RecordShape(
    {
        "test": Key(_HealthTest(), "The command; exit status 0 is healthy.", "--health-cmd"),
        "interval": Key(ScalarShape(DURATION), "Time between two checks.", "--health-interval"),
        "timeout": Key(ScalarShape(DURATION), "Time that one check may take.", "--health-timeout"),
        "retries": Key(
            ScalarShape(_COUNT), "Failures in a row until unhealthy.", "--health-retries"
        ),
        "start_period": Key(
            ScalarShape(DURATION), "Time in which failures do not count.", "--health-start-period"
        ),
        "start_interval": Key(
            ScalarShape(DURATION),
            "Time between checks in the start period.",
            "--health-start-interval",
        ),
        "disable": Key(
            BooleanShape(), "No health check, also not the image's.", "--no-healthcheck"
        ),
    }
)

LOGGING_KEYS = {
    "driver": Key(ScalarShape(NONEMPTY), "The log driver.", "--log-driver"),
    "options": Key(PairsShape(), "The driver's options.", "--log-opt"),
}


class _Logging(RecordShape):
    """Compose: another driver drops the options of the layer below."""

    def merge(self, base: Value, over: Value) -> Value:
        def driver(value: Value) -> str | None:
            setting = value.get("driver")
            return setting.value.source if setting and isinstance(setting.value, Text) else None

        if driver(over) is not None and driver(over) != driver(base):
            return over
        return super().merge(base, over)


LOGGING = _Logging(LOGGING_KEYS)

_ATTACHMENT_REFUSED = {
    "priority": "the networks are joined in the order in which they are written",
    "interface_name": "write driver_opts: {com.docker.network.endpoint.ifname: NAME}",
}
NETWORKS = NamedShape(
    # Docker's and Podman's own rule; the Compose schema allows the same names as keys.
    pattern("the name of a network", r"[a-zA-Z0-9][a-zA-Z0-9_.-]*", "backend"),
    RecordShape(
        {
            "aliases": Key(
                texts(NONEMPTY), "More names of the container in the network.", "--network-alias"
            ),
            "ipv4_address": Key(ScalarShape(IPV4), "A fixed IPv4 address.", "--ip"),
            "ipv6_address": Key(ScalarShape(IPV6), "A fixed IPv6 address.", "--ip6"),
            "link_local_ips": Key(texts(IP), "Link-local addresses.", "--link-local-ip"),
            "mac_address": Key(
                ScalarShape(MAC), "The MAC address in the network.", "--mac-address"
            ),
            "driver_opts": Key(
                PairsShape(), "Options of the network's driver.", "--network driver-opt"
            ),
            "gw_priority": Key(
                ScalarShape(INT), "The highest is the default gateway.", "--network gw-priority"
            ),
        },
        refused=_ATTACHMENT_REFUSED,
    ),
    empty={},
    from_list=True,
)


_GRANT_REFUSED = dict.fromkeys(
    ("uid", "gid", "mode"), "outside Swarm no engine applies it: the file keeps its owner and mode"
) | {"source": "the entry's own key is the name", "external": "only Swarm keeps secrets itself"}


def grants(folder: str, with_content: bool) -> NamedShape:
    """``secrets`` and ``configs``: named files with a source and a target."""
    keys = {
        "file": Key(ScalarShape(NONEMPTY), "A file of the host."),
        "environment": Key(
            ScalarShape(VARIABLE, fixed=True), "A variable of the host that contains the content."
        ),
        "target": Key(ScalarShape(TARGET), f"Its path in the container; absent: {folder}NAME."),
    }
    if with_content:
        keys["content"] = Key(ScalarShape(STRING), "The content itself.")
    return NamedShape(
        # Compose's rule for its keys, except `.` and `..`: the name is also a file's.
        pattern("a name: letters, digits and _ . -", r"(?!\.\.?$)[A-Za-z0-9_.-]+", "token"),
        RecordShape(keys, refused=_GRANT_REFUSED),
        example="token: {file: ./token.txt}",
    )  # fmt: skip


def grant(name: str, setting: Setting, folder: str) -> FileGrant:
    """The canonical form of one entry of ``secrets`` or ``configs``."""
    entry = LongEntry(setting.value)
    target = entry.text("target") or expression.literal(folder + name, setting.span)
    return FileGrant(
        name,
        target,
        entry.text("file"),
        entry.fixed("environment"),
        entry.text("content"),
        setting.span,
    )


_ENV_FILE = {
    "path": Key(ScalarShape(NONEMPTY), "The file."),
    "required": Key(BooleanShape(), "Whether a missing file is an error (the default)."),
    "format": Key(
        ScalarShape(choice("raw"), fixed=True), "raw: no quotes, no variables, as docker reads it."
    ),
}


def _env_file(node: Node, ctx: ParseContext) -> EnvFile | None:
    if isinstance(node, Mapping):
        entry = read_entry(node, _ENV_FILE, ("path",), ctx)
        if entry is None:
            return None
        path = entry.text("path")
        assert path is not None
        required = entry.flag("required") if "required" in entry else True
        return EnvFile(path, required, entry.fixed("format") == "raw", node.span)
    text = ctx.text(node, NONEMPTY)
    return None if text is None else EnvFile(text, True, False, text.span)


ENV_FILES = ListShape(
    _env_file,
    {"anyOf": [NONEMPTY.schema, entry_schema(_ENV_FILE, ("path",))]},
    lambda file: one_path(file.path),
    single=True,
    what="file",
)

_ACCESS = choice("host", "user", "cookie", "off")


def _access(node: Scalar, ctx: ParseContext) -> dict[str, Setting] | None:
    """``x11: cookie`` is the short form of ``x11: {access: cookie}``."""
    text = ctx.text(node, _ACCESS)
    if text is None or ctx.known(text) is None:
        return None
    return {"access": Setting(text, node.span, ctx.origin)}


X11_KEYS = {
    "access": Key(
        ScalarShape(_ACCESS, fixed=True),
        "Who may use the display: host (xhost +local: or +HOST), user (xhost +SI:localuser:NAME), "
        "cookie (a private Xauthority with this display's cookie), or off.",
    )
}
X11_SHAPE = RecordShape(X11_KEYS, shorthand=_access, shorthand_schema=_ACCESS.schema)

_HOST = Kind(
    "a host name",
    lambda v: bool(v) and not set(v) & set(" \t\n=,:"),
    "db",
    {"pattern": "^[^\\s=,:]+$"},
    pattern="[^ \t\n=,:]+",
)
_GATEWAY = "host-gateway"
_ADDRESS = Kind(
    "an IP address, or host-gateway", lambda v: v == _GATEWAY or IP.accepts(v.strip("[]")), "10.1.2.3",
    text_schema("an IP address, or host-gateway", r"[0-9A-Fa-f:.\[\]]+|host-gateway", examples=["host-gateway"]),
    pattern=rf"host-gateway|{IP.pattern}|\[{IPV6.pattern}\]",
)  # fmt: skip


def _extra_host(node: Node, ctx: ParseContext) -> tuple[Text, Text] | None:
    text = ctx.text(node, NONEMPTY)
    if text is None:
        return None
    fields = text.split("=", 1)
    if len(fields) == 1:
        fields = text.split(":", 1)
    if len(fields) == 1 or not fields[1].parts:
        ctx.reporter.error("E014", "this names no address", text.span, "for example: db=10.1.2.3")
        return None
    host = ctx.checked(fields[0], _HOST)
    address = None if host is None else ctx.checked(fields[1], _ADDRESS)
    return None if host is None or address is None else (host, _bare(address))


def _bare(address: Text) -> Text:
    """The address without the brackets in which Compose allows an IPv6 address."""
    if not address.is_literal:
        return address
    return expression.literal(address.literal.removeprefix("[").removesuffix("]"), address.span)


_ADDRESSES = texts(_ADDRESS, single=True)


class _ExtraHosts(ListShape):
    """``extra_hosts``: a list of ``HOST=IP``, or a mapping: tuple of (host, address)."""

    def parse(self, node: Node, ctx: ParseContext) -> tuple[Value, ...] | None:
        if not isinstance(node, Mapping):
            return super().parse(node, ctx)
        found = []
        for key, value in node.pairs:
            host = ctx.checked(expression.literal(key.text, key.span), _HOST)
            addresses = _ADDRESSES.parse(value, ctx) if ctx.untagged(value) else None
            found += [(host, _bare(address)) for address in addresses or () if host is not None]
        return tuple(found)

    def schema(self) -> dict[str, object]:
        addresses = _ADDRESSES.schema()
        return {
            "anyOf": [
                super().schema(),
                {
                    "type": "object",
                    "additionalProperties": addresses,
                    "propertyNames": _HOST.schema,
                },
            ]
        }


EXTRA_HOSTS = _ExtraHosts(
    _extra_host,
    text_schema("HOST=IP", r"[^\s=,:]+[=:].+"),
    lambda pair: (pair[0].source, pair[1].source),
    noun="a list of HOST=IP, or a mapping",
)
