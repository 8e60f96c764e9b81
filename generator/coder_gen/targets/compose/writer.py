"""Text and scalars in a Compose file, and the variables that they need from ``.env``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from coder_gen.expression import Parts, Ref, Text, source
from coder_gen.language.keys.container import KEYS
from coder_gen.language.keys.document import BUILT_IN
from coder_gen.language.shapes.base import ScalarShape
from coder_gen.language.values import Variable
from coder_gen.plan import resolve
from coder_gen.quoting import compose as language
from coder_gen.quoting.yaml import Yaml

HOW = "run: coder-gen env > .env"


class EnvEntry(NamedTuple):
    """A variable that ``.env`` has to set: its value as text, or the kind of value of the host.

    ``kind`` is built-in, text, auto, required, cookie, mount and mount-at (the two paths of an
    optional mount) or source (of a required mount: checked, but not written).
    """

    name: str
    kind: str
    value: Text | None


class ComposeWriter:
    """Writes the services; collects the variables that ``.env`` has to set."""

    def __init__(self, variables: Mapping[str, Variable], modern: bool) -> None:
        self.variables = variables
        self.modern = modern
        self.needs: dict[str, EnvEntry] = {}
        # The volumes that services name, each with its name for the engine.
        self.volumes: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def text(self, text: Text) -> str:
        """A string with the same variables in Compose's syntax."""
        return self._parts(text.parts)

    def scalar(self, key: str, text: Text) -> object:
        """A scalar with the key's own type if the value is known."""
        shape = KEYS[key].shape
        native = shape.kind.native if isinstance(shape, ScalarShape) else "string"
        return self.native(text, native)

    def native(self, text: Text, native: str) -> object:
        """A number or boolean if the value is known, else a string."""
        if text.is_literal and (native == "number" or text.literal == "-1"):
            return Yaml(text.literal)
        if text.is_literal and native == "boolean":
            return text.literal == "true"
        return self.text(text)

    def need(self, name: str, kind: str, value: Text | None = None) -> str:
        """A variable that has to come from ``.env``."""
        self.needs.setdefault(name, EnvEntry(name, kind, value))
        # A text of variables alone may be empty; then .env sets it to an empty value.
        filled = value is None or any(isinstance(part, str) for part in value.parts)
        return f"${{{name}{':?' if filled else '?'}{HOW}}}"

    def name_for(self, prefix: str, what: Parts) -> str:
        """A variable name made of the words in a text: always the same one, and unique."""
        key = prefix + source(what)
        if key not in self._names:
            words = "_".join(p if isinstance(p, str) else p.name for p in what).upper()
            name = "_".join([prefix, *re.findall("[A-Z0-9]+", words)])
            taken = {*self._names.values(), *self.variables}
            while name in taken:
                name += "_"
            self._names[key] = name
        return self._names[key]

    def volume(self, source: Text) -> str:
        """The file's own key for a volume: Compose accepts no variables in keys."""
        own = self.text(source)
        words = "".join(p if isinstance(p, str) else p.name.lower() for p in source.parts)
        key = words if source.is_literal else re.sub("[^A-Za-z0-9_.-]+", "-", words)
        while self.volumes.get(key, own) != own:
            key += "_"
        self.volumes[key] = own
        return key

    def _parts(self, parts: Parts) -> str:
        return language.text(parts, self._variable)

    def _variable(self, ref: Ref) -> str:
        found = resolve(ref, self.variables)
        if found != (ref,):
            return self._parts(found)
        if ref.name in BUILT_IN:
            return self.need(ref.name, "built-in")
        variable = self.variables.get(ref.name)
        if variable is not None and not ref.operator:
            return self._declared(variable)
        if ref.operator.endswith("?"):
            why = "".join(p if isinstance(p, str) else p.name for p in ref.operand)
            return f"${{{ref.name}{ref.operator}{language.message(why) or 'a value is needed'}}}"
        if ref.operator.endswith("+") or not language.fits_in_braces(ref.operand):
            # Not every reader knows + or nested variables, so .env holds the value.
            return self.need(
                self.name_for("VALUE", (ref, *ref.operand)), "text", Text((ref,), ref.span)
            )
        return f"${{{ref.name}{ref.operator}{self._parts(ref.operand)}}}"

    def _declared(self, variable: Variable) -> str:
        if variable.default is None:
            kind = "auto" if variable.auto else "required"
            how = HOW if variable.auto else language.message(variable.help) or "a value is needed"
            self.needs.setdefault(variable.name, EnvEntry(variable.name, kind, None))
            return f"${{{variable.name}:?{how}}}"
        if not language.fits_in_braces(variable.default.parts):
            return self.need(variable.name, "text", variable.default)
        return f"${{{variable.name}:-{self._parts(variable.default.parts)}}}"
