"""``convert.sh``: a bash script that makes a SIF for Apptainer of an image."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from coder_gen.diagnostics import Reporter, problem
from coder_gen.engines import registry
from coder_gen.engines.apptainer import sif
from coder_gen.engines.arguments import text
from coder_gen.engines.names import AUTO
from coder_gen.languages.bash import Bash, word
from coder_gen.plan import Plan
from coder_gen.render import render
from coder_gen.spec.load import Project
from coder_gen.targets.base import Artifact, Request, Support
from coder_gen.targets.bash_values import Values
from coder_gen.targets.build_script import narrowed
from coder_gen.targets.engine_words import engine_words
from coder_gen.targets.script_functions import linked
from coder_gen.targets.script_lines import assignment, late_lines, section
from coder_gen.targets.script_text import next_file, one_line, provenance, variables_help
from coder_gen.targets.script_variables import built_ins, check_names, variables

SUMMARY = "A bash script that makes a SIF for Apptainer of the image."
# It says how the image gets there, not how a container is started.
SUPPORT: Mapping[str, Support] = {}
# The script's own variables: one of the spec that it reads may not have these names.
OWN_NAMES = frozenset(
    [
        "above",
        "advice",
        "again",
        "answer",
        "archive",
        "at",
        "before",
        "beside",
        "blocks",
        "candidate",
        "converter",
        "dry_run",
        "engine",
        "example",
        "fd",
        "first",
        "folder",
        "help",
        "here",
        "i",
        "image",
        "kept",
        "kind",
        "lifeline",
        "limit",
        "line",
        "listing",
        "looked",
        "mode",
        "new",
        "owner",
        "part",
        "path",
        "pattern",
        "preflight",
        "private",
        "problems",
        "real",
        "rest",
        "runtime",
        "seen",
        "self",
        "server",
        "shown",
        "sif",
        "silence",
        "silent",
        "size",
        "status",
        "streams",
        "try_it",
        "uid",
        "unable",
        "unanswered",
        "unseen",
        "user",
        "value",
        "why",
        "word",
        "words",
        "work",
    ]
)


def compile(
    project: Project, plans: Mapping[str, Plan], request: Request, reporter: Reporter
) -> Artifact:
    """Make the script. Reports E412 for an engine that keeps no images."""
    builders = registry.builders()
    words = (*(each.name for each in builders), AUTO)
    if request.engine not in words:
        raise problem(
            "E412", f"{request.engine} keeps no images: the engines are {', '.join(words)}",
            project.span, "an archive comes with --archive when the script is run",
        )  # fmt: skip
    plan = plans[project.default_mode]
    image, file = plan.text("image") or text(project.name), sif(plan)
    project = narrowed(project, [image, file])
    check_names(project, reporter, OWN_NAMES)
    values = Values(project.variables)
    set_up = [
        *late_lines("image", image, values),
        *late_lines("apptainer.sif", file, values),
        assignment("image=", [image], values),
        assignment("[[ -n ${sif} ]] || sif=", [file], values),
    ]
    settings, checks, checks_used = variables(project, values)
    if values.asks_for_values:
        checks_used.add("required")
    made_with = partial(
        render,
        "convert.sh.j2",
        header=provenance(
            project, request, f"Makes a SIF for Apptainer of the image of {project.name}."
        ),
        engine=request.engine,
        usage=_usage(project, image.source, (each.name for each in builders)),
        line_continues=Bash(" \\"),
        nothing=Bash(""),
        settings=[*built_ins(values, request, (), url=False, asks_port=False), *settings],
        checks=checks,
        checks_used=checks_used,
        kinds=list(values.kinds.values()),
        bounded=values.has_bounds,
        **engine_words(builders),
        finds_daemon=False,
        of_image=True,
        apptainer=False,
        set_up=section(set_up, set(), first_chunk=True),
        builder=next_file(project, "build-script", " with {}"),
        next=next_file(project, "script", "; start it with {}", engines=("apptainer", "auto")),
        file_name=project.name,
        private_places=Bash('"${APPTAINER_TMPDIR-}" "${SINGULARITY_TMPDIR-}" "${TMPDIR-}" /tmp'),
        private_settings=Bash("APPTAINER_TMPDIR or TMPDIR"),
        has_traps=True,
    )
    return Artifact(linked(lambda functions: made_with(functions=functions)), True)


def _usage(project: Project, image: str, names: Iterable[str]) -> list[Bash]:
    return [
        Bash('"Usage: ${again} [OPTION]..."'),
        word(""),
        word(f"Make a SIF for Apptainer of the image {one_line(image)}."),
        word("An old SIF stays until the new one is whole and a program has started in it."),
        word(""),
        word("Options:"),
        word(
            f"  --engine NAME    who has the image: {', '.join(names)}, or auto, the first that has it"
        ),
        word("  --archive FILE   take it from an archive instead (docker save, or OCI)"),
        word("  --sif FILE       write this file"),
        word("  --no-try         do not start a program in the new SIF"),
        word("  --dry-run        print the commands instead of running them"),
        word("  --no-preflight   do not look first whether the host has what is needed"),
        word("  -h, --help       show this help"),
        *variables_help(project),
        word(""),
        word("Exit status: 0; 1 the conversion failed; 2 wrong usage; 3 the host is not ready."),
    ]
