"""A Dockerfile from the spec's ``build`` section.

Layers that change rarely come first, so that a build for another user id reuses the packages.
It needs no BuildKit unless the spec asks for caches, secrets or file modes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from coder_gen import expression
from coder_gen.engines.arguments import text
from coder_gen.expression import Text
from coder_gen.language.build_values import CopiedFile, Image, image_of
from coder_gen.language.load import Project
from coder_gen.plan import Plan
from coder_gen.quoting import dockerfile as language
from coder_gen.quoting.dockerfile import Dockerfile
from coder_gen.render import render
from coder_gen.targets.base import Artifact, Request, Support, made_from
from coder_gen.targets.image import packages
from coder_gen.targets.image.build_arguments import BuildArguments
from coder_gen.targets.image.programs import code_server, downloads, mounts, node
from coder_gen.text.characters import shown, unseen
from coder_gen.text.diagnostics import Reporter, problem

SUMMARY = "A Dockerfile from the spec's `build` section."
# It makes the image, and does not start a container.
SUPPORT: Mapping[str, Support] = {}

_INIT = {
    "dumb-init": ("/usr/bin/dumb-init", "--"),
    "tini": ("/usr/bin/tini", "--"),
    "none": (),
}
_BASH = ("/bin/bash", "-euo", "pipefail", "-c")
_OPEN = '"0.0.0.0:${PORT:-8080}"'


def image(project: Project) -> Image:
    """The spec's image. Raises Problems (E401) where the spec has no ``build``."""
    if project.build is None:
        raise problem(
            "E401", "the spec has no `build`, so there is no image to make", project.span,
            "add it, for example:  build: {base: debian:bookworm-slim, apt: [git]}",
        )  # fmt: skip
    return image_of(project.build)


def compile(
    project: Project, plans: Mapping[str, Plan], request: Request, reporter: Reporter
) -> Artifact:
    """Make the Dockerfile. Reports E401 to E409."""
    made = image(project)
    if made.base is None:
        raise problem(
            "E401", "`build` has no `base`, so the Dockerfile is one of your own", made.span,
            "name a base image to have it generated, for example base: debian:bookworm-slim",
        )  # fmt: skip
    _check_base(made.base, reporter)
    before = BuildArguments(project, reporter)
    base = before.plain(made.base)
    to = BuildArguments(project, reporter)
    to.names["DEBIAN_FRONTEND"] = None
    # In the order of the file: an argument is declared before its first use.
    certificates = packages.certificates(made, to)
    apt = packages.apt(made, to)
    pip = packages.pip(made, to)
    programs = [*node(made, to, reporter), *code_server(made, to, reporter)]
    npm = packages.npm(made, to)
    fetched = downloads(made, to)
    files = [_copy(file, to) for file in made.files]
    file_arguments = to.new()
    commands = _commands(made, to)
    command_arguments = to.new()
    # A container that runs as the user who starts it has only the image's home.
    open_home = any(plan.runs_as_host_user for plan in plans.values())
    user = _user(made, to, open_home)
    environment = _environment(made, to)
    working_dir = to.word(made.working_dir or _home(made))
    expose = [to.plain(port) for port in made.expose]
    environment_arguments = to.new()
    labels = _labels(project, made, to)
    content = render(
        "image.dockerfile.j2",
        header=_header(project, plans[project.default_mode], made, request),
        goes_on=Dockerfile(" \\"),
        end=Dockerfile(""),
        base_arguments=before.new(),
        base=base,
        certificates=certificates,
        cache=made.cache,
        mounts=mounts(made, secrets=True),
        apt=apt,
        locale=packages.locale(made),
        pip=pip,
        programs=programs,
        npm=npm,
        downloads=fetched,
        files=files,
        file_arguments=file_arguments,
        commands=commands,
        command_arguments=command_arguments,
        user=user,
        sudo=made.user.sudo,
        open_home=open_home,
        environment=_lines(environment),
        environment_arguments=environment_arguments,
        working_dir=working_dir,
        expose=Dockerfile(" ".join(expose)),
        labels=_lines(labels),
        label_arguments=to.new(),
        entrypoint=_exec(_entrypoint(made), to),
        command=_exec(_command_words(made), to),
    )
    return Artifact(content, False)


# Images without apt, some of them without bash.
_OTHERS = frozenset(
    [
        "alpine",
        "amazonlinux",
        "almalinux",
        "archlinux",
        "busybox",
        "centos",
        "fedora",
        "oraclelinux",
        "rockylinux",
        "scratch",
    ]
)


def _check_base(base: Text, reporter: Reporter) -> None:
    """Warn (W401) of a base image that is known not to be made from Debian."""
    name = re.split(r"[:@]", base.source.rpartition("/")[2])[0]
    if name in _OTHERS or base.source.startswith(("opensuse/", "redhat/")):
        reporter.warning(
            "W401", f"`{base.source}` is not made from Debian, and the steps call apt and bash",
            base.span, "take debian, ubuntu or an image made from them, or write the Dockerfile yourself",
        )  # fmt: skip


def needs_buildkit(made: Image) -> bool:
    """Whether the Dockerfile uses features that Docker's old builder does not support."""
    return bool(made.cache or made.secrets or any(file.mode for file in made.files))


def _header(project: Project, plan: Plan, made: Image, request: Request) -> list[Dockerfile]:
    lines = [f"The image of the container environment {project.name}."]
    if project.description:
        lines.append(project.description)
    lines += ["", *made_from(project, request), ""]
    name = plan.literal("image") or "IMAGE"
    kit = "DOCKER_BUILDKIT=1 " if needs_buildkit(made) else ""
    lines += [
        "`coder-gen build-script` prints a script that builds it. By hand:",
        f"  {kit}docker build -t {name} .",
        f"  podman build --format docker -t {name} .",
        "",
        "Proxies are the builders' own arguments (--build-arg http_proxy=...): steps see them,",
        "and no layer keeps them.",
    ]
    return [_indented_comment(line) for line in lines]


def _indented_comment(line: str) -> Dockerfile:
    stripped = line.lstrip(" ")
    made = language.comment(stripped)
    return Dockerfile(made.replace("# ", "# " + " " * (len(line) - len(stripped)), 1))


def _copy(file: CopiedFile, to: BuildArguments) -> Dockerfile:
    options = [f"--chmod={file.mode}"] if file.mode is not None else []
    if file.owner is not None:
        options.append(f"--chown={to.plain(file.owner)}")
    return Dockerfile(" ".join([*options, to.copy(file.source, file.target)]))


def _commands(made: Image, to: BuildArguments) -> list[Dockerfile]:
    """The spec's own shell commands, each for a RUN; declares the build arguments first."""
    for name, value in made.args.items():
        to.declare(name, value)
    return [_command(command, to) for command in made.run]


def _command(command: Text, to: BuildArguments) -> Dockerfile:
    """The code unchanged if it is one simple line, else as an exec form."""
    code = to.code(command).strip(" \t\n")
    plain = (
        bool(code) and unseen(code).search(code) is None and not code.startswith(("--", "[", "#"))
    )
    if plain and not code.endswith("\\") and "<<" not in code:
        return Dockerfile(code)
    return to.exec_form(tuple(text(word, command.span) for word in (*_BASH, code)))


def _name(made: Image) -> Text:
    return made.user.name or text("coder")


def _home(made: Image) -> Text:
    return made.user.home or "/home/" + _name(made)


def _user(made: Image, to: BuildArguments, open_home: bool) -> dict[str, object]:
    user = made.user
    uid = user.uid or text("1000")
    gid = user.gid or uid
    return {
        "name": to.shell(_name(made)),
        "uid": to.shell(uid),
        "gid": to.shell(gid),
        "home": to.shell(_home(made)),
        "shell": to.shell(user.shell or text("/bin/bash")),
        "work": to.shell(made.working_dir) if made.working_dir is not None else None,
        "mode": Dockerfile("1777" if open_home else "0755"),
        "ids": Dockerfile(f"{to.plain(uid)}:{to.plain(gid)}"),
        "arguments": to.new(),
    }


def _environment(made: Image, to: BuildArguments) -> list[Dockerfile]:
    """NAME="VALUE" of one ENV; the spec's own values replace the defaults."""
    values: dict[str, Text] = {
        "HOME": _home(made),
        "USER": _name(made),
        "SHELL": made.user.shell or text("/bin/bash"),
    }
    if made.locale is not None:
        values["LANG"] = made.locale
    values.update(made.environment)
    return [Dockerfile(f"{name}={to.word(value)}") for name, value in values.items()]


def _labels(project: Project, made: Image, to: BuildArguments) -> list[Dockerfile]:
    """The labels of the OCI, and the spec's."""
    values = {"org.opencontainers.image.title": text(project.name)}
    if project.description:
        # A description is made printable, so that it is not refused for what a LABEL cannot hold.
        described = " ".join(shown(project.description).split())
        values["org.opencontainers.image.description"] = text(described)
    if made.base is not None and made.base.is_literal:
        name, _, digest = made.base.literal.partition("@")
        values["org.opencontainers.image.base.name"] = text(name)
        if digest:
            values["org.opencontainers.image.base.digest"] = text(digest)
    if made.code_server is not None and made.code_server.version is not None:
        values["org.opencontainers.image.version"] = made.code_server.version
    values.update(made.labels)
    return [
        Dockerfile(f"{to.word(expression.literal(name, value.span))}={to.word(value)}")
        for name, value in values.items()
    ]


def _entrypoint(made: Image) -> tuple[Text, ...]:
    """The entry point with its init; by default the IDE's, if the spec has an IDE."""
    words = made.entrypoint
    if words is None:
        if made.code_server is None:
            return ()
        serve = f'exec /usr/bin/code-server --bind-addr {_OPEN} --auth {made.auth} "$@"'
        words = tuple(text(word) for word in ("/bin/bash", "-c", serve, "code-server"))
    if not words:
        return ()
    return (*(text(word) for word in _INIT[made.init]), *words)


def _command_words(made: Image) -> tuple[Text, ...]:
    if made.command is None and made.entrypoint is None and made.code_server is not None:
        return (text("."),)
    return made.command or ()


def _exec(words: tuple[Text, ...], to: BuildArguments) -> Dockerfile | None:
    return to.exec_form(words) if words else None


def _lines(words: Iterable[Dockerfile]) -> Dockerfile:
    """The words of one instruction, each on its own line."""
    return Dockerfile(" \\\n    ".join(words))
