"""Files that a Dockerfile fetches besides packages: Node.js, code-server, the spec's downloads.

Each file is checked against its sha256 before it is used; a missing checksum is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from coder_gen.engines.arguments import text
from coder_gen.expression import Text
from coder_gen.language.build_values import Download, Image, Program, Sums
from coder_gen.quoting.dockerfile import Dockerfile, comment
from coder_gen.targets.image.build_arguments import BuildArguments
from coder_gen.text.diagnostics import Reporter

REGISTRY = "https://registry.npmjs.org"
_NODE_RELEASES = "https://nodejs.org/dist"
_NODE_ARCHIVE = "-linux-{arch}.tar.xz"
_CODE_SERVER_RELEASES = "https://github.com/coder/code-server/releases/download"
# Debian's names of architectures, and Node.js's.
_NODE_NAMES = {
    "amd64": "x64",
    "arm64": "arm64",
    "arm": "armv7l",
    "ppc64le": "ppc64le",
    "s390x": "s390x",
}


class Case(NamedTuple):
    """An architecture: Debian's name, the name in the file's URL, and the file's sha256."""

    debian: Dockerfile
    name: Dockerfile
    sum: Dockerfile


class Fetch(NamedTuple):
    """A file to fetch, check, and use.

    ``cases`` is empty if one checksum, ``sum``, is valid for every architecture.
    """

    comment: Dockerfile
    arguments: list[Dockerfile]
    file: Dockerfile
    # Either a URL, or the two paths of a COPY.
    url: Dockerfile | None
    copy: Dockerfile | None
    names_architecture: bool
    cases: list[Case]
    sum: Dockerfile | None
    steps: list[Dockerfile]
    # Whether apt's lists are needed, for the dependencies of a package.
    apt: bool = False
    mounts: Dockerfile = Dockerfile("")


def mounts(made: Image, *caches: str, secrets: bool = False) -> Dockerfile:
    """The mounts of a RUN: caches, and the spec's secrets; with a space before each."""
    found = [
        f"type=secret,id={secret.name},target={secret.target}"
        for secret in (made.secrets if secrets else ())
    ]
    found += [f"type=cache,{cache}" for cache in caches]
    return Dockerfile("".join(f" --mount={each}" for each in found))


def apt_caches(made: Image) -> tuple[str, ...]:
    """Cache mounts for apt, where the spec asks for caches."""
    folders = ("/var/cache/apt", "/var/lib/apt/lists")
    return tuple(f"target={folder},sharing=locked" for folder in folders) if made.cache else ()


# The package that unpacks a file with this ending; Debian always has gzip.
_UNPACKERS = (
    ((".xz", ".txz"), "xz-utils"),
    ((".bz2", ".tbz2", ".tbz"), "bzip2"),
    ((".zst", ".tzst"), "zstd"),
    ((".zip", ".whl"), "unzip"),
)
_ZIP = _UNPACKERS[-1][0]


def unpackers(made: Image) -> list[str]:
    """The packages that unpack the downloads of the image and of its set-up."""
    setup = [step.download for step in made.setup if step.download is not None]
    names = [each.url.source for each in (*made.downloads, *setup) if each.unpack]
    if made.node is not None and made.node.origin == "release":
        names.append(_NODE_ARCHIVE)
    return [package for ends, package in _UNPACKERS if any(name.endswith(ends) for name in names)]


def node(made: Image, to: BuildArguments, reporter: Reporter) -> list[Fetch]:
    """Node.js, and npm if Node.js comes without it. Reports E407 to E409."""
    program = made.node
    if program is None:
        needs = made.code_server is not None and made.code_server.origin == "npm"
        if needs or made.npm.names:
            who = "code-server from npm" if needs else "`npm`"
            span = made.code_server.span if made.code_server and needs else made.npm.span
            reporter.error(
                "E409", f"{who} needs Node.js", span,
                "add node with version and sha256; or node: {from: apt} for the base image's own",
            )  # fmt: skip
        return []
    if program.origin == "apt":
        return []
    if not _known(program, "node", reporter):
        return []
    version = program.version
    assert version is not None
    assert program.sums is not None
    if program.origin == "release":
        url = _NODE_RELEASES + "/v" + version + "/node-v" + version + _NODE_ARCHIVE
        return [
            _archive("Node.js from nodejs.org.", url, program.sums, "/usr/local", to, _NODE_NAMES)
        ]
    registry = made.npm.registry or text(REGISTRY)
    url = registry + "/node-linux-{arch}/-/node-linux-{arch}-" + version + ".tgz"
    found = [
        _archive("Node.js from the npm registry.", url, program.sums, "/usr/local", to, _NODE_NAMES)
    ]
    npm = made.node_npm
    if npm is None:
        if made.npm.names or (made.code_server is not None and made.code_server.origin == "npm"):
            reporter.error(
                "E409", "Node.js from the npm registry comes without npm", program.span,
                "add npm: {version, sha256} below `node`, or take it from: release",
            )  # fmt: skip
        return found
    if _known(npm, "npm", reporter):
        assert npm.version is not None
        assert npm.sums is not None
        url = registry + "/npm/-/npm-" + npm.version + ".tgz"
        folder = "/usr/local/lib/node_modules/npm"
        links = [
            Dockerfile(f"ln -s ../lib/node_modules/npm/bin/{name}-cli.js /usr/local/bin/{name}")
            for name in ("npm", "npx")
        ]
        found.append(_archive("npm.", url, npm.sums, folder, to, {}, links))
    return found


def code_server(made: Image, to: BuildArguments, reporter: Reporter) -> list[Fetch]:
    """The web IDE, as /usr/bin/code-server. Reports E407 and E408."""
    program = made.code_server
    if program is None:
        return []
    link = Dockerfile("ln -s ../lib/code-server/bin/code-server /usr/bin/code-server")
    folder = "/usr/lib/code-server"
    if program.origin == "file":
        return _from_context(program, made, folder, link, to, reporter)
    if not _known(program, "code_server", reporter):
        return []
    version = program.version
    assert version is not None
    assert program.sums is not None
    if program.origin == "npm":
        url = (
            (made.npm.registry or text(REGISTRY)) + "/code-server/-/code-server-" + version + ".tgz"
        )
        return [_from_npm(url, program.sums, made, to)]
    url = program.url or (
        _CODE_SERVER_RELEASES + "/v" + version + "/code-server-" + version + "-linux-{arch}.tar.gz"
    )
    return [_archive("The web IDE.", url, program.sums, folder, to, {}, [link])]


def _from_npm(url: Text, sums: Sums, made: Image, to: BuildArguments) -> Fetch:
    """code-server from npm; the package contains the checksums of its dependencies."""
    file = "/tmp/code-server.tgz"
    registry = (
        [" --registry=", to.shell(made.npm.registry)] if made.npm.registry is not None else []
    )
    install = (
        "npm_config_unsafe_perm=true npm_config_nodedir=/usr/local npm install --global"
        f"{''.join(registry)} --no-fund --no-audit {file}"
    )
    steps = [install, "ln -s /usr/local/bin/code-server /usr/bin/code-server"]
    if not made.cache:
        steps.append("rm -rf /root/.npm /root/.cache")
    about = "The web IDE, its native modules compiled here."
    made_of = _fetch(about, url, sums, file, to, {}, [Dockerfile(step) for step in steps])
    return made_of._replace(
        mounts=mounts(made, *(["target=/root/.npm"] if made.cache else []), secrets=True)
    )


def _from_context(
    program: Program,
    made: Image,
    folder: str,
    link: Dockerfile,
    to: BuildArguments,
    reporter: Reporter,
) -> list[Fetch]:
    if program.file is None:
        reporter.error(
            "E407", "code_server comes from a file, but names none", program.span,
            "add file: PATH, below the build's context",
        )  # fmt: skip
        return []
    source = program.file
    package = source.source.endswith(".deb")
    file = "/tmp/code-server.deb" if package else "/tmp/code-server.tar.gz"
    sums = program.sums.by_architecture if program.sums is not None else {}
    one = sums.get("")
    steps = (
        [Dockerfile(f"apt-get install --yes --no-install-recommends {file}")]
        if package
        else [*_unpack(file, folder, 1), link]
    )
    return [
        Fetch(
            comment("The web IDE, from a file of the context."), to.new(), Dockerfile(file), None,
            to.copy(source, text(file)), False, [],
            to.shell(one) if one is not None else None, steps, apt=package,
            mounts=mounts(made, *apt_caches(made)) if package else Dockerfile(""),
        )
    ]  # fmt: skip


def downloads(made: Image, to: BuildArguments) -> list[Fetch]:
    """The spec's downloads."""
    return [
        _download(number, download, made, to)
        for number, download in enumerate(made.downloads, start=1)
    ]


def _download(number: int, download: Download, made: Image, to: BuildArguments) -> Fetch:
    target = download.target
    about = f"{download.url.source.rpartition('/')[2]}."
    if target is None:
        file = f"/tmp/download-{number}.deb"
        install = Dockerfile(f"apt-get install --yes --no-install-recommends {file}")
        fetched = _fetch(about, download.url, download.sums, file, to, {}, [install])
        return fetched._replace(apt=True, mounts=mounts(made, *apt_caches(made)))
    file = f"/tmp/download-{number}"
    word = to.shell(target)
    if download.unpack and download.url.source.endswith(_ZIP):
        # unzip cannot strip folders; cp merges into existing folders, as tar does.
        steps = [
            Dockerfile(f"unzip -q {file} -d {file}.d"),
            Dockerfile(f"mkdir -p {word}"),
            Dockerfile(f"cp --recursive {file}.d/{'*/' * download.strip}. {word}"),
            Dockerfile(f"rm -r {file}.d"),
        ]
    elif download.unpack:
        steps = [
            Dockerfile(f"mkdir -p {word}"),
            Dockerfile(f"tar --extract --file {file} --no-same-owner --strip-components={download.strip} --directory {word}"),
        ]  # fmt: skip
    else:
        steps = [Dockerfile(f"install -D --mode={download.mode or '0644'} {file} {word}")]
    return _fetch(about, download.url, download.sums, file, to, {}, steps)


def _archive(
    about: str, url: Text, sums: Sums, folder: str, to: BuildArguments,
    names: Mapping[str, str], after: list[Dockerfile] | None = None,
) -> Fetch:  # fmt: skip
    """A tar archive with a single top folder."""
    file = "/tmp/" + folder.rpartition("/")[2] + ".tar"
    return _fetch(about, url, sums, file, to, names, [*_unpack(file, folder, 1), *(after or ())])


def _unpack(file: str, folder: str, strip: int) -> list[Dockerfile]:
    steps = [
        f"mkdir -p {folder}",
        f"tar --extract --file {file} --no-same-owner --strip-components={strip} --directory {folder}",
    ]
    return [Dockerfile(step) for step in steps[folder == "/usr/local" :]]


def _fetch(
    about: str, url: Text, sums: Sums, file: str, to: BuildArguments,
    names: Mapping[str, str], steps: list[Dockerfile],
) -> Fetch:  # fmt: skip
    one = sums.by_architecture.get("")
    cases = [
        Case(
            Dockerfile(_debian(architecture)),
            Dockerfile(names.get(architecture, architecture)),
            to.shell(value),
        )
        for architecture, value in sums.by_architecture.items()
        if architecture
    ]
    word = to.url(url)
    return Fetch(
        comment(about), to.new(), Dockerfile(file), word, None, "{arch}" in url.source, cases,
        to.shell(one) if one is not None else None, steps,
    )  # fmt: skip


def _debian(architecture: str) -> str:
    """Debian's name of an architecture; some differ from those of image platforms."""
    return {"arm": "armhf", "386": "i386", "ppc64le": "ppc64el"}.get(architecture, architecture)


def _known(program: Program, name: str, reporter: Reporter) -> bool:
    """Whether a program has a version and a checksum. Reports E407."""
    missing = [
        key for key, value in (("version", program.version), ("sha256", program.sums)) if not value
    ]
    for key in missing:
        fix = (
            "print it with:  curl -fsSL URL | sha256sum"
            if key == "sha256"
            else "name the version, so that every build gives the same"
        )
        reporter.error("E407", f"`{name}` has no `{key}`", program.span, fix)
    return not missing
