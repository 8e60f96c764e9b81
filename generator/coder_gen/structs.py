"""Structs: tuples whose items have names, as ``typing.NamedTuple`` makes them, and made quickly.

A type checker sees NamedTuple itself. That compiles a constructor and every annotation of each
class, a tenth of a millisecond apiece, and a short run of this program defines more than fifty.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

__all__ = ["Struct"]

if TYPE_CHECKING:
    from typing import NamedTuple as Struct
else:

    class _StructType(type):
        """Makes a class's annotated names the names of a tuple's items."""

        def __new__(meta, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> _StructType:
            fields = tuple(body.get("__annotations__", ()))
            body["_fields"] = fields
            body["_defaults"] = {field: body.pop(field) for field in fields if field in body}
            body["__slots__"] = ()
            for i, field in enumerate(fields):
                body[field] = property(itemgetter(i))
            return super().__new__(meta, name, bases, body)

    class Struct(tuple, metaclass=_StructType):
        """A tuple with named items; a class body gives their names, types and defaults."""

        def __new__(cls, *values: Any, **named: Any) -> Struct:
            fields = cls._fields
            if len(values) == len(fields) and not named:
                return tuple.__new__(cls, values)
            given = dict(zip(fields, values))
            if (
                len(values) > len(fields)
                or given.keys() & named.keys()
                or named.keys() - set(fields)
            ):
                raise TypeError(f"{cls.__name__} takes {', '.join(fields)}")
            given = {**cls._defaults, **given, **named}
            if len(given) < len(fields):
                missing = [field for field in fields if field not in given]
                raise TypeError(f"{cls.__name__} needs {', '.join(missing)}")
            return tuple.__new__(cls, [given[field] for field in fields])

        def _replace(self, **named: Any) -> Struct:
            return type(self)(**{**self._asdict(), **named})

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self))

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

        def __repr__(self) -> str:
            items = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({items})"
