"""Write the YAML that `import` prints, in the style of a spec written by hand."""

from __future__ import annotations

from collections.abc import Mapping

from coder_gen.expression import Text
from coder_gen.importing.draft.mode_split import ResetKey, Split, split
from coder_gen.importing.draft.model import Container, Draft
from coder_gen.importing.draft.names import name_of_draft
from coder_gen.importing.draft.yaml_style import block_lines, flow_list, key_of, scalar
from coder_gen.language.keys.container import KEYS
from coder_gen.options.option_values import Data, KeyValue, text_of
from coder_gen.options.validate import place_of
from coder_gen.quoting.yaml import comment
from coder_gen.quoting.yaml import scalar as quoted
from coder_gen.text.positions import Span

# Lists with one item a line, even if they are short.
_BLOCK = frozenset(["ports", "volumes", "devices", "env_file", "secrets", "configs"])
_BUILT_IN_MODES = ("service", "shell")


def write(draft: Draft) -> str:
    """Write the spec. Keys shared by the containers are at the top."""
    return _Writer(draft.notes).document(draft, split(list(draft.containers)))


class _Writer:
    def __init__(self, notes: Mapping[int, str]) -> None:
        self.notes = dict(notes)
        # The last line with only a key and a comment, the comment's original line, the comment.
        self.header = (-1, -1, "")
        self.lines: list[str] = []

    def document(self, draft: Draft, parts: Split) -> str:
        """The whole text, in the usual order of a spec."""
        for line in draft.comments:
            self.add(comment(line), 0, None)
        if draft.comments:
            self.gap()
        first = draft.containers[0]
        self.add(f"name: {scalar(name_of_draft(draft))}", 0, None)
        if draft.description:
            self.add(f"description: {scalar(draft.description)}", 0, None)
        if draft.variables:
            self.gap()
            self.add("variables:", 0, None)
            for name, declaration in draft.variables.items():
                self.variable(name, declaration)
        self.gap()
        # The image first, then its build.
        common = dict(parts.common)
        if "image" in common:
            self.key("image", common.pop("image"), 0)
        for key, setting in draft.top.items():
            self.key(key, setting, 0)
        self.settings(common, 0)
        has_modes = any(
            c.description or c.mode not in _BUILT_IN_MODES or parts.own[c.mode]
            for c in draft.containers
        )
        if has_modes or first.mode != "service":
            self.gap()
        if first.mode != "service":
            self.add(f"default_mode: {first.mode}", 0, first.span)
        if has_modes:
            self.add("modes:", 0, None)
            for container in draft.containers:
                own = parts.own[container.mode]
                self.mode(container, own)
        return "\n".join(self.lines) + "\n"

    def mode(self, container: Container, own: Mapping[str, KeyValue]) -> None:
        """Write one mode."""
        if not own and not container.description:
            if container.mode not in _BUILT_IN_MODES:
                self.add(f"{container.mode}: {{}}", 1, container.span)
            return
        self.add(f"{container.mode}:", 1, container.span)
        if container.description:
            self.add(f"description: {scalar(container.description)}", 2, container.span)
        self.settings(own, 2)

    def settings(self, settings: Mapping[str, KeyValue], indent: int) -> None:
        """Write keys in the order of the reference."""
        for key in (*KEYS, *(key for key in settings if key not in KEYS)):
            if key in settings:
                self.key(key, settings[key], indent)

    def variable(self, name: str, declaration: Mapping[str, Data]) -> None:
        """Write a declaration, on one line if it is short."""
        if not declaration:
            self.add(f"{name}:", 1, None)
        elif set(declaration) == {"default"}:
            self.add(f"{name}: {scalar(declaration['default'])}", 1, None)
        else:
            parts = []
            for key, value in declaration.items():
                listed = flow_list(value, 0) if isinstance(value, list) else None
                parts.append(f"{key}: {listed or scalar(value, flow=True)}")
            self.add(f"{name}: {{{', '.join(parts)}}}", 1, None)

    def key(self, key: str, setting: KeyValue, indent: int) -> None:
        """Write a key of the container, with its comments."""
        for line in setting.comments:
            self.add(comment(line), indent, setting.span)
        self.value(key, key, setting.value, indent, setting.span)

    def value(self, key: str, name: str, value: Data, indent: int, span: Span) -> None:
        """Write ``name: value``; ``key`` is the spec's key to which it belongs."""
        written = name if name == key and name in KEYS else key_of(name)
        if isinstance(value, Text):
            span = value.span
        if isinstance(value, ResetKey):
            self.add(f"{written}: !reset {value.empty}", indent, span)
        elif isinstance(value, dict) and value:
            self.add(f"{written}:", indent, span)
            for inner, item in value.items():
                self.value(key, inner, item, indent + 1, span)
        elif isinstance(value, list):
            used = 2 * indent + len(written) + 2
            line = flow_list(value, used) if key not in _BLOCK or not value else None
            if line is not None:
                first = next((v.span for v in value if isinstance(v, Text)), span)
                self.add(f"{written}: {line}", indent, first)
                return
            self.add(f"{written}:", indent, span)
            for item in value:
                self.item(key, item, indent + 1, span)
        elif value is None or value == {}:
            self.add(f"{written}:" if value is None else f"{written}: {{}}", indent, span)
        else:
            block = block_lines(value, 0)
            if block is not None:
                self.add(f"{written}: {block[0]}", indent, span)
                for line in block[1:]:
                    self.add(line, indent + 1, span)
            else:
                self.add(f"{written}: {scalar(value)}", indent, span)

    def item(self, key: str, item: Data, indent: int, span: Span) -> None:
        """Write ``- item``; a mapping starts on the line of the dash."""
        if isinstance(item, dict) and item:
            at = len(self.lines)
            place = place_of(item) or span
            for inner, value in item.items():
                self.value(key, inner, value, indent + 1, place)
            pad = "  " * indent
            self.lines[at] = pad + "- " + self.lines[at][len(pad) + 2 :]
            return
        place = item.span if isinstance(item, Text) else span
        block = block_lines(item, 0)
        if block is not None:
            self.add(f"- {block[0]}", indent, place)
            for line in block[1:]:
                self.add(line, indent + 1, place)
            return
        # All ports are quoted: some YAML readers take `22:22` for a base-60 number.
        line = quoted(text_of(item)) if key in ("ports", "expose") else scalar(item)
        self.add(f"- {line}", indent, place)

    def add(self, line: str, indent: int, span: Span | None) -> None:
        """Write a line, with the comment at the end of its original line."""
        if span is not None:
            line = self.noted(line, span.line)
        self.lines.append("  " * indent + line if line else line)

    def noted(self, line: str, of: int) -> str:
        """A line with the comment of its original line; an item takes over its key's comment."""
        if self.header[:2] == (len(self.lines) - 1, of):
            note = self.header[2]
            self.lines[-1] = self.lines[-1].removesuffix(note)
            return line + note
        if of not in self.notes or line.startswith("#") or line.endswith(("|", "|-")):
            return line
        note = "  " + comment(self.notes.pop(of))
        if line.endswith(":"):
            self.header = (len(self.lines), of, note)
        return line + note

    def gap(self) -> None:
        """Write an empty line between sections."""
        if self.lines:
            self.lines.append("")
