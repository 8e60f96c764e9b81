"""The typed values of ``build``: what an image is made from, and how it is set up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from coder_gen.expression import Text
from coder_gen.language.shapes.base import Setting
from coder_gen.language.shapes.entries import LongEntry
from coder_gen.text.positions import Span


class Sums(NamedTuple):
    """The sha256 of a file by architecture; the empty name holds the checksum for all of them."""

    by_architecture: Mapping[str, Text]
    span: Span


class CopiedFile(NamedTuple):
    """A file of the build context that is copied into the image; ``mode`` is octal digits."""

    source: Text
    target: Text
    mode: str | None
    owner: Text | None
    span: Span


class Download(NamedTuple):
    """A file from the network. Without ``target`` it is a Debian package to install."""

    url: Text
    sums: Sums
    target: Text | None
    unpack: bool
    strip: int
    mode: str | None
    span: Span


class Packages(NamedTuple):
    """What one package manager installs."""

    names: tuple[Text, ...] = ()
    recommends: bool = False
    requirements: Text | None = None
    venv: Text | None = None
    registry: Text | None = None
    span: Span | None = None


class Program(NamedTuple):
    """Node.js, npm or code-server: its version and where it is downloaded from."""

    version: Text | None
    origin: str
    sums: Sums | None
    url: Text | None
    file: Text | None
    span: Span


class ImageUser(NamedTuple):
    """The image's user; None is the target's default."""

    name: Text | None = None
    uid: Text | None = None
    gid: Text | None = None
    home: Text | None = None
    shell: Text | None = None
    sudo: bool = False


class BuildSecret(NamedTuple):
    """A secret for the build's steps: a file or a variable of the host, mounted at ``target``."""

    name: str
    file: Text | None
    environment: str | None
    target: str
    span: Span


class SetupStep(NamedTuple):
    """One step of the set-up; ``creates`` and ``unless`` guard its download and its commands."""

    name: str
    description: str
    creates: Text | None
    unless: Text | None
    download: Download | None
    run: tuple[Text, ...]
    lines: tuple[tuple[Text, tuple[Text, ...]], ...]
    git: Mapping[str, Text]
    extensions: tuple[Text, ...]
    span: Span


class Image(NamedTuple):
    """``build`` with typed values; None and empty where the spec does not set a key."""

    context: Text | None
    dockerfile: Text | None
    args: Mapping[str, Text | None]
    secrets: tuple[BuildSecret, ...]
    labels: Mapping[str, Text]
    target: Text | None
    tags: tuple[Text, ...]
    platforms: tuple[Text, ...]
    network: Text | None
    extra_hosts: tuple[tuple[Text, Text], ...]
    shm_size: Text | None
    cache_from: tuple[Text, ...]
    no_cache: bool
    pull: bool
    base: Text | None
    ca_certificates: tuple[Text, ...]
    apt: Packages
    pip: Packages
    node: Program | None
    # npm itself, for a Node.js without npm.
    node_npm: Program | None
    npm: Packages
    code_server: Program | None
    downloads: tuple[Download, ...]
    files: tuple[CopiedFile, ...]
    run: tuple[Text, ...]
    user: ImageUser
    locale: Text | None
    environment: Mapping[str, Text]
    working_dir: Text | None
    expose: tuple[Text, ...]
    init: str
    entrypoint: tuple[Text, ...] | None
    command: tuple[Text, ...] | None
    auth: str
    cache: bool
    setup: tuple[SetupStep, ...]
    # The place of each key.
    spans: Mapping[str, Span]
    span: Span

    @property
    def generated(self) -> bool:
        """Whether the Dockerfile is generated from the spec; otherwise the user provides it."""
        return self.base is not None


def image_of(build: Setting) -> Image:
    """The typed image of a merged ``build`` section."""
    entry = LongEntry(build.value)
    settings: Mapping[str, Setting] = build.value
    return Image(
        context=entry.text("context"),
        dockerfile=entry.text("dockerfile"),
        args={
            n: v if isinstance(v, Text) else None for n, v in (entry.value("args") or {}).items()
        },
        secrets=tuple(_secret(n, s) for n, s in (entry.value("secrets") or {}).items()),
        labels=entry.pairs("labels"),
        target=entry.text("target"),
        tags=entry.texts("tags"),
        platforms=entry.texts("platforms"),
        network=entry.text("network"),
        extra_hosts=entry.value("extra_hosts") or (),
        shm_size=entry.text("shm_size"),
        cache_from=entry.texts("cache_from"),
        no_cache=entry.flag("no_cache"),
        pull=entry.flag("pull"),
        base=entry.text("base"),
        ca_certificates=entry.texts("ca_certificates"),
        apt=_packages(entry, "apt"),
        pip=_packages(entry, "pip"),
        node=_program(entry, "node", "npm"),
        node_npm=_program(entry.section("node"), "npm", "npm"),
        npm=_packages(entry, "npm"),
        code_server=_program(entry, "code_server", "release"),
        downloads=entry.value("downloads") or (),
        files=entry.value("files") or (),
        run=entry.texts("run"),
        user=_user(entry.section("user")),
        locale=entry.text("locale"),
        environment=entry.pairs("environment"),
        working_dir=entry.text("working_dir"),
        expose=entry.texts("expose"),
        init=entry.fixed("init") or "dumb-init",
        entrypoint=entry.value("entrypoint"),
        command=entry.value("command"),
        auth=entry.fixed("auth") or "password",
        cache=entry.flag("cache"),
        setup=tuple(_step(n, s) for n, s in (entry.value("setup") or {}).items()),
        spans={name: setting.span for name, setting in settings.items()},
        span=build.span,
    )


def _packages(entry: LongEntry, key: str) -> Packages:
    if key not in entry:
        return Packages()
    own = entry.section(key)
    return Packages(
        own.texts("packages"), own.flag("recommends"), own.text("requirements"),
        own.text("venv"), own.text("registry"), entry.place(key),
    )  # fmt: skip


def _program(entry: LongEntry, key: str, origin: str) -> Program | None:
    if key not in entry:
        return None
    own = entry.section(key)
    return Program(
        own.text("version"), own.fixed("from") or origin, own.value("sha256"),
        own.text("url"), own.text("file"), entry.place(key),
    )  # fmt: skip


def _user(own: LongEntry) -> ImageUser:
    return ImageUser(
        own.text("name"), own.text("uid"), own.text("gid"), own.text("home"),
        own.text("shell"), own.flag("sudo"),
    )  # fmt: skip


def _secret(name: str, setting: Setting) -> BuildSecret:
    own = LongEntry(setting.value)
    target = own.fixed("target") or f"/run/secrets/{name}"
    return BuildSecret(name, own.text("file"), own.fixed("environment"), target, setting.span)


def _step(name: str, setting: Setting) -> SetupStep:
    own = LongEntry(setting.value)
    return SetupStep(
        name,
        own.fixed("description") or "",
        own.text("creates"),
        own.text("unless"),
        _step_download(own.section("download"), setting) if "download" in own else None,
        own.texts("run"),
        own.value("lines") or (),
        own.pairs("git"),
        own.texts("extensions"),
        setting.span,
    )


def mode_of(entry: LongEntry) -> str | None:
    """The octal digits of `mode`, which YAML's users also write as 0o755."""
    mode = entry.fixed("mode")
    return None if mode is None else mode.replace("o", "")


def _step_download(own: LongEntry, setting: Setting) -> Download:
    url, sums, target = own.text("url"), own.value("sha256"), own.text("target")
    assert url is not None
    return Download(
        url, sums, target, own.flag("unpack"), int(own.fixed("strip") or 0), mode_of(own),
        setting.span,
    )  # fmt: skip
