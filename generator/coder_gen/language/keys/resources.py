"""The keys for the host's resources: limits, block devices, GPUs."""

from __future__ import annotations

from coder_gen import expression
from coder_gen.expression import Text
from coder_gen.language.context import ParseContext
from coder_gen.language.keys.mounts import one_path
from coder_gen.language.shapes.base import (
    Key,
    ListShape,
    PairsShape,
    ScalarShape,
    Setting,
    Value,
    texts,
)
from coder_gen.language.shapes.entries import LongEntry, entry_schema, read_entry
from coder_gen.language.shapes.kind import ANY_NUMBER, Kind, integer, pattern, text_schema
from coder_gen.language.shapes.mappings import NamedShape, RecordShape
from coder_gen.language.shapes.scalar_types import ABSOLUTE, BYTES, NONEMPTY, ULIMIT  # fmt: skip
from coder_gen.language.values import Gpu, Rate, Ulimit, Weight
from coder_gen.yaml.nodes import Mapping, Node, Scalar

_COUNT = integer(0)
_LIMIT = integer(-1)._replace(name="a limit: an integer below 2^63, -1 for unlimited")


def _both(node: Scalar, ctx: ParseContext) -> dict[str, Setting] | None:
    """``nofile: 1024`` sets the soft and the hard limit."""
    text = ctx.text(node, _LIMIT)
    return None if text is None else {"soft": Setting(text, node.span, ctx.origin)}


class _Limit(RecordShape):
    """Compose: soft and hard limit are one value, which a later layer replaces as a whole."""

    def parse(self, node: Node, ctx: ParseContext) -> dict[str, Setting] | None:
        found = super().parse(node, ctx)
        if found is None or any(name not in found for name in self.required):
            return None
        soft, hard = (LongEntry(found).text(name) for name in self.keys)
        if soft and hard and soft.is_literal and hard.is_literal and _height(soft) > _height(hard):
            ctx.reporter.error(
                "E014", f"the soft limit {soft.literal} is above the hard one, {hard.literal}",
                soft.span, "write soft and hard the other way round",
            )  # fmt: skip
        return found

    def merge(self, base: Value, over: Value) -> Value:
        return over


def _height(limit: Text) -> float:
    return float("inf") if limit.literal == "-1" else int(limit.literal)


ULIMITS = NamedShape(
    ULIMIT,
    _Limit(
        {
            "soft": Key(ScalarShape(_LIMIT), "The limit in force."),
            "hard": Key(
                ScalarShape(_LIMIT), "The limit to which the process may raise the soft one."
            ),
        },
        noun="an integer, or soft and hard",
        shorthand=_both,
        shorthand_schema=_LIMIT.schema,
        required=("soft",),
    ),
)


def ulimit(name: str, setting: Setting) -> Ulimit:
    """The canonical form of one entry of ULIMITS."""
    entry = LongEntry(setting.value)
    soft = entry.text("soft")
    assert soft is not None
    return Ulimit(name, soft, entry.text("hard"), setting.span)


_WEIGHT = integer(10, 1000)


def _device_list(
    value_name: str, kind: Kind, make: type[Weight] | type[Rate], summary: str
) -> ListShape:
    keys = {
        "path": Key(ScalarShape(ABSOLUTE), "The block device."),
        value_name: Key(ScalarShape(kind, fixed=kind is _WEIGHT), summary),
    }

    def item(node: Node, ctx: ParseContext) -> Value:
        if not isinstance(node, Mapping):
            wanted = f"a mapping with path and {value_name}"
            example = f"{{path: /dev/sda, {value_name}: {kind.example}}}"
            ctx.wrong_type(node, wanted, f"for example: {example}")
            return None
        entry = read_entry(node, keys, ("path", value_name), ctx)
        return None if entry is None else make(*(entry.text(name) for name in keys))  # type: ignore[arg-type]

    return ListShape(
        item, entry_schema(keys, tuple(keys)), lambda value: one_path(value.path), what="value for"
    )


BLKIO = RecordShape(
    {
        "weight": Key(
            ScalarShape(_WEIGHT, fixed=True), "Share of block I/O, 10 to 1000.", "--blkio-weight"
        ),
        "weight_device": Key(
            _device_list("weight", _WEIGHT, Weight, "Its share."),
            "Share per device.",
            "--blkio-weight-device",
        ),
        "device_read_bps": Key(
            _device_list("rate", BYTES, Rate, "Bytes per second."),
            "Read limit.",
            "--device-read-bps",
        ),
        "device_read_iops": Key(
            _device_list("rate", _COUNT, Rate, "Operations per second."),
            "Read limit.",
            "--device-read-iops",
        ),
        "device_write_bps": Key(
            _device_list("rate", BYTES, Rate, "Bytes per second."),
            "Write limit.",
            "--device-write-bps",
        ),
        "device_write_iops": Key(
            _device_list("rate", _COUNT, Rate, "Operations per second."),
            "Write limit.",
            "--device-write-iops",
        ),
    }
)

_GPU_COUNT = Kind("a number or all", lambda v: v == "all" or integer(1).accepts(v), "all",
                  text_schema("a number or all", "all|[1-9][0-9]*", {"type": "integer", "minimum": 1}, examples=["all"]), pattern="all|[1-9][0-9]{0,17}")  # fmt: skip
# The engines read a comma as the end of a value.
_ONE = pattern("one word without a comma", "[^,]+", "0", ANY_NUMBER)
_GPU = {
    "driver": Key(ScalarShape(NONEMPTY), "The driver, for example nvidia."),
    "count": Key(ScalarShape(_GPU_COUNT), "The number of devices, or all."),
    "device_ids": Key(texts(_ONE), "The ids of devices."),
    "capabilities": Key(
        texts(_ONE), "Capabilities that the driver has to provide, for example gpu, compute."
    ),
    "options": Key(PairsShape(), "Options of the driver."),
}


class _Gpus:
    """``gpus``: ``all``, or a list of requests: tuple of Gpu."""

    _requests = ListShape(lambda node, ctx: _gpu(node, ctx), entry_schema(_GPU, ()), None)

    def parse(self, node: Node, ctx: ParseContext) -> tuple[Gpu, ...] | None:
        if isinstance(node, Scalar):
            count = ctx.text(node, _GPU_COUNT)
            return None if count is None else (Gpu(None, count, (), (), {}, node.span),)
        return self._requests.parse(node, ctx)

    def merge(self, base: Value, over: Value) -> Value:
        return over

    def schema(self) -> dict[str, object]:
        return {"anyOf": [dict(_GPU_COUNT.schema), self._requests.schema()]}


def _gpu(node: Node, ctx: ParseContext) -> Gpu | None:
    if not isinstance(node, Mapping):
        example = "for example: {count: all, capabilities: [gpu]}"
        ctx.wrong_type(node, "a request for accelerators: a mapping", example)
        return None
    entry = read_entry(node, _GPU, (), ctx)
    if entry is None:
        return None
    count, ids = entry.text("count"), entry.texts("device_ids")
    if count is not None and ids:
        ctx.reporter.error(
            "E020", "`count` and `device_ids` exclude each other", entry.place("device_ids"),
            "keep one of the two",
        )  # fmt: skip
    if count is None and not ids:
        count = expression.literal("all", node.span)
    return Gpu(
        entry.text("driver"),
        count,
        ids,
        entry.texts("capabilities"),
        entry.pairs("options"),
        node.span,
    )


GPUS = _Gpus()
