"""Declare the variables of a spec, with a type and a default from their use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coder_gen.expression import Part, Ref, Text, joined
from coder_gen.importing.draft.model import Container, Draft
from coder_gen.language.keys.document import BUILT_IN
from coder_gen.language.keys.mounts import is_path, long_form, short_type
from coder_gen.options.option_values import Data
from coder_gen.options.short_form import short_mount
from coder_gen.options.text_parts import reference
from coder_gen.text.diagnostics import WARNING, Diagnostic
from coder_gen.text.positions import Span

_PATHS_OF_HOST = ("HOME", "PWD")


def declare(draft: Draft) -> Draft:
    """Declare the variables that the containers use: ports and paths with type and default.

    The original may declare variables itself. A name with different defaults in different places
    keeps them there; one without a default is declared only by its name. A doubtful guess is a
    warning.
    """
    containers = draft.containers
    declared = {name: dict(found) for name, found in draft.variables.items()}
    doubts: list[Diagnostic] = []
    defaults = _defaults(containers)
    plain: set[str] = set()
    for name in sorted(_ports(containers)):
        default = defaults.get(name)
        if default is not None and _is_port(default) and name not in BUILT_IN:
            declared.setdefault(name, {"type": "port", "default": default})
            plain.add(name)
    for name, span in sorted(_sources(containers).items()):
        default = defaults.get(name)
        if default is None or name in declared or name in BUILT_IN:
            continue
        if not default.parts:
            declared[name] = {"type": "path"}
            doubts.append(_doubt(name, span))
        elif _is_absolute(default):
            declared[name] = {"type": "path", "default": default}
            plain.add(name)
    paths = {name for name, found in declared.items() if found.get("type") == "path"}
    changed = tuple(_changed(container, plain, paths) for container in containers)
    for ref in _refs(changed):
        if ref.name not in BUILT_IN and not ref.operator:
            declared.setdefault(ref.name, {})
    approximated = draft.counts.approximated + len(doubts)
    return draft._replace(
        containers=changed,
        variables=declared,
        diagnostics=(*draft.diagnostics, *doubts),
        counts=draft.counts._replace(approximated=approximated),
    )


def texts(value: Data) -> Iterator[Text]:
    """Every text in data."""
    if isinstance(value, Text):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def _refs(containers: Sequence[Container]) -> Iterator[Ref]:
    for container in containers:
        for setting in container.settings.values():
            for text in texts(setting.value):
                yield from text.refs()


def _defaults(containers: Sequence[Container]) -> dict[str, Text | None]:
    """By name: the only default of a variable, empty for no default, None for several."""
    found: dict[str, Text | None] = {}
    for ref in _refs(containers):
        value: Text | None = Text((), ref.span)
        if ref.operator in (":-", "-"):
            value = Text(ref.operand, ref.span)
        elif ref.operator.endswith("+"):
            value = None
        before = found.setdefault(ref.name, value)
        if before is not None and (value is None or before.source != value.source):
            found[ref.name] = None
    return found


def _ports(containers: Sequence[Container]) -> set[str]:
    """Variables that hold a whole port in an entry of ``ports``."""
    return {
        ref.name
        for item in _entries(containers, "ports")
        for field in _port_fields(item)
        if (ref := reference(field)) is not None
    }


def _port_fields(item: Data) -> list[Text]:
    if isinstance(item, Text):
        return item.split("/", 1)[0].split(":")[-2:]
    fields = [item.get("target"), item.get("published")] if isinstance(item, dict) else []
    return [field for field in fields if isinstance(field, Text)]


def _is_port(default: Text) -> bool:
    value = default.literal if default.is_literal else ""
    return value.isdecimal() and 1 <= int(value) <= 65535 and value == str(int(value))


def _sources(containers: Sequence[Container]) -> dict[str, Span]:
    """Variables that are the source of a short volume: only the value shows if it is a path."""
    return {
        ref.name: item.span
        for item in _entries(containers, "volumes")
        if (ref := _unclear(item)) is not None
    }


def _doubt(name: str, span: Span) -> Diagnostic:
    return Diagnostic(
        "W535", WARNING,
        f"{name} is taken for a path: the original takes the name of a volume, too", span,
        "where it is one, write the volume at length, with `type: volume`",
    )  # fmt: skip


def _unclear(item: Data) -> Ref | None:
    """The variable that a volume's kind depends on."""
    if not isinstance(item, Text):
        return None
    source, *target = item.split(":")
    if not target or not source.parts or short_type(source) is not None:
        return None
    first = source.parts[0]
    return first if isinstance(first, Ref) else None


def _is_absolute(default: Text) -> bool:
    first = default.parts[0] if default.parts else ""
    if isinstance(first, Ref):
        return first.name in _PATHS_OF_HOST and not first.operator
    return first.startswith("/")


def _entries(containers: Sequence[Container], key: str) -> Iterator[Data]:
    for container in containers:
        setting = container.settings.get(key)
        if setting is not None and isinstance(setting.value, list):
            yield from setting.value


def _at_length(item: Data, paths: set[str]) -> Data:
    """A volume whose source is not declared as a path, in the long form, which has a type."""
    ref = _unclear(item)
    if ref is None or (ref.name in paths and not ref.operator.endswith("+")):
        return item
    default = Text(ref.operand, ref.span)
    named = ref.operator in (":-", "-") and not (_is_absolute(default) or is_path(default))
    found = short_mount(item)
    if named and not (found.selinux or found.propagation):
        found = found._replace(type="volume")
    return long_form(found)


def _plain(text: Text, names: set[str]) -> Text:
    """A text with ``${PORT}`` for ``${PORT:-7860}``, if PORT is declared with that default."""

    def plain(part: Part) -> Part:
        if isinstance(part, Ref) and part.name in names:
            return part._replace(operator="", operand=())
        return part

    return Text(joined(plain(part) for part in text.parts), text.span)


def _changed(container: Container, plain: set[str], paths: set[str]) -> Container:
    def each(value: Data) -> Data:
        if isinstance(value, Text):
            return _plain(value, plain)
        if isinstance(value, dict):
            return {key: each(item) for key, item in value.items()}
        return [each(item) for item in value] if isinstance(value, list) else value

    settings = {k: old._replace(value=each(old.value)) for k, old in container.settings.items()}
    volumes = settings.get("volumes")
    if volumes is not None and isinstance(volumes.value, list):
        items = [_at_length(item, paths) for item in volumes.value]
        settings["volumes"] = volumes._replace(value=items)
    return container._replace(settings=settings)
