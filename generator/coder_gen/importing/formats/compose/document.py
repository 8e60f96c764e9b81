"""A whole Compose file: its services, and the draft made of them."""

from __future__ import annotations

from collections.abc import Mapping

from coder_gen.importing.draft.model import Container, Draft
from coder_gen.importing.draft.names import name_of, with_distinct_modes
from coder_gen.importing.formats.compose.file import ComposeFile
from coder_gen.importing.formats.compose.resources import Resources
from coder_gen.importing.formats.compose.service import read_service
from coder_gen.importing.formats.lone_dollars import with_doubled_dollars
from coder_gen.importing.formats.yaml_comments import comments_after_values, comments_at_top
from coder_gen.importing.result import APPROXIMATIONS, Counts, Run
from coder_gen.language.context import ParseContext, nearest
from coder_gen.language.keys.document import BUILT_IN
from coder_gen.options.option_values import Data
from coder_gen.text.diagnostics import Reporter
from coder_gen.text.positions import Span
from coder_gen.yaml.nodes import pairs_by_name
from coder_gen.yaml.reader import read

_TOP = ("services", "networks", "volumes", "secrets", "configs", "name", "version")


def read_compose(text: str, name: str, service: str | None = None) -> Draft:
    """Read a Compose file; ``service`` selects one service. Raises Problems with spans in it."""
    reporter = Reporter()
    source, root = read(name, text.encode())
    place = Span(source, 0, 0, 1)
    pairs = pairs_by_name(with_doubled_dollars(root) if root is not None else None)
    services = pairs_by_name(pairs["services"][1]) if "services" in pairs else {}
    if not services:
        reporter.error("E502", "the Compose file has no services", place, "add one, or see --from")
        reporter.stop_if_failed()
    for key, (scalar, _) in pairs.items():
        if key == "include":
            reporter.error(
                "E503", "`include` names other files, and an import reads one", scalar.span,
                "join them first: docker compose config",
            )  # fmt: skip
        elif key not in _TOP and not key.startswith("x-"):
            reporter.error(
                "E503", f"unknown key `{key}` of a Compose file", scalar.span,
                f"remove it: known here are {', '.join(_TOP)}",
            )  # fmt: skip
    if service is not None and service not in services:
        reporter.error(
            "E502", f"there is no service `{service}`", place,
            _guess(service, services),
        )  # fmt: skip
        reporter.stop_if_failed()
    ctx = ParseContext(reporter, {}, "the Compose file", last_counts="Compose")
    file = ComposeFile(ctx, Resources(pairs, ctx), services)
    chosen = [service] if service is not None else list(services)
    # A service with a profile is not started by default, so it comes last.
    chosen.sort(key=lambda each: "profiles" in pairs_by_name(services[each][1]))
    containers = [read_service(file, each, *services[each]) for each in chosen]
    reporter.stop_if_failed()
    return _draft(file, containers, chosen)


def _guess(name: str, names: Mapping[str, object]) -> str:
    near = nearest(name, names)
    return f"did you mean `{near}`?" if near else f"there are: {', '.join(names)}"


def _draft(file: ComposeFile, containers: list[Container], chosen: list[str]) -> Draft:
    """The draft of all services."""
    first = containers[0]
    if len(containers) == 1 or file.environment:
        containers[0] = first._replace(mode="service")
    containers = with_distinct_modes(containers)
    variables: dict[str, Mapping[str, Data]] = {}
    for ref in file.ctx.refs:
        if ref.name not in BUILT_IN and not ref.operator:
            # Compose uses an empty value if the variable is not set.
            variables.setdefault(ref.name, {"default": ""})
    diagnostics = tuple(file.ctx.reporter.diagnostics)
    approximated = sum(d.code in APPROXIMATIONS for d in diagnostics)
    return Draft(
        tuple(containers),
        tuple(Run(c.mode, None, (), c.span) for c in containers),
        Counts(file.settings_read, 0, approximated),
        diagnostics,
        name=name_of(file.environment or file.resources.project or chosen[0]),
        variables=variables,
        comments=() if file.environment else comments_at_top(first.span.source),
        notes=comments_after_values(first.span.source),
        top=file.build,
    )
