"""The keys of a spec file: the container's, and those that describe the outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from coder_gen.engines.names import AUTO as ANY_ENGINE
from coder_gen.engines.names import NAMES as ENGINES
from coder_gen.language.context import ParseContext, shortened
from coder_gen.language.keys.container import KEYS as CONTAINER
from coder_gen.language.keys.container import REFUSED
from coder_gen.language.shapes.base import Key, ScalarShape, Setting, Value, settle, texts
from coder_gen.language.shapes.kind import Kind, Schema, choice, pattern, suggesting
from coder_gen.language.shapes.mappings import DeferredShape, NamedShape, RecordShape
from coder_gen.language.shapes.scalar_types import (  # fmt: skip
    ABSOLUTE,
    BOOL,
    DATE,
    ENV_VALUE,
    INT,
    NAME,
    NONEMPTY,
    PORT,
    STRING,
    VARIABLE,
)
from coder_gen.language.values import COMPOSE_VERSIONS, Variable
from coder_gen.yaml.nodes import Scalar

# The kind of each type's values; that of `choice` depends on the variable.
TYPES: dict[str, Kind] = {
    "string": STRING, "port": PORT, "int": INT, "path": ABSOLUTE, "bool": BOOL, "choice": STRING,
}  # fmt: skip
AUTO = "auto"


class BuiltIn(NamedTuple):
    """A variable that every host has: its meaning, advice for a hand-written ``.env``, its kind."""

    meaning: str
    by_hand: str
    kind: Kind = STRING


# Reserved names: built into the spec language, or special in bash (where a script cannot set or
# trust them).
BUILT_IN = {
    "UID": BuiltIn("the id of who starts the container", "Your user id: id -u", INT),
    "GID": BuiltIn("the group id of who starts the container", "Your group id: id -g", INT),
    "USER": BuiltIn("the name of who starts the container", "Your user name: id -un"),
    "HOME": BuiltIn("the home folder of who starts the container", "Your home folder", ABSOLUTE),
    "PWD": BuiltIn(
        "the folder in which the container is started",
        "The folder that you start it in",
        ABSOLUTE,
    ),
    "HOSTNAME": BuiltIn("the name of the host", "This host's name: hostname"),
}
SHELL_NAMES = frozenset(
    [
        "BASH",
        "BASHOPTS",
        "BASHPID",
        "BASH_ALIASES",
        "BASH_ARGC",
        "BASH_ARGV",
        "BASH_ARGV0",
        "BASH_CMDS",
        "BASH_COMMAND",
        "BASH_ENV",
        "BASH_EXECUTION_STRING",
        "BASH_LINENO",
        "BASH_LOADABLES_PATH",
        "BASH_REMATCH",
        "BASH_SOURCE",
        "BASH_SUBSHELL",
        "BASH_VERSINFO",
        "BASH_VERSION",
        "BASH_XTRACEFD",
        "COMP_WORDBREAKS",
        "DIRSTACK",
        "EPOCHREALTIME",
        "EPOCHSECONDS",
        "EUID",
        "FUNCNAME",
        "GLOBIGNORE",
        "GROUPS",
        "HISTCMD",
        "IFS",
        "LINENO",
        "MACHTYPE",
        "OLDPWD",
        "OPTARG",
        "OPTERR",
        "OPTIND",
        "OSTYPE",
        "PATH",
        "PIPESTATUS",
        "POSIXLY_CORRECT",
        "PPID",
        "PS4",
        "RANDOM",
        "REPLY",
        "SECONDS",
        "SHELLOPTS",
        "SHLVL",
        "SRANDOM",
        "_",
    ]
)


def _default(node: Scalar, ctx: ParseContext) -> dict[str, Setting] | None:
    """``PORT: 7860`` is the short form of ``PORT: {default: 7860}``."""
    text = ctx.text(node, ENV_VALUE)
    return None if text is None else {"default": Setting(text, node.span, ctx.origin)}


_VARIABLE = RecordShape(
    {
        "default": Key(
            ScalarShape(ENV_VALUE), "The value if the host sets none; a port may be auto."
        ),
        "type": Key(
            ScalarShape(choice(*TYPES), fixed=True), "port, int, path, string, bool or choice."
        ),
        "choices": Key(texts(fixed=True), "The values of a choice."),
        "help": Key(ScalarShape(STRING, fixed=True), "A line for --help."),
    },
    noun="a default, or a mapping",
    shorthand=_default,
    shorthand_schema={"type": ["string", "number", "boolean"]},
)
VARIABLES = NamedShape(VARIABLE, _VARIABLE, empty={}, example="PORT: 7860")

_DESCRIPTION = Key(ScalarShape(STRING, fixed=True), "A line for --help.")
MODE = RecordShape({"description": _DESCRIPTION, **CONTAINER}, noun="a mapping", refused=REFUSED)
MODES = NamedShape(NAME, MODE, empty={}, example="jupyter: {command: [jupyter, lab]}")
_ACCEPT = NamedShape(
    pattern("the id of an audit rule", "[a-z0-9-]+", "seccomp-unconfined"),
    RecordShape(
        {
            "reason": Key(ScalarShape(NONEMPTY, fixed=True), "Why the risk is accepted."),
            "until": Key(ScalarShape(DATE, fixed=True), "The last day of the acceptance: YYYY-MM-DD."),
        },
        noun="a reason and a day",
        required=("reason", "until"),
    ),
)  # fmt: skip
_LAYER = {
    "accept": Key(_ACCEPT, "Risks that the audit accepts, each with a reason and a last day."),
    "build": Key(DeferredShape("coder_gen.language.keys.build", "BUILD"), "How the image is made."),
    "variables": Key(VARIABLES, "Late-bound values: they are set when the launcher starts."),
    "modes": Key(MODES, "Named variants of the container; service and shell always exist."),
    "default_mode": Key(
        ScalarShape(NAME, fixed=True), "The mode that starts without --mode; absent: service."
    ),
}
PROFILE = RecordShape(
    {"description": _DESCRIPTION, **_LAYER, **CONTAINER}, noun="a mapping", refused=REFUSED
)


_OUTPUT = RecordShape(
    {
        "target": Key(
            ScalarShape(NONEMPTY, fixed=True),
            "script, compose, env-example; dockerfile, build-script, convert-script, setup-script; or a plug-in's.",
        ),
        "engine": Key(
            ScalarShape(choice(*ENGINES, ANY_ENGINE), fixed=True),
            "The engine of a script; auto: the first that is usable.",
        ),
        "mode": Key(ScalarShape(NAME, fixed=True), "The default mode of this output."),
        "profiles": Key(texts(NONEMPTY, single=True, fixed=True), "Profiles to apply."),
        "min_version": Key(
            ScalarShape(choice(*COMPOSE_VERSIONS), fixed=True),
            "The oldest Compose that has to read the file.",
        ),
    },
    shorthand=lambda node, ctx: _target(node, ctx),
    shorthand_schema=NONEMPTY.schema,
    required=("target",),
)


def _target(node: Scalar, ctx: ParseContext) -> dict[str, Setting] | None:
    text = ctx.text(node, NONEMPTY)
    if text is None or ctx.known(text) is None:
        return None
    return {"target": Setting(text, node.span, ctx.origin)}


def _relative_path(value: str) -> bool:
    return (
        bool(value)
        # One spelling for each file, so that two outputs cannot be the same file.
        and not {"", ".", ".."} & set(value.split("/"))
        and "\n" not in value
    )


_PATH = Kind(
    "a path below the spec's folder", _relative_path, "run.sh", {"pattern": "^[^/]+(?:/[^/]+)*$"}
)

KEYS: dict[str, Key] = {
    "name": Key(ScalarShape(NAME, fixed=True), "The environment's name; absent: the file's."),
    "description": Key(ScalarShape(STRING, fixed=True), "A line for --help and for reviewers."),
    "extends": Key(
        ScalarShape(suggesting(NONEMPTY, "coder"), fixed=True),
        "Another spec file, or the built-in spec coder.",
    ),
    **_LAYER,
    "profiles": Key(
        NamedShape(NAME, PROFILE, empty={}, example="gpu: {gpus: all}"),
        "Named overlays, chosen with --profile; hardened is built in.",
    ),
    "engines": Key(
        texts(choice(*ENGINES), single=True, fixed=True),
        "The engines that a script for auto looks for, the preferred one first.",
    ),
    "outputs": Key(
        NamedShape(_PATH, _OUTPUT, example="run.sh: script"),
        "Files that `write` makes and `check` compares, each with its target.",
    ),
    **CONTAINER,
}
DOCUMENT = RecordShape(KEYS, noun="a mapping of keys, as in a Compose service", refused=REFUSED)


def variable(name: str, setting: Setting, ctx: ParseContext) -> Variable | None:
    """The canonical form of one declared variable, checked against its own type."""
    fields: dict[str, Value] = {k: settle(s).value for k, s in setting.value.items() if settle(s)}
    kind_text, default = fields.get("type"), fields.get("default")
    kind = kind_text.literal if kind_text is not None else "string"
    choices = tuple(text.literal for text in fields.get("choices", ()))
    help_text = fields.get("help")
    if name in SHELL_NAMES or name in BUILT_IN:
        whose = "is built in" if name in BUILT_IN else "belongs to bash"
        ctx.reporter.error("E019", f"the name {name} {whose}", setting.span, "choose another name")
        return None
    if (kind == "choice") != bool(choices):
        why = "needs `choices`" if kind == "choice" else "has `choices` but is no choice"
        ctx.reporter.error(
            "E020", f"{name} {why}", setting.span, "type: choice with choices: [a, b]"
        )
        return None
    auto = kind == "port" and default is not None and default.is_literal and default.literal == AUTO
    found = Variable(
        name, kind, None if auto else default, auto, choices,
        help_text.literal if help_text is not None else "", setting.span,
    )  # fmt: skip
    if found.default is not None and found.default.is_literal:
        wrong = accepts(found, found.default.literal)
        if wrong is not None:
            fix = f"for example: {kind_of(found).example}"
            ctx.reporter.error("E026", f"the default of {name}: {wrong}", found.default.span, fix)
            return None
    return found


def kind_of(variable: Variable) -> Kind:
    """The kind of the variable's values."""
    return choice(*variable.choices) if variable.type == "choice" else TYPES[variable.type]


def accepts(variable: Variable, value: str) -> str | None:
    """Why a value does not fit the variable, or None if it does."""
    kind = kind_of(variable)
    shown = f"`{shortened(value)}`" if value else "an empty string"
    return None if kind.accepts(value) else f"{shown} is not {kind.name}"


def schema() -> Schema:
    """The JSON Schema of a spec file (draft 2020-12)."""
    whole = DOCUMENT.schema()
    # The keys that modes and profiles also have are written once.
    shared = {name: whole["properties"][name] for name in PROFILE.keys if name in KEYS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "coder-gen spec",
        "description": "A containerised development environment, from which coder-gen makes launchers.",
        **_referring(whole, shared),
        "$defs": {
            name: {key: _referring(item, shared) for key, item in value.items()}
            for name, value in shared.items()
        },
    }


def _referring(value: Value, shared: Mapping[str, Schema]) -> Value:
    """A schema with references in place of the shared parts."""
    if isinstance(value, list):
        return [_referring(item, shared) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: {"$ref": f"#/$defs/{key}"}
        if key in shared and item == shared[key]
        else _referring(item, shared)
        for key, item in value.items()
    }
