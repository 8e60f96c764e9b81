"""``build``: the image. Compose's keys of that name, and keys for generating a Dockerfile.

The table is the source of the validator, the JSON Schema and the reference. ``image_of`` turns
the merged section into the typed values that the image's targets use.
"""

from __future__ import annotations

from coder_gen.expression import Text
from coder_gen.language.build_values import CopiedFile, Download, mode_of
from coder_gen.language.context import ParseContext
from coder_gen.language.keys.mounts import one_path
from coder_gen.language.keys.sections import EXTRA_HOSTS
from coder_gen.language.keys.setup import SETUP, STRIP, SUM, URL
from coder_gen.language.shapes.base import (
    BooleanShape,
    Key,
    ListShape,
    PairsShape,
    ScalarShape,
    Setting,
    texts,
)
from coder_gen.language.shapes.command_lines import CommandShape
from coder_gen.language.shapes.entries import entry_schema, read_entry
from coder_gen.language.shapes.kind import (
    DECIMAL,
    WHOLE,
    Kind,
    Schema,
    choice,
    pattern,
    text_schema,
)
from coder_gen.language.shapes.mappings import NamedShape, RecordShape
from coder_gen.language.shapes.scalar_types import (  # fmt: skip
    ABSOLUTE,
    BYTES,
    ENV_VALUE,
    EXPOSED,
    FILE_MODE,
    IMAGE,
    NONEMPTY,
    PLATFORM,
    VARIABLE,
)
from coder_gen.yaml.nodes import Mapping, Node, Scalar, Sequence

PACKAGE = pattern("the name of a package", r"[^\s-]\S*", "git", DECIMAL)
# PEP 508: it may contain blanks, as in `tomli; python_version < "3.11"`.
REQUIREMENT = pattern("a requirement of pip", r"[^\s-](?:[^\r\n]*\S)?", "requests[socks]==2.34.2")
VERSION = pattern("a version", r"[0-9][A-Za-z0-9_.+~-]*", "4.106.3", DECIMAL)
# shadow's rule, with dots, which are common in names of companies' users.
USER_NAME = pattern(
    "a user name: letters, digits and _ . - after the first",
    r"[A-Za-z_][A-Za-z0-9_.-]{0,31}",
    "coder",
)
ID = pattern("a numeric id", r"0|[1-9][0-9]{0,9}", "1000", WHOLE)
OWNER = pattern(
    "a user, or user:group, by name or id",
    r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?",
    "root:root",
    WHOLE,
)
MOUNTED = pattern(
    "an absolute path of letters, digits and . _ @ + -", r"/[A-Za-z0-9_./@+-]*", "/root/.netrc"
)
LOCALE = pattern("a locale", r"C\.UTF-8|[a-z]{2,3}_[A-Z]{2}\.UTF-8", "en_US.UTF-8")
# Folders that cannot be a home: these and all below them; then those below which a home may be.
_NEVER_HOME = frozenset(["dev", "etc", "proc", "sys"])
_NOT_ITSELF = frozenset(
    [
        *("bin", "boot", "home", "lib", "lib32", "lib64", "libx32", "media", "mnt", "opt", "run"),
        *("sbin", "srv", "tmp", "usr", "var"),
    ]
)


def _may_be_home(value: str) -> bool:
    """Whether the build may give the user this folder and all below it."""
    folders = [name for name in value.split("/") if name not in ("", ".")]
    if not value.startswith("/") or not folders or ".." in folders or folders[0] in _NEVER_HOME:
        return False
    return len(folders) > 1 or folders[0] not in _NOT_ITSELF


HOME = Kind(
    "a home of the user's own: an absolute path, and no folder of the system's",
    _may_be_home,
    "/home/coder",
    {"type": "string", "pattern": "^/|\\$"},
)
IN_CONTEXT = Kind(
    "a path below the build's context",
    lambda value: bool(value) and value[0] not in "/~" and ".." not in value.split("/"),
    "files/settings.json",
    # A number is a valid name; the rest of the rule would make the pattern unreadable.
    {"type": ["string", "number"], "pattern": "^[^/~]"},
)
_FILE = {
    "source": Key(ScalarShape(IN_CONTEXT), "A path below the context."),
    "target": Key(ScalarShape(ABSOLUTE), "Its path in the image; a / at the end: a folder."),
    "mode": Key(ScalarShape(FILE_MODE, fixed=True), "Octal file mode."),
    "owner": Key(ScalarShape(OWNER), "USER[:GROUP]; absent: root."),
}


def _file(node: Node, ctx: ParseContext) -> CopiedFile | None:
    if isinstance(node, Mapping):
        entry = read_entry(node, _FILE, ("source", "target"), ctx)
        if entry is None:
            return None
        source, target = entry.text("source"), entry.text("target")
        assert source is not None
        assert target is not None
        return CopiedFile(source, target, mode_of(entry), entry.text("owner"), node.span)
    text = ctx.text(node)
    if text is None:
        return None
    source, *rest = text.split(":", 1)
    if not rest:
        ctx.reporter.error(
            "E014", f"`{text.source}` does not say where the file goes", text.span,
            f"write {text.source}:/path/in/the/image",
        )  # fmt: skip
        return None
    if ctx.checked(source, IN_CONTEXT) is None or ctx.checked(rest[0], ABSOLUTE) is None:
        return None
    return CopiedFile(source, rest[0], None, None, text.span)


def _place(target: Text, source: Text) -> object:
    """Where a file is placed: the target's path, or for a folder the path and the source's name."""
    if target.source.endswith("/"):
        return one_path(target), source.source
    return one_path(target)


FILES = ListShape(
    _file,
    {
        "anyOf": [
            text_schema("SOURCE:TARGET", "[^/~:][^:]*:/.*"),
            entry_schema(_FILE, ("source", "target")),
        ]
    },
    lambda file: _place(file.target, file.source),
    what="file for",
)

_DOWNLOAD = {
    "url": Key(ScalarShape(URL), "The URL; {arch} stands for amd64, arm64, ..."),
    "sha256": SUM,
    "target": Key(ScalarShape(ABSOLUTE), "The file to write, or the folder to unpack into."),
    "unpack": Key(
        BooleanShape(),
        "Unpack a tar or zip archive into `target`; install a package where `url` ends in .deb.",
    ),
    "strip": STRIP,
    "mode": Key(ScalarShape(FILE_MODE, fixed=True), "Octal file mode."),
}


def _download(node: Node, ctx: ParseContext) -> Download | None:
    if not isinstance(node, Mapping):
        example = "for example: {url: URL, sha256: SUM, target: /usr/local/bin/tool}"
        ctx.wrong_type(node, "a mapping with url and sha256", example)
        return None
    entry = read_entry(node, _DOWNLOAD, ("url", "sha256"), ctx)
    if entry is None:
        return None
    url, sums, target = entry.text("url"), entry.value("sha256"), entry.text("target")
    assert url is not None
    package = url.is_literal and url.literal.endswith(".deb")
    if target is None and not package:
        ctx.reporter.error("E015", "a download needs a `target`", node.span, "add target: /path")
        return None
    return Download(
        url, sums, target, entry.flag("unpack") or target is None,
        int(entry.fixed("strip") or 0), mode_of(entry), node.span,
    )  # fmt: skip


DOWNLOADS = ListShape(
    _download,
    entry_schema(_DOWNLOAD, ("url", "sha256")),
    lambda download: (
        (download.url.source, download.target and download.target.source)
        if download.unpack or download.target is None
        else _place(download.target, download.url)
    ),
)

_SECRET = RecordShape(
    {
        "file": Key(
            ScalarShape(NONEMPTY), "The file that contains it, on the machine that builds."
        ),
        "environment": Key(ScalarShape(VARIABLE, fixed=True), "The variable that contains it."),
        "target": Key(
            ScalarShape(MOUNTED, fixed=True), "Its path in the build; absent: /run/secrets/NAME."
        ),
    },
    noun="file or environment",
)


class _Packages(RecordShape):
    """A mapping with ``packages``, or only their list."""

    def parse(self, node: Node, ctx: ParseContext) -> dict[str, Setting] | None:
        if isinstance(node, Sequence):
            value = self.keys["packages"].shape.parse(node, ctx)
            return None if value is None else {"packages": Setting(value, node.span, ctx.origin)}
        if isinstance(node, Scalar):
            ctx.wrong_type(node, self.noun, "write them in brackets: [git, curl]")
            return None
        return super().parse(node, ctx)

    def schema(self) -> Schema:
        return {"anyOf": [self.keys["packages"].shape.schema(), super().schema()]}


_FROM = "npm: the npm registry; release: the project's own downloads; file: the context."
_NODE = RecordShape(
    {
        "version": Key(ScalarShape(VERSION), "The version of Node.js."),
        "from": Key(
            ScalarShape(choice("npm", "release", "apt"), fixed=True),
            "npm: its package in the npm registry; release: nodejs.org; apt: the base image's package.",
        ),
        "sha256": SUM,
        "npm": Key(
            RecordShape(
                {
                    "version": Key(ScalarShape(VERSION), "The version of npm."),
                    "sha256": SUM,
                }
            ),
            "npm itself, which the npm registry's package of Node.js does not contain.",
        ),
    },
    noun="version, from and sha256",
)
_CODE_SERVER = RecordShape(
    {
        "version": Key(ScalarShape(VERSION), "The version of code-server."),
        "from": Key(ScalarShape(choice("npm", "release", "file"), fixed=True), _FROM),
        "sha256": SUM,
        "url": Key(
            ScalarShape(URL), "A mirror's file instead of the release's; {arch} as in downloads."
        ),
        "file": Key(ScalarShape(IN_CONTEXT), "A .deb or .tar.gz of the context."),
    },
    noun="version, from and sha256",
)
_USER = RecordShape(
    {
        "name": Key(ScalarShape(USER_NAME), "The user's name."),
        "uid": Key(ScalarShape(ID), "The user's id; ${UID}: the id of the user who builds."),
        "gid": Key(ScalarShape(ID), "The group's id; ${GID}: the id of the group that builds."),
        "home": Key(ScalarShape(HOME), "The home folder; absent: /home/NAME."),
        "shell": Key(ScalarShape(ABSOLUTE), "The login shell; absent: /bin/bash."),
        "sudo": Key(BooleanShape(), "Whether the user may become root without a password."),
    }
)

BUILD = RecordShape(
    {
        "context": Key(ScalarShape(NONEMPTY), "The build context; absent: the spec's folder."),
        "dockerfile": Key(ScalarShape(NONEMPTY), "The Dockerfile's name; absent: Dockerfile."),
        "args": Key(PairsShape(ENV_VALUE, "inherit", VARIABLE), "Build arguments."),
        "secrets": Key(
            NamedShape(
                pattern("a secret's name", r"[A-Za-z0-9][A-Za-z0-9_.-]*", "token"),
                _SECRET,
                empty={},
            ),
            "Secrets for the steps of `run`, `pip` and `npm`; no layer contains them.",
        ),
        "labels": Key(PairsShape(), "Labels of the image."),
        "target": Key(ScalarShape(NONEMPTY), "The stage to build, of a Dockerfile of your own."),
        "tags": Key(texts(IMAGE), "More names for the image, in addition to `image`."),
        "platforms": Key(texts(PLATFORM), "Platforms to build for."),
        "network": Key(ScalarShape(NONEMPTY), "The network of the build's steps."),
        "extra_hosts": Key(EXTRA_HOSTS, "More lines of /etc/hosts for the build's steps."),
        "shm_size": Key(ScalarShape(BYTES), "Size of /dev/shm for the build's steps."),
        "cache_from": Key(texts(IMAGE), "Images whose layers the build may reuse."),
        "no_cache": Key(BooleanShape(), "Reuse no layer."),
        "pull": Key(BooleanShape(), "Look for a newer base image."),
        "base": Key(
            ScalarShape(IMAGE),
            "The base image, by tag or digest: Debian, Ubuntu or an image made from them. Without it the Dockerfile is your own.",
        ),
        "ca_certificates": Key(texts(IN_CONTEXT), "Certificates (PEM) of the context to trust."),
        "apt": Key(
            _Packages(
                {
                    "packages": Key(texts(PACKAGE), "Names; =VERSION pins one."),
                    "recommends": Key(BooleanShape(), "Install recommended packages too."),
                },
                noun="a list of packages, or a mapping",
            ),
            "Debian packages.",
        ),
        "pip": Key(
            _Packages(
                {
                    "packages": Key(texts(REQUIREMENT), "Requirements; ==VERSION pins one."),
                    "requirements": Key(
                        ScalarShape(IN_CONTEXT), "A requirements file; hashes in it are enforced."
                    ),
                    "venv": Key(
                        ScalarShape(ABSOLUTE),
                        "The folder of the virtual environment; absent: /opt/venv.",
                    ),
                },
                noun="a list of packages, or a mapping",
            ),
            "Python packages, in a virtual environment that comes first on PATH.",
        ),
        "node": Key(_NODE, "Node.js, for npm packages and for code-server from npm."),
        "npm": Key(
            _Packages(
                {
                    "packages": Key(texts(PACKAGE), "Names; @VERSION pins one."),
                    "registry": Key(ScalarShape(URL), "The npm registry; absent: npm's own."),
                },
                noun="a list of packages, or a mapping",
            ),
            "npm packages, installed globally.",
        ),
        "code_server": Key(_CODE_SERVER, "The web IDE."),
        "downloads": Key(DOWNLOADS, "Files from the network, each with its checksum."),
        "files": Key(FILES, "Files of the context: SOURCE:TARGET, or mappings."),
        "run": Key(
            texts(NONEMPTY, repeated=True),
            "Shell commands at the end of the build, as root (bash -euo pipefail).",
        ),
        "user": Key(_USER, "The image's user; ids that exist in the base image are adapted."),
        "locale": Key(ScalarShape(LOCALE, fixed=True), "The locale, for example en_US.UTF-8."),
        "environment": Key(
            PairsShape(ENV_VALUE, "empty", VARIABLE), "Variables of every process in the image."
        ),
        "working_dir": Key(
            ScalarShape(ABSOLUTE), "The working directory; absent: the home folder."
        ),
        "expose": Key(texts(EXPOSED), "Ports that the image listens on."),
        "init": Key(
            ScalarShape(choice("dumb-init", "tini", "none"), fixed=True),
            "Process 1, which reaps zombies and forwards signals; absent: dumb-init.",
        ),
        "entrypoint": Key(
            CommandShape(), "The entry point; absent, with code_server: the IDE on PORT."
        ),
        "command": Key(CommandShape(), "Arguments for the entry point."),
        "auth": Key(
            ScalarShape(choice("none", "password"), fixed=True),
            "How the IDE authenticates its user; absent: password.",
        ),
        "cache": Key(
            BooleanShape(),
            "Keep the package managers' downloads between builds (BuildKit's cache mounts).",
        ),
        "setup": Key(SETUP, "Steps of the first-run set-up, inside the container."),
    },
    noun="a mapping, as Compose's build",
    refused={
        "additional_contexts": "copy what is needed below the context, and name it under `files`",
        "dockerfile_inline": "say `base`, and what is to be in the image, or write a Dockerfile",
        "privileged": "no step of a build needs it here",
        "ssh": "fetch what is needed before the build, and name it under `files`",
    },
)


def _context(node: Scalar, ctx: ParseContext) -> dict[str, Setting] | None:
    """``build: DIR`` is the short form of ``build: {context: DIR}``, as in Compose."""
    text = ctx.text(node, NONEMPTY)
    return None if text is None else {"context": Setting(text, node.span, ctx.origin)}


BUILD.shorthand = _context
BUILD.shorthand_schema = NONEMPTY.schema
