"""``convert.sh``: a bash script that converts an image to a SIF for Apptainer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from coder_gen.engines import registry
from coder_gen.engines.apptainer import sif
from coder_gen.engines.arguments import text
from coder_gen.engines.base import Engine
from coder_gen.engines.names import AUTO
from coder_gen.language.load import Project
from coder_gen.plan import Plan
from coder_gen.quoting.bash import Bash, word
from coder_gen.targets.base import Artifact, Request, Support
from coder_gen.targets.image.build_script import narrowed
from coder_gen.targets.launcher import machinery
from coder_gen.targets.launcher.bash_values import Values
from coder_gen.targets.launcher.header import (
    next_file,
    one_line,
    printed,
    provenance,
    variables_help,
)  # fmt: skip
from coder_gen.targets.launcher.lines import assignment, late_lines, section
from coder_gen.targets.launcher.machinery import array, function, quoted
from coder_gen.targets.launcher.variables import built_ins, closing, opening, variables
from coder_gen.text.diagnostics import Reporter, problem

SUMMARY = "A bash script that converts the image to a SIF for Apptainer."
# It converts the image, and does not start a container.
SUPPORT: Mapping[str, Support] = {}


def compile(
    project: Project, plans: Mapping[str, Plan], request: Request, reporter: Reporter
) -> Artifact:
    """Make the script. Raises Problems (E412) for an engine that keeps no images."""
    builders = registry.builders()
    words = (*(each.name for each in builders), AUTO)
    if request.engine not in words:
        raise problem(
            "E412", f"{request.engine} keeps no images: the engines are {', '.join(words)}",
            request.engine_span, "an archive comes with --archive when the script is run",
        )  # fmt: skip
    plan = plans[project.default_mode]
    image, file = plan.text("image") or text(project.name), sif(plan)
    project = narrowed(project, [image, file])
    values = Values(project.variables)
    set_up = [
        *late_lines("image", image, values),
        *late_lines("apptainer.sif", file, values),
        assignment("image=", [image], values),
        assignment("[[ -n ${sif} ]] || sif=", [file], values),
    ]
    settings, checks = variables(project, values)
    modules = machinery.selected(
        ["convert", "own_file", *(["require"] if values.kinds else [])], builders
    )
    data = {
        "project": quoted(project.name),
        "engines": array([each.name for each in builders]),
        "engine": request.engine,
        "build_script": next_file(project, "build-script"),
        "start_script": next_file(project, "script", engines=("apptainer", "auto")),
    }
    machinery.check_names(project, reporter, modules, data)
    functions = [
        *opening([*built_ins(values, request), *settings], checks),
        function(
            "arguments", "The image, and the file that is made.",
            section(set_up, set(), first_chunk=True),
        ),
        function("usage", "What --help prints.", _usage(project, image.source, builders)),
        *closing(values),
    ]  # fmt: skip
    return Artifact(
        machinery.script(
            header=provenance(
                project, request, f"Makes a SIF for Apptainer of the image of {project.name}."
            ),
            data=data,
            functions=functions,
            modules=modules,
        ),
        True,
    )


def _usage(project: Project, image: str, builders: Iterable[Engine]) -> list[Bash]:
    names = [each.name for each in builders]
    lines = [
        Bash('"Usage: ${own_command} [OPTION]..."'),
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
    return printed(lines)
