"""From a spec text and options to a Project: layers are read, checked and merged.

The layers, lowest first: the built-in modes, the specs that this one extends, the spec, the
chosen profiles. A mode's overlay and ``--set`` are merged when a mode is planned.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from collections.abc import Mapping as AbstractMapping
from typing import NamedTuple

from coder_gen import expression
from coder_gen.expression import Parts
from coder_gen.language import builtin, references
from coder_gen.language.context import ParseContext, nearest
from coder_gen.language.document_values import (
    Output,
    accepted,
    engines,
    fixed_text,
    outputs,
    settle_names,
    settled_value,
)
from coder_gen.language.keys.document import (
    BUILT_IN,
    DOCUMENT,
    PROFILE,
    accepts,
    kind_of,
    variable,
)  # fmt: skip
from coder_gen.language.layers import FileLayer, Layer, read_layer
from coder_gen.language.overrides import MAX_LAYERS, read_sets, read_vars
from coder_gen.language.shapes.base import Setting, settle
from coder_gen.language.shapes.mappings import RecordShape
from coder_gen.language.values import Acceptance, Variable
from coder_gen.text.diagnostics import Diagnostic, Reporter, problem
from coder_gen.text.positions import NOWHERE, Span, name_as_text
from coder_gen.yaml.nodes import Node

ReadFile = Callable[[str], bytes]

MAX_EXTENDS = 64


class Options(NamedTuple):
    """The command line's options about a spec; part of the input of every compilation."""

    profiles: tuple[str, ...] = ()
    mode: str | None = None
    sets: tuple[str, ...] = ()
    vars: tuple[str, ...] = ()


class SpecFile(NamedTuple):
    """A file that the project was read from: its name and the sha256 of its bytes."""

    name: str
    sha256: str


class Project(NamedTuple):
    """A spec with its profiles applied, ready to be planned mode by mode."""

    name: str
    description: str
    origins: tuple[SpecFile, ...]
    layer: Layer
    modes: AbstractMapping[str, Layer]
    # The names of the spec's own profiles.
    profiles: tuple[str, ...]
    # The mode that a launcher starts, and the one that carries the environment's name.
    default_mode: str
    named_mode: str
    variables: AbstractMapping[str, Variable]
    frozen: AbstractMapping[str, Parts]
    # Every variable that a layer reads from the host or freezes, and a place where it is used.
    names: AbstractMapping[str, Span]
    sets: Layer
    options: Options
    outputs: tuple[Output, ...]
    # How the image is built; ``image_of`` gives it types.
    build: Setting | None
    # The engines that a script for `auto` looks for, the preferred one first.
    engines: tuple[str, ...]
    # The risks that the audit accepts.
    accepted: tuple[Acceptance, ...]
    # The layers before a mode is chosen, with all modes and profiles.
    layers: tuple[Layer, ...]
    span: Span
    warnings: tuple[Diagnostic, ...]


def load(name: str, data: bytes, options: Options, read_file: ReadFile) -> Project:
    """Read and check a spec.

    ``name`` is its name in messages; ``read_file`` reads the specs it extends, given their paths
    relative to the spec's folder. Raises Problems with every error of the input.
    """
    reporter = Reporter()
    frozen = read_vars(options.vars, reporter)
    loader = _Loader(reporter, frozen, read_file)
    loader.add_file(name, data)
    return _project(name, loader, options)


def load_node(name: str, node: Node, whole: Span) -> Project:
    """Check a spec that was read from another form than YAML text: an existing launcher.

    Each value of ``node`` has its place in the original, so errors point there; ``whole`` is the
    place for errors about what is missing. The project has only the modes of ``node`` and extends
    nothing. Raises Problems with every error.
    """
    loader = _Loader(Reporter(), {}, _no_file)
    loader.add_node(name, node, whole)
    return _project(name, loader, Options())


def _no_file(path: str) -> bytes:
    raise FileNotFoundError(path)


def _project(name: str, loader: _Loader, options: Options) -> Project:
    """The project of the layers that a loader has read, with the options applied."""
    reporter, frozen, merged = loader.reporter, loader.frozen, loader.merged
    if len(options.profiles) > MAX_LAYERS:
        raise problem(
            "E024", f"more than {MAX_LAYERS} times --profile", None,
            "let one profile say what several of these say",
        )  # fmt: skip
    for profile in dict.fromkeys(options.profiles):
        overlay = loader.profile(profile)
        merged = DOCUMENT.merge(merged, overlay)
    sets_context = ParseContext(reporter, frozen, "--set")
    sets = read_sets(options.sets, sets_context)
    for node in sets.project:
        merged = DOCUMENT.merge(merged, DOCUMENT.parse(node, sets_context) or {})
    container: Layer = {}
    for node in sets.container:
        container = DOCUMENT.merge(container, DOCUMENT.parse(node, sets_context) or {})
    variables = _variables(merged, loader, frozen)
    contexts = [*(file.context for file in loader.files), sets_context]
    of_profiles = _profile_variables(loader.merged)
    used = None
    if of_profiles and not options.profiles and not options.sets:
        used = frozenset[str]().union(*(file.used for file in loader.files))
    references.check(
        contexts, {**merged, **container}, variables,
        {*(settled_value(merged, "variables") or ())}, of_profiles, used, frozen, reporter,
    )  # fmt: skip
    modes = settle_names(merged.get("modes"))
    default_mode = _default_mode(merged, modes, options, reporter)
    reporter.stop_if_failed()
    return Project(
        name=fixed_text(merged, "name") or name_from(name),
        description=fixed_text(merged, "description") or "",
        origins=tuple(loader.origins),
        layer={
            k: s
            for k, s in merged.items()
            if k in PROFILE.keys
            and k not in ("accept", "build", "modes", "variables", "default_mode")
        },
        modes=modes,
        profiles=tuple(settle_names(loader.merged.get("profiles"))),
        default_mode=default_mode,
        named_mode=fixed_text(merged, "default_mode") or "service",
        variables={n: v for n, v in variables.items() if n not in frozen},
        frozen=frozen,
        names={n: s for ctx in contexts for n, s in ctx.names.items()},
        sets=container,
        options=options,
        outputs=outputs(merged),
        build=settle(merged.get("build")),
        engines=engines(merged),
        accepted=accepted(merged),
        layers=(loader.merged, merged, container),
        span=loader.span,
        warnings=tuple(reporter.diagnostics),
    )


def name_from(file_name: str) -> str:
    """The environment's name where the spec sets none: the file's name, reduced to a NAME."""
    stem = posixpath.basename(file_name.replace("\\", "/")).split(".")[0].lower()
    return re.sub(r"[^a-z0-9_-]+", "-", stem).strip("-_") or "coder"


# The layer below the lowest.
_NOTHING: Layer = {}


class _Loader:
    """Reads the files of one project and merges them."""

    def __init__(
        self, reporter: Reporter, frozen: AbstractMapping[str, Parts], read_file: ReadFile
    ) -> None:
        self.reporter = reporter
        self.frozen = frozen
        self.read_file = read_file
        self.merged = _NOTHING
        self.files: list[FileLayer] = []
        self.origins: list[SpecFile] = []
        self.span = NOWHERE

    def read(self, shape: RecordShape, name: str, data: bytes, origin: str) -> FileLayer:
        """Read one file's keys; all but the first file that is not built in are cached."""
        keep = bool(self.origins) or name.startswith("<built-in")
        found = read_layer(
            shape, name, data, origin, self.frozen, self.reporter, keep=keep
        )  # fmt: skip
        self.files.append(found)
        return found

    def add_node(self, name: str, node: Node, whole: Span) -> None:
        """Merge the keys of a node over the layers so far."""
        data = whole.source.text.encode("utf-8", "surrogatepass")
        context = ParseContext(self.reporter, self.frozen, "the launcher")
        found = FileLayer(DOCUMENT, node, context, whole, data)
        self.files.append(found)
        self.span = whole
        self.origins.append(SpecFile(name_as_text(name), found.sha256))
        self.merged = found.over(self.merged)

    def add_file(self, name: str, data: bytes) -> None:
        """Merge a spec file over the built-in modes and the specs that it extends."""
        modes = self.read(DOCUMENT, "<built-in modes>", builtin.read("base"), "the built-in modes")
        layers: list[FileLayer] = []
        first = name
        seen = {name: None}
        folder = posixpath.dirname(name)
        origin = "the built-in spec" if name.startswith("<") else "the spec"
        while True:
            layer = self.read(DOCUMENT, name, data, origin)
            self.origins.append(SpecFile(name_as_text(name), layer.sha256))
            layers.append(layer)
            parent = settle(layer.keys.get("extends"))
            if parent is None:
                break
            name, data, origin = self._parent(parent, folder, seen)
            folder = posixpath.dirname(name)
            seen[name] = None
        self.merged = modes.over(_NOTHING)
        for layer in reversed(layers):
            self.merged = layer.over(self.merged)
        # Messages about the whole spec point to the user's own file.
        self.span = layers[0].span
        self.origins.sort(key=lambda origin: origin.name != first)

    def _parent(
        self, setting: Setting, folder: str, seen: dict[str, None]
    ) -> tuple[str, bytes, str]:
        wanted, span = setting.value.literal, setting.value.span
        if "/" not in wanted and "." not in wanted:
            if wanted not in builtin.SPECS:
                raise problem(
                    "E023", f"there is no built-in spec `{wanted}`", span,
                    f"the built-in specs are {', '.join(builtin.SPECS)}; a file's name has a dot or a slash",
                )  # fmt: skip
            path = f"<built-in {wanted}>"
        else:
            path = posixpath.normpath(posixpath.join(folder, wanted))
        if path in seen:
            circle = [*list(seen)[list(seen).index(path) :], path]
            raise problem(
                "E023", f"`extends` goes in a circle: {' -> '.join(circle)}", span,
                "a spec may not extend itself",
            )  # fmt: skip
        if len(seen) > MAX_EXTENDS:
            raise problem(
                "E023", f"{next(iter(seen))} has more than {MAX_EXTENDS} parents", span,
                "let a spec extend one that says what several of these say",
            )  # fmt: skip
        if path.startswith("<"):
            return path, builtin.read(wanted), "the built-in spec"
        try:
            return path, self.read_file(path), path
        except OSError as error:
            raise problem(
                "E023", f"cannot read {name_as_text(path)}: {error.strerror or error}", span,
                "the path is relative to the file that contains `extends`",
            ) from None  # fmt: skip

    def profile(self, name: str) -> Layer:
        """A profile's keys: the built-in profile's, then those of the spec's own profile."""
        own = settle_names(self.merged.get("profiles"))
        if name not in own and name not in builtin.PROFILES:
            known = sorted({*own, *builtin.PROFILES})
            guess = nearest(name, known)
            raise problem(
                "E022", f"there is no profile `{name}`", None,
                f"did you mean {guess}?" if guess else f"the profiles are {', '.join(known)}",
            )  # fmt: skip
        layer: Layer = {}
        if name in builtin.PROFILES:
            data = builtin.read(f"profile-{name}")
            title = f"built-in profile {name}"
            layer = self.read(PROFILE, f"<{title}>", data, f"the {title}").keys
        overlay = {
            key: setting._replace(origin=f"profile {name}")
            for key, setting in own.get(name, {}).items()
        }
        layer = PROFILE.merge(layer, overlay)
        layer.pop("description", None)
        return layer


def _variables(
    merged: Layer, loader: _Loader, frozen: AbstractMapping[str, Parts]
) -> dict[str, Variable]:
    """The declared variables in order, each checked; frozen values checked against their type."""
    ctx = ParseContext(loader.reporter, {}, "")
    declared: dict[str, Variable] = {}
    for name, item in (settled_value(merged, "variables") or {}).items():
        found = variable(name, item, ctx)
        if found is None:
            continue
        for ref in found.default.refs() if found.default is not None else ():
            known = ref.name in declared or ref.name in BUILT_IN or ref.operator
            if not known:
                loader.reporter.error(
                    "E018", f"the default of {name} uses ${{{ref.name}}}, which is not declared before it",
                    ref.span, "declare it above, or give it a default: ${" + ref.name + ":-...}",
                )  # fmt: skip
        declared[name] = found
    wrong = {
        name: message
        for name, value in frozen.items()
        if name in declared and (message := accepts(declared[name], expression.source(value)))
    }
    if wrong:
        # One error for each variable, not another one wherever its value is used.
        loader.reporter.forget("E014", wrong.keys())
    for name, message in wrong.items():
        fix = declared[name].help or f"for example: --var {name}={kind_of(declared[name]).example}"
        loader.reporter.error("E026", f"--var {name}: {message}", None, fix)
    return declared


def _profile_variables(merged: Layer) -> set[str]:
    """The variables that profiles declare, whether chosen or not."""
    layers = settle_names(merged.get("profiles")).values()
    return {name for layer in layers for name in settled_value(layer, "variables") or ()}


def _default_mode(
    merged: Layer, modes: AbstractMapping[str, Layer], options: Options, reporter: Reporter
) -> str:
    setting = merged.get("default_mode")
    wanted = options.mode or fixed_text(merged, "default_mode") or "service"
    if wanted not in modes:
        guess = nearest(wanted, modes)
        reporter.error(
            "E021", f"there is no mode `{wanted}`",
            setting.value.span if setting is not None and options.mode is None else None,
            f"did you mean {guess}?" if guess else f"the modes are {', '.join(sorted(modes)) or 'none'}",
        )  # fmt: skip
    return wanted
