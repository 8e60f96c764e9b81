"""The options of ``apptainer run``, and the keys of the spec for each.

Source: apptainer-run(1) of Apptainer 1.4.
"""

from __future__ import annotations

from collections.abc import Mapping

from coder_gen.expression import Text, joined, literal
from coder_gen.options.flag_table import flags_of, table_of
from coder_gen.options.forms import KeyValues, ValueReader, env_file, scalar
from coder_gen.options.option_values import Data
from coder_gen.options.rules import DOCKER
from coder_gen.options.text_parts import fields, known, name_and_value


def _bind(value: Text) -> KeyValues | None:
    found: list[Data] = []
    for item in value.split(","):
        source, *rest = item.split(":")
        if any("\\" in part for part in item.parts if isinstance(part, str)):
            return None
        target = rest[0] if rest and rest[0].parts else source
        words = [known(option) for option in rest[1:]]
        if words not in ([], ["ro"], ["rw"]):
            return None
        found.append(source + ":" + target + (":ro" if words == ["ro"] else ""))
    return [("volumes", found)]


def _mount(value: Text) -> KeyValues | None:
    result: dict[str, Data] = {"type": "bind"}
    try:
        parts = fields(value)
    except ValueError:
        return None
    for part in parts:
        found = name_and_value(part)
        name = found[0] if found is not None else ""
        text = found[1] if found is not None else None
        if name == "ro" and (text is None or known(text) == "true"):
            result["read_only"] = True
        elif name in ("source", "src") and text is not None:
            result["source"] = text
        elif name in ("destination", "dst", "target") and text is not None:
            result["target"] = text
        elif name != "type" or text is None or known(text) != "bind":
            return None
    return [("volumes", [result])]


def _environment(value: Text) -> KeyValues | None:
    entries: dict[str, list[Text]] = {}
    last = ""
    for part in value.split(","):
        found = name_and_value(part)
        if found is not None and found[1] is not None and found[0]:
            last = found[0]
            entries[last] = [found[1]]
        elif last:
            entries[last] += (literal(",", part.span), part)
        else:
            return None
    values: dict[str, Data] = {
        name: Text(joined(each for text in texts for each in text.parts), value.span)
        for name, texts in entries.items()
    }
    return [("environment", values)]


def _listed(key: str) -> ValueReader:
    return lambda value: [(key, list(value.split(",")))]


def _true(key: str) -> ValueReader:
    return lambda value: [("apptainer", {key: True})] if known(value) == "true" else []


def _home(value: Text) -> KeyValues | None:
    return [("apptainer", {"home": value})] if len(value.split(":")) == 1 else None


# The same as options of ``docker run``.
_SAME = """
cpu-shares cpus cpuset-cpus cpuset-mems hostname memory
memory-reservation memory-swap pids-limit
"""
READERS: Mapping[str, ValueReader] = {
    **{name: read for name, read in DOCKER.items() if name in _SAME.split()},
    "add-caps": _listed("cap_add"),
    "bind": _bind,
    "cwd": scalar("working_dir"),
    "dns": _listed("dns"),
    "drop-caps": _listed("cap_drop"),
    "env": _environment,
    "env-file": env_file,
    "fakeroot": _true("fakeroot"),
    "home": _home,
    "mount": _mount,
    "no-privs": lambda value: [("cap_drop", ["ALL"])],
    "nv": lambda value: [("gpus", "all")],
    "oom-kill-disable": lambda value: [("oom_kill_disable", True)],
    "rocm": lambda value: [("gpus", [{"driver": "amd", "count": "all"}])],
    "scratch": lambda value: [("tmpfs", [value])],
    "userns": _true("userns"),
}

TABLE = table_of(
    (
        *flags_of(
            """
            allow-setuid boot cleanenv compat contain containall disable-cache docker-login fakeroot
            help ipc keep-privs net no-eval no-home no-https no-init no-pid no-privs no-umask nohttps
            nv nvccli oom-kill-disable passphrase pid rocm sharens unsquash userns uts writable
            writable-tmpfs
            """,
            alone=True,
        ),
        *flags_of(
            """
            add-caps app apply-cgroups authfile bind blkio-weight blkio-weight-device cpu-shares cpus
            cpuset-cpus cpuset-mems cwd dmtcp-launch dmtcp-restart dns docker-host drop-caps env
            env-file fusemount home hostname memory memory-reservation memory-swap mount netns-path
            network network-args no-mount overlay pem-path pid-file pids-limit runscript-timeout
            scratch security shell workdir
            """
        ),
    ),
    """
    bind:B cleanenv:e contain:c containall:C fakeroot:f help:h home:H ipc:i net:n overlay:o pid:p
    scratch:S shell:s userns:u workdir:W writable:w
    """,
)
