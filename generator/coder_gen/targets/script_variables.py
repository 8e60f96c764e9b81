"""The variables of a launcher: the spec's, with their defaults and checks, and the host's."""

from __future__ import annotations

from collections.abc import Collection

from coder_gen.diagnostics import Reporter
from coder_gen.engines.arguments import HERE
from coder_gen.languages.bash import Bash, word
from coder_gen.spec.document import kind_of
from coder_gen.spec.load import Project
from coder_gen.targets.base import Request
from coder_gen.targets.bash_values import Values
from coder_gen.targets.script_text import one_line

# The script's own variables: a variable of the spec or of the host may not have these names.
OWN_NAMES = frozenset(
    [
        "above",
        "action",
        "address",
        "advice",
        "again",
        "answer",
        "args",
        "asked",
        "at",
        "base",
        "before",
        "begin_in",
        "boot",
        "byte",
        "candidate",
        "child",
        "claim",
        "claimed",
        "cleared",
        "command",
        "daemon",
        "depth",
        "devices",
        "display",
        "dry_run",
        "end",
        "ended",
        "engine",
        "engine_title",
        "entries",
        "entry",
        "environment",
        "example",
        "fd",
        "field",
        "file",
        "files",
        "first",
        "fix",
        "folder",
        "found",
        "free",
        "gid",
        "hard",
        "help",
        "here",
        "highest",
        "holder",
        "home",
        "home_inside",
        "host",
        "i",
        "ignored",
        "image",
        "instance",
        "interactive",
        "keeper",
        "label",
        "late",
        "left_over",
        "letter",
        "lifeline",
        "limit",
        "limits",
        "line",
        "listing",
        "lists_ports",
        "lock",
        "looked",
        "lowest",
        "maker",
        "mode",
        "name",
        "network",
        "new_home",
        "now",
        "option",
        "owner",
        "part",
        "path",
        "pattern",
        "pid",
        "place",
        "port",
        "ports",
        "prefix",
        "preflight",
        "private",
        "private_names",
        "private_values",
        "problems",
        "process",
        "protocol",
        "pull",
        "quote",
        "real",
        "remote",
        "rest",
        "running",
        "runtime",
        "seen",
        "self",
        "server",
        "shown",
        "sif",
        "signalled",
        "silence",
        "silent",
        "soft",
        "space",
        "start",
        "state",
        "status",
        "stop_command",
        "stop_seconds",
        "stop_signal",
        "streams",
        "text",
        "to_pull",
        "try",
        "tty",
        "uid",
        "unable",
        "unanswered",
        "undo",
        "unit",
        "unlimited",
        "unseen",
        "url_host",
        "url_port",
        "url_scheme",
        "url_target",
        "user",
        "user_name",
        "value",
        "wanted",
        "where",
        "why",
        "word",
        "words",
        "x11",
    ]
)


def built_ins(
    values: Values, request: Request, functions: Collection[str], *, url: bool, asks_port: bool
) -> list[Bash]:
    """What the script asks the host before anything else, and what it begins empty.

    ``url``: it says where the program is found; ``asks_port``: it asks the engine for that of a
    container that runs already.
    """
    lines = ["ask_id -u", "uid=${answer}"]
    if "GID" in values.used:
        lines += ["ask_id -g", "gid=${answer}"]
    lines += ["ask_id -un", "user=${answer:-${uid}}"]
    if "USER" in values.used:
        lines.append("[[ -n ${USER-} ]] || USER=${user}")
    if "HOME" in values.used:
        lines.append("find_home")
    if HERE in values.used:
        if request.here is None:
            # The file's own folder, also where people call it through a link in their ~/bin; a
            # script on standard input has none.
            lines += [
                'ask out 5 readlink -f -- "${BASH_SOURCE[0]:-./stdin}" ||',
                "\tproblem 'the folder of this script is gone, or does not answer: start another copy'",
                "stop_on_problems",
                "here=${answer%/*}",
            ]
        else:
            lines.append(f"here={word(request.here)}")
    if "port_ready" in functions:
        lines.append("ports=()")
    if "device_ready" in functions:
        lines.append("devices=()")
    if "file_ready" in functions:
        lines.append("files=()")
    if url:
        lines += ["url_port=''", "url_host=''", "url_scheme=http"]
    if asks_port:
        lines.append("url_target=''")
    return [Bash(line) for line in lines]


def variables(project: Project, values: Values) -> tuple[list[Bash], list[Bash], set[str]]:
    """Assignments of the defaults, checks, and which functions they call besides ``require``."""
    settings: list[Bash] = []
    checks: list[Bash] = []
    used: set[str] = set()
    autos = [v.name for v in project.variables.values() if v.auto]
    for variable in project.variables.values():
        name = variable.name
        if variable.default is not None:
            needed: dict[str, list[str]] = {}
            default = values.word(variable.default, needed)
            settings += [Bash(s) for statements in needed.values() for s in statements]
            settings.append(Bash(f"[[ -n ${{{name}-}} ]] || {name}={default}"))
        elif variable.auto:
            used.add("auto")
            checks.append(
                Bash(
                    f"[[ -n ${{{name}-}} ]] || {name}=$(own_port {autos.index(name)} {len(autos)})"
                )
            )
        else:
            used.add("required")
            settings.append(Bash(f"{name}=${{{name}-}}"))
            about = one_line(variable.help).rstrip(".") or "the spec gives it no default"
            checks.append(Bash(f"[[ -n ${{{name}}} ]] || missing {name} {word(about)}"))
        if variable.type != "string":
            checks.append(values.required_variable(name, kind_of(variable)))
    return settings, checks, used


def check_names(project: Project, reporter: Reporter, own: Collection[str] = OWN_NAMES) -> None:
    """A name that the script sets itself would not reach the container as the host has it."""
    places = {v.name: v.span for v in project.variables.values()} | dict(project.names)
    for name, span in places.items():
        if (name in own or name.startswith("value_")) and name not in project.frozen:
            reporter.error(
                "E019", f"the script uses the name {name} itself", span, "choose another name"
            )
