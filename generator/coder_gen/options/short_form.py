"""Canonical values of the spec's shapes in the shortest form with the same meaning."""

from __future__ import annotations

from typing import Any

from coder_gen.expression import Text
from coder_gen.language.context import ParseContext
from coder_gen.language.keys.container import KEYS
from coder_gen.language.keys.mounts import DEVICES, MOUNTS, long_form, short_form
from coder_gen.language.keys.ports import PORTS
from coder_gen.language.shapes.base import ListShape, ScalarShape, Setting
from coder_gen.language.values import Device, EnvFile, Gpu, Inherit, Mount, Port, Rate, Weight
from coder_gen.options.option_values import Data
from coder_gen.text.diagnostics import Reporter
from coder_gen.text.positions import Span
from coder_gen.yaml.nodes import Scalar


def data_of(key: str, value: Any) -> Data:
    """A key's canonical value, the result of its shape's ``parse``, as plain data."""
    if key == "ulimits":
        limits = _mapping(value)
        return {n: v["soft"] if set(v) == {"soft"} else v for n, v in limits.items()}
    if key == "extra_hosts":
        return [host + "=" + address for host, address in value]
    if key == "networks":
        networks = _mapping(value)
        return networks if any(networks.values()) else list(networks)
    if key == "healthcheck":
        return _healthcheck(_mapping(value))
    shape = KEYS[key].shape if key in KEYS else None
    if isinstance(shape, ScalarShape) and shape.kind.native == "boolean" and value.is_literal:
        return bool(value.literal == "true")
    if key == "gpus" and len(value) == 1 and _is_all(value[0]):
        return "all"
    return _data(value)


def _data(value: Any) -> Data:
    if isinstance(value, Setting):
        return _data(value.value)
    if isinstance(value, (Text, bool, str)) or value is None:
        return value
    if isinstance(value, Inherit):
        return None
    if isinstance(value, Port):
        return _port(value)
    if isinstance(value, Mount):
        return mount(value)
    if isinstance(value, Device):
        return _device(value)
    if isinstance(value, EnvFile):
        more: dict[str, Data] = {"required": False} if not value.required else {}
        more |= {"format": "raw"} if value.raw else {}
        return {"path": value.path, **more} if more else value.path
    if isinstance(value, Gpu):
        found = {k: _data(v) for k, v in value._asdict().items() if v and k != "span"}
        return {("count" if k == "number" else k): v for k, v in found.items()}
    if isinstance(value, (Weight, Rate)):
        return dict(value._asdict())
    if isinstance(value, dict):
        return {name: _data(item) for name, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_data(item) for item in value]
    raise TypeError(f"no form for an import: {value!r}")


def _mapping(value: Any) -> dict[str, Any]:
    found = _data(value)
    assert isinstance(found, dict)
    return found


def _healthcheck(found: dict[str, Any]) -> Data:
    test = found.get("test")
    if test and test[0].source == "CMD-SHELL":
        return {**found, "test": test[1]}
    if test and test[0].source == "NONE":
        return {"disable": True}
    return found


def _is_all(gpu: Gpu) -> bool:
    bare = not (gpu.driver or gpu.device_ids or gpu.options)
    return (
        bare
        and gpu.number is not None
        and gpu.number.source == "all"
        and [c.source for c in gpu.capabilities] in ([], ["gpu"])
    )


def _bare(value: Any) -> Any:
    """The value without places, so that values with the same meaning are equal."""
    if isinstance(value, Text):
        return value.source
    if isinstance(value, tuple):
        names = getattr(value, "_fields", range(len(value)))
        return [_bare(v) for n, v in zip(names, value) if n != "span"]
    return [_bare(item) for item in value] if isinstance(value, list) else value


def _reads_as(shape: ListShape, text: Text, value: Any) -> bool:
    """Whether the spec's reader reads the short form as the same value."""
    reporter = Reporter()
    read = shape.item(Scalar(text.source, False, None, text.span), ParseContext(reporter, {}))
    read = read[0] if isinstance(read, list) and len(read) == 1 else read
    return not reporter.failed and _bare(read) == _bare(value)


def _empty(span: Span) -> Text:
    return Text((), span)


def _port(port: Port) -> Data:
    text = port.target
    if port.published is not None or port.host_ip is not None:
        text = (port.published or _empty(port.span)) + ":" + text
    if port.host_ip is not None:
        brackets = port.host_ip.is_literal and ":" in port.host_ip.literal
        address = "[" + port.host_ip + "]" if brackets else port.host_ip
        text = address + ":" + text
    if port.protocol != "tcp":
        text = text + f"/{port.protocol}"
    text = text._replace(span=port.span)
    if _reads_as(PORTS, text, port):
        return text
    long = {
        "target": port.target, "published": port.published, "host_ip": port.host_ip,
        "protocol": port.protocol if port.protocol != "tcp" else None, "name": port.name,
        "app_protocol": port.app_protocol,
    }  # fmt: skip
    return {key: value for key, value in long.items() if value is not None}


def mount(value: Mount) -> Data:
    """A mount in the short form if that expresses all of it, else in the long form."""
    text = short_form(value)
    return text if _reads_as(MOUNTS, text, value) else long_form(value)


def short_mount(text: Text) -> Mount:
    """The mount that a valid short form describes."""
    node = Scalar(text.source, False, None, text.span)
    found = MOUNTS.item(node, ParseContext(Reporter(), {}))
    assert isinstance(found, Mount)
    return found


def _device(device: Device) -> Data:
    text = device.source
    if device.target is not None and device.target.source != device.source.source:
        text = text + ":" + device.target
        if device.permissions not in (None, "rwm"):
            text = text + f":{device.permissions}"
    elif device.permissions not in (None, "rwm"):
        text = text + ":" + device.source + f":{device.permissions}"
    text = text._replace(span=device.span)
    wanted = device._replace(
        target=None if text.source == device.source.source else device.inside,
        permissions=None if device.permissions == "rwm" else device.permissions,
    )
    if _reads_as(DEVICES, text, wanted):
        return text
    return {k: v for k, v in device._asdict().items() if v is not None and k != "span"}
