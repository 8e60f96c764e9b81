"""References to built-in variables, which always have a value."""

from __future__ import annotations

from coder_gen.expression import Part, Ref, Text, joined
from coder_gen.language.keys.document import BUILT_IN
from coder_gen.options.option_values import Data


def changed(value: Data) -> Data:
    """A value with ``${UID}`` for ``${UID:?message}``, because UID always has a value."""
    if isinstance(value, Text):
        return value._replace(parts=joined(map(_built_in, value.parts)))
    if isinstance(value, dict):
        return {name: changed(item) for name, item in value.items()}
    return [changed(item) for item in value] if isinstance(value, list) else value


def _built_in(part: Part) -> Part:
    if isinstance(part, Ref) and part.name in BUILT_IN and part.operator.endswith("?"):
        return part._replace(operator="", operand=())
    return part
