"""Read one command line of Docker's family as the settings of a container."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from coder_gen.engines.base import APPTAINER
from coder_gen.engines.names import DEFAULT
from coder_gen.engines.registry import engine
from coder_gen.expression import Ref, Text, literal
from coder_gen.importing.result import Counts, Run
from coder_gen.language.context import shortened
from coder_gen.language.shapes.scalar_types import normalized_path
from coder_gen.language.values import X11_SOCKETS
from coder_gen.options.argv import Option, parse
from coder_gen.options.flag_table import Table
from coder_gen.options.option_values import Data, KeyValue
from coder_gen.options.reader import read
from coder_gen.options.text_parts import known, reference
from coder_gen.options.validate import apply_option, validated
from coder_gen.text.diagnostics import SPEC_AUTHOR, Reporter
from coder_gen.text.positions import Span

# A placeholder in a README that the user replaces.
_TO_FILL_IN = re.compile(r"\[.*\]|<.*>|\{.*\}|%.*%|\.\.\.|…")


def read_run(run: Run, reporter: Reporter) -> tuple[Mapping[str, KeyValue], Counts]:
    """The settings of a command line, by key of the spec, and how many there were.

    What the engine would refuse is an error with its place; an option without a key is kept in
    ``engine_options``; an approximate import is a warning.
    """
    assert run.engine is not None
    if run.engine.family == APPTAINER:
        from coder_gen.importing.command.apptainer_line import read_apptainer

        return read_apptainer(run, reporter)
    reading = ContainerReader(run, reporter)
    reading.read()
    return reading.settings, Counts(reading.count, reading.kept, reading.approximated)


def read_options(
    words: Sequence[Text], place: Span, reporter: Reporter
) -> tuple[Mapping[str, KeyValue], int]:
    """The settings of options of `docker run` without an image, and how many options were kept."""
    reading = ContainerReader(Run("service", engine(DEFAULT), tuple(words), place), reporter)
    for word in reading.options():
        reporter.error(
            "E507", f"{word.source} is no option", word.span, "one before it may take no value"
        )
    reading.finish()
    return reading.settings, reading.kept


class ContainerReader:
    """Collects the settings of one command line."""

    def __init__(self, run: Run, reporter: Reporter) -> None:
        assert run.engine is not None
        self.run = run
        self.line = run.engine.options
        self.reporter = reporter
        self.settings: dict[str, KeyValue] = {}
        self.count = self.kept = self.approximated = 0
        # Variables that the original passes on as empty if the host does not set them.
        self.empty: list[tuple[str, Span]] = []

    def read(self) -> None:
        """Read the command line."""
        rest = self.options()
        self.count += len(rest[:1]) + len(rest[1:2])
        self.image(rest, self.run.command)
        self.finish()

    def options(self) -> tuple[Text, ...]:
        """Read the options; return the words after them."""
        run = self.run
        arguments = parse(run.words, self.line.table, run.command, self.reporter)
        self.count = len(arguments.options)
        for reading in read(arguments.options, self.line):
            self.reading(*reading)
        return arguments.rest

    def reading(self, options: tuple[Option, ...], values: list[tuple[str, Data]] | None) -> None:
        """Add options that were read together as settings, or keep them as they are."""
        first = options[0]
        if values is None or not self.add_all(values, first):
            for option in options:
                self.keep(option)
        elif first.name == "detach" and known(first.value) == "true":
            self.approximate(
                "W536", "--detach: the launcher stays in the foreground", first.span,
                "end its line with &, or write a Compose file and use `up -d`",
            )  # fmt: skip

    def add_all(self, values: list[tuple[str, Data]], option: Option) -> bool:
        """Add the settings of an option; False if a spec does not accept all of them."""
        optional = option.at in self.run.optional
        found = [(key, validated(key, data, option.span, optional)) for key, data in values]
        if any(data is None for _, data in found):
            return False
        for key, data in found:
            self.add(key, data, option)
        return True

    def add(self, key: str, data: Data, option: Option) -> None:
        """Add one setting."""
        span = option.span
        if key == "environment":
            self.variable(dict(data), span)
            return
        if key == "forward_environment":
            self.forget("environment", data[0].source)
            data = {data[0].source: data[0]}
        if key == "gpus" and key in self.settings:
            below = self.settings[key]
            self.settings[key] = below._replace(value=_requests(below.value))
            data = _requests(data)
        apply_option(self.settings, key, data, span)

    def variable(self, entry: dict[str, Data], span: Span) -> None:
        """Add ``-e NAME=VALUE``; ``-e NAME=$NAME`` passes on the host's value."""
        ((name, value),) = entry.items()
        ref = reference(value) if isinstance(value, Text) else None
        passed = (
            ref is not None
            and ref.name == name
            and not ref.operand
            and ref.operator in ("", "-", ":-")
        )
        if passed and isinstance(ref, Ref):
            self.forget("environment", name)
            apply_option(
                self.settings, "forward_environment", {name: literal(name, value.span)}, span
            )
            self.empty.append((name, span))
            return
        self.forget("forward_environment", name)
        apply_option(self.settings, "environment", entry, span)

    def forwarded(self) -> Mapping[str, Data]:
        """The names passed on so far, by name; `finish` makes a list of them."""
        setting = self.settings.get("forward_environment")
        return setting.value if setting is not None else {}

    def forget(self, key: str, name: str) -> None:
        """Remove a variable: of several options for one variable, the last counts."""
        setting = self.settings.get(key)
        if setting is None:
            return
        setting.value.pop(name, None)
        if not setting.value:
            del self.settings[key]

    def keep(self, option: Option) -> None:
        """Keep an option under ``engine_options``, as one word."""
        self.kept += 1
        apply_option(self.settings, "engine_options", [_word(option, self.line.table)], option.span)

    def approximate(self, code: str, message: str, span: Span, fix: str) -> None:
        """Warn that a setting is imported only approximately."""
        self.approximated += 1
        self.reporter.warning(code, message, span, fix, SPEC_AUTHOR)

    def image(self, rest: tuple[Text, ...], command: str) -> None:
        """Set the image and the command."""
        if not rest:
            self.reporter.error(
                "E508", f"`{command}` names no image", self.run.span,
                "add it after the options; an option before it may have taken it as its value",
            )  # fmt: skip
            return
        image, *words = rest
        found = validated("image", image, image.span)
        if found is None:
            self.reporter.error(
                "E508", f"`{shortened(image.source)}` is not the name of an image", image.span,
                _fix_of_image(image.source[:200]),
            )  # fmt: skip
            return
        self.settings["image"] = KeyValue(found, image.span)
        if words:
            self.settings["command"] = KeyValue(list(words), words[0].span)

    def finish(self) -> None:
        """Set what depends on all options: the display, and variables passed on as empty."""
        if self.run.x11:
            self.display()
        forwarded = self.forwarded()
        names = {name: span for name, span in reversed(self.empty) if name in forwarded}
        if forwarded:
            setting = self.settings["forward_environment"]
            self.settings["forward_environment"] = setting._replace(value=list(forwarded.values()))
        if names:
            self.approximate(
                "W537",
                f"where the host does not set {', '.join(reversed(names))}, it is left out, and not passed on empty",
                next(reversed(names.values())),
                "nothing: an empty value is hardly ever meant; else give it under `environment`",
            )  # fmt: skip

    def display(self) -> None:
        """Set ``x11``, which passes DISPLAY on and mounts the X11 sockets."""
        environment = self.settings.get("environment")
        if environment is not None and "DISPLAY" in environment.value:
            return
        file = self.run.x11_file
        volumes = self.settings.get("volumes")
        if file:
            # The generated launcher makes its own file for the cookie instead of this mount.
            mounted = any(_source(volume) == file for volume in volumes.value) if volumes else False
            if not mounted:
                return
            if environment is not None and "XAUTHORITY" in environment.value:
                self.forget("environment", "XAUTHORITY")
        self.forget("forward_environment", "DISPLAY")
        if volumes is not None:
            kept = [v for v in volumes.value if not _is_sockets(v) and _source(v) != file]
            self.settings["volumes"] = volumes._replace(value=kept)
            if not kept:
                del self.settings["volumes"]
        self.settings["x11"] = KeyValue(self.run.x11, self.run.x11_at or self.run.span)


def _fix_of_image(image: str) -> str:
    if _TO_FILL_IN.search(image):
        return "write the image's own name there"
    if image.startswith(("\u2013", "\u2014", "\u2212")):
        return f"it begins with a dash of a word processor: write --{image.lstrip(image[0])}"
    return "an option before it may lack its value, or take none"


def _source(mounted: Data) -> str:
    source = mounted.split(":")[0] if isinstance(mounted, Text) else mounted.get("source")
    return source.source if isinstance(source, Text) else ""


def _is_sockets(mounted: Data) -> bool:
    if not isinstance(mounted, Text) or not mounted.is_literal:
        return False
    source, *target = mounted.literal.split(":")
    return bool(target) and normalized_path(source) == normalized_path(target[0]) == X11_SOCKETS


def _requests(data: Data) -> Data:
    return data if isinstance(data, list) else [{"count": data}]


def _word(option: Option, table: Table) -> Text:
    """An option as one word, ``--name`` or ``--name=value``, in its normal spelling."""
    flag = literal(f"--{option.name}", option.span)
    if table.long[option.name].alone and known(option.value) == "true":
        return flag
    return flag + "=" + option.value
