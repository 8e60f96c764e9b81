"""Mounts and devices: Compose's short and long syntax into canonical entries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from coder_gen.expression import Ref, Text
from coder_gen.language.context import ParseContext
from coder_gen.language.shapes.base import BooleanShape, Key, ListShape, ScalarShape
from coder_gen.language.shapes.entries import entry_schema, read_entry
from coder_gen.language.shapes.kind import Kind, choice, pattern, text_schema
from coder_gen.language.shapes.mappings import RecordShape
from coder_gen.language.shapes.scalar_types import (
    ABSOLUTE,
    BELOW_ROOT,
    BYTES,
    CDI,
    DEVICE,
    EACH_ONCE,
    FILE_MODE,
    NONEMPTY,
    PERMISSIONS,
    TARGET,
    normalized_path,
)
from coder_gen.language.values import Device, Mount
from coder_gen.yaml.nodes import Mapping, Node

_TYPE = choice("bind", "volume", "tmpfs")
_PROPAGATION = choice("rprivate", "private", "rshared", "shared", "rslave", "slave")
_SELINUX = choice("z", "Z")
_CONSISTENCY = choice("consistent", "cached", "delegated")
_RECURSIVE = choice("enabled", "disabled", "writable", "readonly")
# The engines' rule for a volume's name.
_VOLUME = pattern("the name of a volume", r"[A-Za-z0-9][A-Za-z0-9_.-]*", "data")
# In `docker run --device` a colon ends a path.
_DEVICE_TARGET = pattern("an absolute path without a colon", "/[^:]*", "/dev/fuse")
_NEVER = Kind("false: no launcher lets an engine create a directory owned by root",
              ("false",).__contains__, "false", {"const": False}, ("boolean",))  # fmt: skip

BIND = {
    "propagation": Key(ScalarShape(_PROPAGATION, fixed=True), "Mount propagation."),
    "create_host_path": Key(
        ScalarShape(_NEVER, fixed=True), "Always false: a missing source is an error."
    ),
    "selinux": Key(ScalarShape(_SELINUX, fixed=True), "SELinux label: z shared, Z private."),
    "recursive": Key(
        ScalarShape(_RECURSIVE, fixed=True), "Whether mounts below the source are included."
    ),
}
VOLUME = {
    "nocopy": Key(BooleanShape(), "Do not fill a new volume from the image."),
    "subpath": Key(ScalarShape(NONEMPTY), "A path in the volume to mount."),
}
TMPFS = {
    "size": Key(ScalarShape(BYTES), "Size in bytes."),
    "mode": Key(ScalarShape(FILE_MODE, fixed=True), "File mode, octal digits."),
}
LONG = {
    "type": Key(ScalarShape(_TYPE, fixed=True), "bind, volume or tmpfs."),
    "source": Key(ScalarShape(NONEMPTY), "A path of the host (bind) or the name of a volume."),
    "target": Key(ScalarShape(TARGET), "The path in the container."),
    "read_only": Key(BooleanShape(), "Mount without write access."),
    "optional": Key(BooleanShape(), "If the source is missing, skip the mount with a notice."),
    "consistency": Key(ScalarShape(_CONSISTENCY, fixed=True), "A hint for Docker Desktop."),
    "bind": Key(RecordShape(BIND), "Options of a bind mount."),
    "volume": Key(RecordShape(VOLUME), "Options of a volume."),
    "tmpfs": Key(RecordShape(TMPFS), "Options of a tmpfs."),
}
_REQUIRED = ("type", "target")
_DEVICE = {
    "source": Key(ScalarShape(DEVICE), "The device of the host, or a CDI name."),
    "target": Key(ScalarShape(_DEVICE_TARGET), "Its path in the container; absent: the same."),
    "permissions": Key(ScalarShape(PERMISSIONS, fixed=True), "Some of r, w, m; absent: rwm."),
}


def _mount(node: Node, ctx: ParseContext) -> Mount | None:
    if isinstance(node, Mapping):
        return _long(node, ctx)
    text = ctx.text(node)
    return None if text is None else _short(text, ctx)


def _long(node: Mapping, ctx: ParseContext) -> Mount | None:
    entry = read_entry(node, LONG, _REQUIRED, ctx)
    if entry is None:
        return None
    kind, target = entry.fixed("type"), entry.text("target")
    assert kind is not None
    assert target is not None
    source = entry.text("source")
    for other in ("bind", "volume", "tmpfs"):
        if other != kind and other in entry:
            ctx.reporter.error(
                "E020", f"a {kind} mount has no `{other}` options", entry.place(other),
                f"remove `{other}`, or say type: {other}",
            )  # fmt: skip
    if kind == "bind" and source is None:
        ctx.reporter.error("E015", "a bind mount needs a `source`", node.span, "add source: PATH")
        return None
    if kind == "tmpfs" and source is not None:
        place = entry.place("source")
        ctx.reporter.error("E020", "a tmpfs has no `source`", place, "remove it")
    if kind != "bind" and entry.flag("optional"):
        ctx.reporter.error(
            "E020", "only a bind mount can be optional", entry.place("optional"),
            "remove `optional`, or say type: bind",
        )  # fmt: skip
    bind, volume, tmpfs = entry.section("bind"), entry.section("volume"), entry.section("tmpfs")
    return _checked(
        Mount(
            type=kind,
            source=_home(source) if source is not None and kind == "bind" else source,
            target=target,
            span=node.span,
            read_only=entry.flag("read_only"),
            optional=entry.flag("optional"),
            propagation=bind.fixed("propagation"),
            recursive=bind.fixed("recursive"),
            selinux=bind.fixed("selinux"),
            consistency=entry.fixed("consistency"),
            nocopy=volume.flag("nocopy"),
            subpath=volume.text("subpath"),
            size=tmpfs.text("size"),
            mode=tmpfs.fixed("mode"),
        ),
        ctx,
    )


def _checked(mount: Mount, ctx: ParseContext) -> Mount | None:
    source = mount.source
    if mount.type == "volume" and source is not None and source.is_literal:
        name = source.literal
        if (
            not name.replace("_", "a").replace(".", "a").replace("-", "a").isalnum()
            or not name.isascii()
        ):
            ctx.reporter.error(
                "E014", f"`{name}` is not the name of a volume", source.span,
                "a path of the host is type: bind and begins with / or ./",
            )  # fmt: skip
            return None
    if mount.type == "bind" and source is not None and source.is_literal and not is_path(source):
        ctx.reporter.error(
            "E014", f"`{source.literal}` is not a path of the host", source.span,
            f"write ./{source.literal}, or an absolute path",
        )  # fmt: skip
        return None
    if source is not None and not source.is_literal and isinstance(source.parts[0], Ref):
        kind = ABSOLUTE if mount.type == "bind" else _VOLUME
        return mount._replace(source=source._replace(kind=kind))
    return mount


def is_path(source: Text) -> bool:
    """Compose's rule for short volumes: a source that begins with / . or ~ is a path."""
    return any(source.startswith(first) for first in "/.~")


def _home(source: Text) -> Text:
    """``~`` is the home folder of the user who starts the container, as in Compose."""
    if not (source.startswith("~/") or (source.is_literal and source.literal == "~")):
        return source
    first = source.parts[0]
    assert isinstance(first, str)
    home = Text((Ref("HOME", "", (), source.span),), source.span)
    return (
        home
        + Text((first[1:],) if first[1:] else (), source.span)
        + Text(source.parts[1:], source.span)
    )


_SHORT_OPTIONS: dict[str, dict[str, Any]] = {
    "ro": {"read_only": True}, "rw": {"read_only": False}, "nocopy": {"nocopy": True},
    **{word: {"selinux": word} for word in ("z", "Z")},
    **{word: {"propagation": word} for word in
       ("rprivate", "private", "rshared", "shared", "rslave", "slave")},
    **{word: {"consistency": word} for word in ("consistent", "cached", "delegated")},
}  # fmt: skip


def _short(text: Text, ctx: ParseContext) -> Mount | None:
    """``[SOURCE:]TARGET[:OPTIONS]``."""
    fields = text.split(":")
    if len(fields) > 3:
        ctx.reporter.error(
            "E014", "too many colons for the short form of a volume", text.span,
            "write it in the long form: type, source, target",
        )  # fmt: skip
        return None
    options: dict[str, Any] = {}
    if len(fields) == 3:
        words = ctx.known(fields.pop())
        if words is None:
            return None
        for word in words.split(","):
            if word not in _SHORT_OPTIONS:
                ctx.reporter.error(
                    "E014", f"`{word}` is not an option of a volume", text.span,
                    f"the options are {' '.join(sorted(_SHORT_OPTIONS))}",
                )  # fmt: skip
                return None
            (made,) = _SHORT_OPTIONS[word].items()
            if options.setdefault(*made) != made[1]:
                ctx.reporter.error(
                    "E014", f"`{word}` contradicts another option of the volume: `{words}`",
                    text.span, "keep one of the two",
                )  # fmt: skip
                return None
        # Mounts are writable by default.
        options = {name: value for name, value in options.items() if value}
    target = ctx.checked(fields[-1], TARGET)
    if target is None:
        return None
    source = fields[0] if len(fields) == 2 else None
    if source is None:
        return Mount("volume", None, target, text.span)._replace(**options)
    if not source.parts:
        ctx.reporter.error(
            "E014", "the source of the volume is empty", text.span,
            "write a path or a name before the colon, or the target alone",
        )  # fmt: skip
        return None
    kind = short_type(source)
    if kind is None:
        # It is a path if the variable is one; not all declarations are known yet.
        ctx.paths.append(source)
        kind = "bind"
    if kind == "bind":
        source = _home(source)
    mount = Mount(kind, source, target, text.span)._replace(**options)
    if (kind == "bind" and mount.nocopy) or (
        kind == "volume" and (mount.propagation or mount.selinux)
    ):
        ctx.reporter.error(
            "E020", f"an option here does not fit a {kind} mount", text.span,
            "nocopy is for volumes; labels and propagation are for paths of the host",
        )  # fmt: skip
        return None
    return _checked(mount, ctx)


def short_words(mount: Mount) -> list[str]:
    """The mount's options as words of the short form."""
    words = (
        "ro" if mount.read_only else None, mount.selinux, mount.propagation, mount.consistency,
        "nocopy" if mount.nocopy else None,
    )  # fmt: skip
    return [word for word in words if word]


def short_form(mount: Mount) -> Text:
    """``[SOURCE:]TARGET[:OPTIONS]``, with what this form can express of the mount."""
    text = mount.target if mount.source is None else mount.source + ":" + mount.target
    words = ",".join(short_words(mount))
    return (text + f":{words}" if words else text)._replace(span=mount.span)


def long_form(mount: Mount) -> dict[str, Any]:
    """The mount's fields that are set, by key: texts, words and ``True``."""

    def given(keys: Iterable[str]) -> dict[str, Any]:
        values = ((key, getattr(mount, key, None)) for key in keys)
        return {key: value for key, value in values if value}

    parts = {"bind": given(BIND), "volume": given(VOLUME), "tmpfs": given(TMPFS)}
    return {**given(LONG), **{key: part for key, part in parts.items() if part}}


def short_type(source: Text) -> str | None:
    """The type of a mount by its short source, or None where its first variable decides."""
    first = source.parts[0]
    if isinstance(first, str):
        return "bind" if is_path(source) else "volume"
    # Always a path: ${HOME}, ${PWD}, or a variable and a slash later in the text.
    if first.name in ("HOME", "PWD") or any(isinstance(p, str) and "/" in p for p in source.parts):
        return "bind"
    return None


def _device(node: Node, ctx: ParseContext) -> Device | None:
    if isinstance(node, Mapping):
        entry = read_entry(node, _DEVICE, ("source",), ctx)
        if entry is None:
            return None
        source = entry.text("source")
        assert source is not None
        return Device(source, entry.text("target"), entry.fixed("permissions"), node.span)
    text = ctx.text(node, NONEMPTY)
    if text is None:
        return None
    fields = text.split(":")
    if len(fields) > 3:
        ctx.reporter.error(
            "E014",
            "too many colons for a device",
            text.span,
            "for example: /dev/fuse:/dev/fuse:rwm",
        )
        return None
    permissions = None
    if len(fields) == 3:
        permissions = ctx.known(fields[2])
        if permissions is None or ctx.checked(fields[2], PERMISSIONS) is None:
            return None
    target: Text | None = fields[1] if len(fields) > 1 else None
    if target is not None and target.is_literal and PERMISSIONS.accepts(target.literal):
        # docker run reads /dev/x:rw as permissions; Compose takes rw for a target and fails.
        permissions, target = target.literal, None
    source = ctx.checked(fields[0], DEVICE)
    if target is not None:
        target = ctx.checked(target, _DEVICE_TARGET)
        if target is None:
            return None
    return None if source is None else Device(source, target, permissions, text.span)


def one_path(text: Text) -> str:
    """The path in one spelling: `/x/`, `//x`, `/x/.` and `/a/../x` are all `/x`.

    A variable may hold any path, so `..` after one is kept.
    """
    if text.is_literal:
        return normalized_path(text.literal)
    steps: list[str] = []
    for step in Text(text.parts, text.span).split("/"):
        name = step.source
        if name == ".." and steps and "$" not in steps[-1] and steps[-1] != "..":
            steps.pop()
        elif name not in ("", "."):
            steps.append(name)
    return ("/" if text.startswith("/") else "") + "/".join(steps)


MOUNTS = ListShape(
    _mount,
    {
        "anyOf": [
            text_schema(
                "a volume: [SOURCE:]TARGET[:OPTIONS]", rf"(?:[^:]+:)?{BELOW_ROOT}(?::[A-Za-z,]+)?"
            ),
            entry_schema(LONG, _REQUIRED),
        ]
    },
    lambda mount: one_path(mount.target),
    noun="a list of volumes",
    what="mount on",
)
DEVICES = ListShape(
    _device,
    {
        "anyOf": [
            text_schema(
                "a device: SOURCE[:TARGET][:PERMISSIONS]",
                rf"(?:/[^:]*|{CDI})(?::/[^:]*)?(?::{EACH_ONCE})?",
            ),
            entry_schema(_DEVICE, ("source",)),
        ]
    },
    lambda device: one_path(device.inside),
    noun="a list of devices",
    what="device at",
)
