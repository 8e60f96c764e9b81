"""The packages of an image: the arguments of apt, pip and npm, and the packages they need."""

from __future__ import annotations

from typing import NamedTuple

from coder_gen.engines.arguments import text
from coder_gen.expression import Text
from coder_gen.language.build_values import Image
from coder_gen.quoting import dockerfile as language
from coder_gen.quoting.dockerfile import Dockerfile
from coder_gen.targets.image.build_arguments import BuildArguments
from coder_gen.targets.image.programs import apt_caches, mounts, unpackers

# What npm compiles code-server's native modules with.
_COMPILERS = ("build-essential", "libkrb5-dev", "libsecret-1-dev", "pkg-config", "python3")


class Packaged(NamedTuple):
    """The data for one package manager's RUN."""

    comment: Dockerfile
    names: list[Dockerfile]
    arguments: list[Dockerfile]
    mounts: Dockerfile
    options: Dockerfile


def _pinned(names: tuple[Text, ...], sign: str) -> bool:
    """Whether each package has a version."""
    return all(sign in name.source[1:] for name in names)


def apt(made: Image, to: BuildArguments) -> Packaged:
    """The spec's Debian packages, and those that other keys need."""
    origins = {program.origin for program in (made.node, made.code_server) if program is not None}
    needed = ["ca-certificates"] if made.ca_certificates else []
    has_ide = made.entrypoint is None and made.code_server is not None
    setup = [step.download for step in made.setup if step.download is not None]
    if origins & {"npm", "release"} or made.downloads or setup:
        needed += ["ca-certificates", "curl"]
    needed += unpackers(made)
    if made.pip.names or made.pip.requirements is not None:
        needed.append("python3-venv")
    if made.node is not None and made.node.origin == "apt":
        needed += ["nodejs", "npm"]
    if made.code_server is not None and made.code_server.origin == "npm":
        needed += _COMPILERS
    if made.locale is not None and made.locale.literal != "C.UTF-8":
        needed.append("locales")
    if made.user.sudo:
        needed.append("sudo")
    if made.init != "none" and (made.entrypoint or has_ide):
        needed.append(made.init)
    asked = {name.source.split("=")[0] for name in made.apt.names}
    added = [text(name) for name in dict.fromkeys(needed) if name not in asked]
    ignored = [] if _pinned((*made.apt.names, *added), "=") else ["DL3008"]
    about = "Debian packages."
    if ignored:
        about = "Debian packages; unpinned, they are those of the base image's release."
    if made.apt.recommends:
        ignored.append("DL3015")
    return Packaged(
        comment=_explained(about, ignored),
        names=[to.shell(name) for name in (*made.apt.names, *added)],
        arguments=to.new(),
        mounts=mounts(made, *apt_caches(made)),
        options=Dockerfile("--yes" + ("" if made.apt.recommends else " --no-install-recommends")),
    )


def _explained(about: str, ignored: list[str]) -> Dockerfile:
    """A comment, and below it the rules that hadolint has to ignore."""
    pragma = [f"# hadolint ignore={','.join(ignored)}"] if ignored else []
    return Dockerfile("\n".join([language.comment(about), *pragma]))


def certificates(made: Image, to: BuildArguments) -> list[Dockerfile]:
    """The paths of a COPY for each; update-ca-certificates reads only files named *.crt."""
    found: dict[str, Dockerfile] = {}
    for source in made.ca_certificates:
        stem = source.source.rpartition("/")[2].rpartition(".")[0] or "own"
        name = stem
        while name in found:
            name += "_"
        target = text(f"/usr/local/share/ca-certificates/{name}.crt", source.span)
        found[name] = to.copy(source, target)
    return list(found.values())


def locale(made: Image) -> dict[str, Dockerfile]:
    """The language and the full name of a locale, if it has to be generated."""
    if made.locale is None or made.locale.literal == "C.UTF-8":
        return {}
    name = made.locale.literal
    return {"language": Dockerfile(name.partition(".")[0]), "name": Dockerfile(name)}


def pip(made: Image, to: BuildArguments) -> dict[str, object]:
    """The spec's Python packages, and their virtual environment."""
    packages = made.pip
    if not packages.names and packages.requirements is None:
        return {}
    venv = packages.venv or text("/opt/venv")
    found: dict[str, object] = {
        "venv": to.shell(venv),
        "program": to.shell(venv + "/bin/pip"),
        "names": [to.shell(name) for name in packages.names],
        "comment": _explained(
            "Python packages, apart from those of the system.",
            [] if _pinned(packages.names, "==") else ["DL3013"],
        ),
        "requirements": None,
        "mounts": mounts(made, *(["target=/root/.cache/pip"] if made.cache else []), secrets=True),
    }
    options = [] if made.cache else ["--no-cache-dir"]
    if packages.requirements is not None:
        found["requirements"] = to.copy(packages.requirements, text("/tmp/requirements.txt"))
        options.append("--requirement /tmp/requirements.txt")
    found["options"] = Dockerfile(" ".join(options))
    found["arguments"] = to.new()
    # The rest of PATH is the base image's.
    found["path"] = Dockerfile(to.word(venv + "/bin:")[:-1] + '${PATH}"')
    return found


def npm(made: Image, to: BuildArguments) -> Packaged | None:
    """The spec's npm packages."""
    if not made.npm.names:
        return None
    registry = made.npm.registry
    options = ["--no-fund", "--no-audit"]
    if registry is not None:
        options.append(f"--registry={to.shell(registry)}")
    return Packaged(
        comment=_explained("npm packages.", [] if _pinned(made.npm.names, "@") else ["DL3016"]),
        names=[to.shell(name) for name in made.npm.names],
        arguments=to.new(),
        mounts=mounts(made, *(["target=/root/.npm"] if made.cache else []), secrets=True),
        options=Dockerfile(" ".join(options)),
    )
