"""The image, and the options of the engine that the audit cannot read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coder_gen.audit.levels import HIGH, LOW, MEDIUM
from coder_gen.audit.rule import Hit, Rule
from coder_gen.engines.engine_options import unread
from coder_gen.engines.registry import engines
from coder_gen.plan import Plan
from coder_gen.plan.defaults import scalar

_DIGEST = re.compile(r"@sha(?:256|512):[0-9a-f]{64,}$")


def _tag(plan: Plan) -> Iterator[Hit]:
    image = scalar(plan, "image")
    if _DIGEST.search(image) or not image:
        return
    tag = image.rpartition("/")[2].partition(":")[2]
    if tag in ("", "latest"):
        yield Hit(
            f"{image} may be another image each time it is pulled", plan.settings["image"].span
        )
    elif scalar(plan, "pull_policy") != "never":
        yield Hit(f"{image} has no digest: the tag may move", plan.settings["image"].span)


# Dangerous options that have no key, and their effect.
_OPENING = {
    "allow-setuid": (HIGH, "setuid programs of the image give more rights"),
    "chrootdirs": (MEDIUM, "folders of the host are changed"),
    "conmon-pidfile": (MEDIUM, "a file of the host is written"),
    "env-host": (HIGH, "every variable of the caller is passed on, also tokens"),
    "fusemount": (MEDIUM, "a program of the host serves a file system inside"),
    "gidmap": (MEDIUM, "it sets which ids of the host the processes have"),
    "hostuser": (MEDIUM, "the process has the id of that user of the host"),
    "keep-privs": (HIGH, "root keeps every capability"),
    "netns-path": (MEDIUM, "it joins a network namespace of the host"),
    "overlay": (MEDIUM, "changes to the image stay on the host"),
    "pidfile": (MEDIUM, "a file of the host is written"),
    "pod": (MEDIUM, "the namespaces of the pod are shared"),
    "preserve-fd": (MEDIUM, "open files of the caller are passed on"),
    "preserve-fds": (MEDIUM, "open files of the caller are passed on"),
    "rootfs": (HIGH, "a folder of the host is the root file system, writable"),
    "seccomp-policy": (MEDIUM, "the image chooses its own filter of system calls"),
    "secret": (MEDIUM, "a secret may become a variable"),
    "security": (MEDIUM, "a custom filter or label replaces the engine's"),
    "subgidname": (MEDIUM, "it sets which ids of the host the processes have"),
    "subuidname": (MEDIUM, "it sets which ids of the host the processes have"),
    "tls-verify": (MEDIUM, "the registry's identity is not verified"),
    "uidmap": (MEDIUM, "it sets which ids of the host the processes have"),
    "volume-driver": (MEDIUM, "a driver provides the volumes"),
    "writable": (MEDIUM, "the image file is changed for its next users"),
}  # fmt: skip


# Options with a key; a value that could not be read may be any value of the key.
_READABLE = frozenset(name for each in engines() for name in each.options.readers) | {"network"}


def _unread(plan: Plan) -> Iterator[Hit]:
    for piece in unread(plan):
        first, *others = piece.words
        text = first
        for word in others:
            text = text + " " + word
        level, why = next((_OPENING[name] for name in piece.names if name in _OPENING), (None, ""))
        if level is None and not _READABLE.isdisjoint(piece.names):
            level, why = MEDIUM, "its key does not accept this value"
        about = f": {why}" if why else ""
        yield Hit(f"`{text.source}` is passed to the engine unread{about}", first.span, text, level)


RULES = (
    Rule(
        id="image-not-pinned",
        title="Image not pinned",
        level=LOW,
        gains="Anyone who can push the tag, or build an image of that name, chooses what all users start.",
        advice="Name a version, if possible with its digest.",
        standards=("CIS 5.28", "OWASP 13", "NIST 4.2.2"),
        check=_tag,
        example="image: registry.example.com/coder:2026-11@sha256:0123456789abcdef0123456789abcdef",
    ),
    Rule(
        id="engine-options",
        title="Options that the audit cannot read",
        level=LOW,
        gains="Everything that the option allows.",
        advice="Use the spec's own keys, which the audit reads.",
        standards=(),
        check=_unread,
        example="engine_options: !reset []",
    ),
)
