"""One run of Apptainer or Singularity, read as the settings of a container.

Without options, Apptainer shares nearly everything with its host. The keys that express this are
written into the spec; the rest is a warning. Source: apptainer-run(1) of Apptainer 1.4.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from coder_gen.expression import Text, literal
from coder_gen.importing.result import Counts, Run
from coder_gen.language.values import X11_SOCKETS
from coder_gen.options.argv import Option, parse
from coder_gen.options.forms import KeyValues
from coder_gen.options.option_values import Data, KeyValue
from coder_gen.options.reader import read
from coder_gen.options.text_parts import known, lead, without
from coder_gen.options.validate import apply_option, validated
from coder_gen.text.diagnostics import SPEC_AUTHOR, Reporter

# Options that a launcher for Apptainer always sets, or that `_shared` reads.
_ISOLATION = frozenset(
    ["boot", "cleanenv", "compat", "contain", "containall", "help", "ipc", "net", "no-eval",
     "no-home", "no-init", "no-umask", "pid", "uts", "writable-tmpfs"]
)  # fmt: skip
_URI = re.compile(r"(docker|docker-daemon|library|oras|shub|instance)://(.+)")


def read_apptainer(run: Run, reporter: Reporter) -> tuple[Mapping[str, KeyValue], Counts]:
    """The settings of a command line, by key of the spec, and how many there were."""
    assert run.engine is not None
    line = run.engine.options
    arguments = parse(run.words, line.table, run.command, reporter)
    settings: dict[str, KeyValue] = {}
    on = {o.name: o for o in arguments.options if known(o.value) != "false"}
    kept = 0
    for (option,), values in read(arguments.options, line):
        if option.name in _ISOLATION or (option.name == "shell" and run.verb == "shell"):
            continue
        if option.name == "network" and known(option.value) == "none":
            continue
        if not _add(settings, values, option, option.at in run.optional):
            words = [literal(f"--{option.name}", option.span)]
            words += [] if line.table.long[option.name].alone else [option.value]
            apply_option(settings, "apptainer", {"options": words}, option.span)
            kept += 1
    approximated = _shared(settings, on, run, reporter)
    approximated += _image(settings, arguments.rest, on, run, reporter)
    if run.x11:
        _display(settings, run)
    count = len(arguments.options) + min(len(arguments.rest), 2)
    return settings, Counts(count, kept, approximated)


def _add(
    settings: dict[str, KeyValue], values: KeyValues | None, option: Option, optional: bool
) -> bool:
    if values is None:
        return False
    found = [(key, validated(key, data, option.span, optional)) for key, data in values]
    if any(data is None for _, data in found):
        return False
    for key, data in found:
        apply_option(settings, key, data, option.span)
    return True


def _shared(
    settings: dict[str, KeyValue], on: Mapping[str, Option], run: Run, reporter: Reporter
) -> int:
    """Set what the container shares with its host unless an option forbids it; warn of the rest."""
    apart = "containall" in on or "compat" in on
    span = run.span
    for key, flag in (("ipc", "ipc"), ("pid", "pid")):
        if not apart and flag not in on:
            settings[key] = KeyValue("host", span)
    network = on.get("network")
    if "net" not in on:
        settings["network_mode"] = KeyValue("host", span)
    elif network is None or known(network.value) == "none":
        settings["network_mode"] = KeyValue("none", (network or on["net"]).span)
    else:
        settings["networks"] = KeyValue([network.value], network.span)
    if not {"writable-tmpfs", "writable", "compat"} & set(on):
        settings["read_only"] = KeyValue(True, span)
    open_to = [
        word
        for word, closed in (
            ("the environment", ("cleanenv", "containall", "compat")),
            ("the home folder and /tmp", ("contain", "containall", "compat")),
        )
        if not set(closed) & set(on)
    ]
    if not open_to:
        return 0
    reporter.warning(
        "W538", f"{run.program} passes on {' and '.join(open_to)} of the host unasked; the spec does not",
        span, "write what is needed of them under volumes, environment and forward_environment",
        SPEC_AUTHOR,
    )  # fmt: skip
    return 1


def _image(
    settings: dict[str, KeyValue],
    rest: tuple[Text, ...],
    on: Mapping[str, Option],
    run: Run,
    reporter: Reporter,
) -> int:
    if not rest:
        reporter.error(
            "E508", f"`{run.command}` names no image", run.span,
            "add it after the options; an option before it may have taken it as its value",
        )  # fmt: skip
        return 0
    image, *words = rest
    approximated = _reference(settings, image, run, reporter)
    if run.verb == "shell":
        shell = on.get("shell")
        program: Data = shell.value if shell is not None else literal("/bin/bash", run.span)
        settings["entrypoint"] = KeyValue([program], run.span)
        settings["stdin_open"] = settings["tty"] = KeyValue(True, run.span)
    elif run.verb == "exec" and words:
        settings["entrypoint"] = KeyValue([words.pop(0)], run.span)
    elif run.verb == "instance" and words:
        name = words.pop(0)
        settings["container_name"] = KeyValue(name, name.span)
    if words:
        settings["command"] = KeyValue(list(words), words[0].span)
    return approximated


def _reference(settings: dict[str, KeyValue], image: Text, run: Run, reporter: Reporter) -> int:
    """Set the image: by a reference, or by a file beside the launcher."""
    match = _URI.fullmatch(known(image) or "")
    if match is not None and match[1] in ("docker", "docker-daemon"):
        settings["image"] = KeyValue(literal(match[2], image.span), image.span)
        return 0
    last = image.split("/")[-1]
    name = (known(last) or lead(last) or lead(image)).removesuffix(".sif")
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._").lower() or "imported"
    settings["image"] = KeyValue(literal(name, image.span), image.span)
    plain = without(image, "./")
    if match is None and plain.source != f"{name}.sif":
        apply_option(settings, "apptainer", {"sif": image}, image.span)
    reporter.warning(
        "W539", f"the image of {image.source} is taken to be {name}", image.span,
        "write the image that the file was made from; Apptainer itself needs the file alone",
        SPEC_AUTHOR,
    )  # fmt: skip
    return 1


def _display(settings: dict[str, KeyValue], run: Run) -> None:
    """Set ``x11``, which passes DISPLAY on and mounts the X11 sockets."""
    environment = settings.get("environment")
    if environment is not None:
        display = environment.value.get("DISPLAY")
        if isinstance(display, Text) and display.source != "${DISPLAY}":
            return
        kept = {name: value for name, value in environment.value.items() if name != "DISPLAY"}
        settings["environment"] = environment._replace(value=kept)
    volumes = settings.get("volumes")
    if volumes is not None:
        sockets = f"{X11_SOCKETS}:{X11_SOCKETS}"
        settings["volumes"] = volumes._replace(
            value=[v for v in volumes.value if not (isinstance(v, Text) and v.source == sockets)]
        )
    settings["x11"] = KeyValue(run.x11, run.x11_at or run.span)
