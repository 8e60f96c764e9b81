"""``build.sh``: a bash script around ``docker build`` or ``podman build``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from coder_gen.engines import registry
from coder_gen.engines.arguments import file_path, host_text, path, text
from coder_gen.engines.base import Engine
from coder_gen.engines.names import AUTO
from coder_gen.expression import Text
from coder_gen.language.build_values import Image
from coder_gen.language.load import Project
from coder_gen.language.values import texts_in
from coder_gen.plan import Plan
from coder_gen.quoting.bash import Bash, word
from coder_gen.targets.base import Artifact, Request, Support
from coder_gen.targets.image import dockerfile
from coder_gen.targets.image.build_arguments import passed
from coder_gen.targets.launcher import machinery
from coder_gen.targets.launcher.bash_values import Values
from coder_gen.targets.launcher.header import (
    next_file,
    one_line,
    printed,
    provenance,
    variables_help,
)  # fmt: skip
from coder_gen.targets.launcher.lines import Line, assignment, late_lines, section
from coder_gen.targets.launcher.machinery import array, function, quoted
from coder_gen.targets.launcher.variables import built_ins, closing, opening, variables
from coder_gen.text.diagnostics import Reporter, problem

SUMMARY = "A bash script that builds the image with Docker, Podman or nerdctl."
# It makes the image, and does not start a container.
SUPPORT: Mapping[str, Support] = {}

_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
# Space that a build needs, in MiB: for the base, for the IDE, and for a package of each kind.
# The built-in spec's image has 4,136 MiB, the IDE alone 1,601.
_BASE, _IDE, _APT, _PIP = 1024, 2048, 20, 30


def compile(
    project: Project, plans: Mapping[str, Plan], request: Request, reporter: Reporter
) -> Artifact:
    """Make the script. Raises Problems (E401, E412)."""
    builders = registry.builders()
    words = (*(each.name for each in builders), AUTO)
    if request.engine not in words:
        raise problem(
            "E412", f"{request.engine} builds no image: the engines are {', '.join(words)}",
            request.engine_span, "convert.sh makes an image for Apptainer from one of theirs",
        )  # fmt: skip
    made = dockerfile.image(project)
    arguments = passed(project, made)
    names = [plans[project.default_mode].text("image") or text(project.name), *made.tags]
    context = path(made.context or text("."))
    files = [context + "/" + file for file in _files(made)]
    texts = [*names, *arguments.values(), *files, *_others(made)]
    project = narrowed(project, texts)
    values = Values(project.variables)
    known = {ref.name for each in texts for ref in each.refs()}
    lines = [
        *late_lines("image", names[0], values),
        *late_lines("build", made, values, known),
        *_lines(made, arguments, names, context, values),
        *(assignment("files+=(", [file], values, ")") for file in files),
    ]
    settings, checks = variables(project, values)
    roots = ["build", "own_file"]
    if made.secrets:
        roots.append("build_secrets")
    if values.kinds:
        roots.append("require")
    modules = machinery.selected(roots, builders)
    data = {
        "project": quoted(project.name),
        "engines": array([each.name for each in builders]),
        "engine": request.engine,
        "generated": "yes" if made.generated else "no",
        "buildkit": "yes" if dockerfile.needs_buildkit(made) else "no",
        "needed_mib": str(_room(made)),
        "start_script": next_file(project, "script", words),
    }
    machinery.check_names(project, reporter, modules, data)
    functions = [
        *opening([*built_ins(values, request), *settings], checks),
        function(
            "arguments",
            "What the build is told, and reads.",
            section(lines, set(), first_chunk=True),
        ),
        function("usage", "What --help prints.", _usage(project, names[0], builders)),
        *closing(values),
    ]
    return Artifact(
        machinery.script(
            header=provenance(project, request, f"Builds the image of {project.name}."),
            data=data,
            functions=functions,
            modules=modules,
        ),
        True,
    )


def _room(made: Image) -> int:
    """The approximate size of the image in MiB."""
    packages = _APT * len(made.apt.names) + _PIP * len(made.pip.names)
    return _BASE + packages + (_IDE if made.code_server is not None else 0)


def _files(made: Image) -> list[Text]:
    """The files in the context that the build reads, besides the Dockerfile."""
    found = [*made.ca_certificates, *(file.source for file in made.files)]
    found += [made.pip.requirements] if made.pip.requirements is not None else []
    program = made.code_server
    if program is not None and program.origin == "file" and program.file is not None:
        found.append(program.file)
    return found


def _others(made: Image) -> list[Text]:
    """Every other text in the script."""
    others = (
        made.context, made.dockerfile, made.target, made.network, made.shm_size, made.platforms,
        made.cache_from, made.extra_hosts, made.secrets, {} if made.generated else made.labels,
    )  # fmt: skip
    return list(texts_in(others))


def narrowed(project: Project, texts: Iterable[Text]) -> Project:
    """The project with only the variables that the texts need; the others are the launcher's."""
    needed = {ref.name for each in texts for ref in each.refs()}
    for variable in reversed(list(project.variables.values())):
        if variable.name in needed and variable.default is not None:
            needed |= {ref.name for ref in variable.default.refs()}
    return project._replace(
        variables={name: v for name, v in project.variables.items() if name in needed},
        names={name: span for name, span in project.names.items() if name in needed},
    )


def _lines(
    made: Image, arguments: Mapping[str, Text], names: list[Text], context: Text, values: Values
) -> list[Line]:
    """The arguments of the build, and the lines around them."""

    def option(flag: str, value: Text) -> Line:
        needed: dict[str, list[str]] = {}
        return Line(Bash(f"{flag} {values.word(value, needed)}"), None, needed)

    lines = [
        assignment("context=", [context], values),
        assignment(
            "dockerfile=", [context + "/" + (made.dockerfile or text("Dockerfile"))], values
        ),
        assignment("images=(", names, values, ")"),
        Line(Bash('--file "${dockerfile}"'), None, {}),
    ]
    lines += [option("--build-arg", f"{name}=" + value) for name, value in arguments.items()]
    if not made.generated:
        # A generated Dockerfile contains them itself.
        lines += [option("--label", f"{name}=" + value) for name, value in made.labels.items()]
    if made.target is not None:
        lines.append(option("--target", made.target))
    if made.platforms:
        joined = made.platforms[0]
        for each in made.platforms[1:]:
            joined = joined + "," + each
        lines.append(option("--platform", joined))
    for flag, value in (("--network", made.network), ("--shm-size", made.shm_size)):
        if value is not None:
            lines.append(option(flag, value))
    lines += [option("--add-host", host + ":" + address) for host, address in made.extra_hosts]
    lines += [option("--cache-from", image) for image in made.cache_from]
    lines += [Line(Bash("--no-cache"), None, {})] if made.no_cache else []
    lines += [Line(Bash("--pull"), None, {})] if made.pull else []
    lines.append(Line(None, Bash(f"proxies {' '.join(_PROXIES)}"), {}))
    lines += [
        Line(None, Bash(f"inherited {name}"), {}) for name, v in made.args.items() if v is None
    ]
    for secret in made.secrets:
        if secret.environment is not None:
            lines.append(
                Line(None, Bash(f"secret_variable {word(secret.name)} {secret.environment}"), {})
            )
        elif secret.file is not None:
            lines.append(
                assignment(f"secret {word(secret.name)} ", [_host_file(secret.file)], values)
            )
    return lines


def _host_file(value: Text) -> Text:
    """``~`` is the home of the user who builds; relative paths start at the script's folder."""
    if value.startswith("~/"):
        first, *rest = value.parts
        return host_text("HOME", value.span) + Text((str(first)[1:], *rest), value.span)
    return file_path(value)


def _usage(project: Project, image: Text, builders: Iterable[Engine]) -> list[Bash]:
    shown = image.source
    names = [each.name for each in builders]
    lines = [
        Bash('"Usage: ${own_command} [OPTION]... [-- ARGUMENT...]"'),
        word(""),
        word(f"Build the image {one_line(shown)} of {project.name}."),
        word(""),
        word("Options:"),
        word(f"  --engine NAME    {', '.join(names)}, or auto: the first that is usable here"),
        word("  -t, --tag NAME   another name for the image; may be repeated"),
        word("  --no-cache       reuse no layer"),
        word("  --pull           look for a newer base image"),
        word("  --dry-run        print the command line of the engine instead of running it"),
        word("  --no-preflight   do not look first whether the host has what is needed"),
        word("  -h, --help       show this help"),
        word("  -- ARGUMENT...   more options for the engine's build"),
        *variables_help(project),
        word(""),
        word("Exit status: 0; 1 the build failed; 2 wrong usage; 3 the host is not ready."),
    ]
    return printed(lines)
