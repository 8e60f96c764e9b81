"""Secrets where others read them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coder_gen.audit.image import image
from coder_gen.audit.levels import HIGH
from coder_gen.audit.rule import Hit, Rule
from coder_gen.audit.settled import settled
from coder_gen.expression import Text
from coder_gen.plan import Plan
from coder_gen.values import Inherit

_SECRET = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|APIKEY|PRIVATE_?KEY|ACCESS_?KEY"
    r"|CREDENTIALS?|PAT)(?:$|_(?!FILE$|PATH$|URL$|DIR$))",
    re.IGNORECASE,
)
# scheme://user:password@host
_IN_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^/@\s:]*:[^/@\s]+@", re.IGNORECASE)


def _pairs(plan: Plan, key: str) -> Iterator[tuple[str, Text | Inherit]]:
    yield from (plan.value(key) or {}).items()


def _environment(plan: Plan) -> Iterator[Hit]:
    for name, value in _pairs(plan, "environment"):
        if isinstance(value, Inherit):
            if _SECRET.search(name):
                yield Hit(f"{name} is passed on in the environment", value.span, name)
            continue
        text = settled(value, plan)
        if _SECRET.search(name) and text:
            yield Hit(f"{name} is a secret in the environment", value.span, name)
        elif _IN_URL.search(text):
            yield Hit(f"the URL in {name} holds a password", value.span, name)
    for forwarded in plan.value("forward_environment") or ():
        if _SECRET.search(forwarded.literal):
            yield Hit(
                f"{forwarded.literal} is passed on in the environment",
                forwarded.span,
                forwarded.literal,
            )


def _labels(plan: Plan) -> Iterator[Hit]:
    for key in ("labels", "annotations"):
        for name, value in _pairs(plan, key):
            if isinstance(value, Text) and _SECRET.search(name) and value.parts:
                yield Hit(f"{name} is a secret in `{key}`", value.span, name)


def _command_line(plan: Plan) -> Iterator[Hit]:
    for key in ("entrypoint", "command"):
        for word in plan.value(key) or ():
            text = settled(word, plan)
            said = re.match(r"--?[\w.-]*(?:password|passwd|token|secret)=(?!\$\(|<)[^'\"]+", text)
            if said or _IN_URL.search(text):
                yield Hit(f"a secret stands in `{key}`", word.span, word)


def _in_image(plan: Plan) -> Iterator[Hit]:
    made = image(plan)
    if made is None:
        return
    for what, pairs in (
        ("argument", made.args),
        ("variable", made.environment),
        ("label", made.labels),
    ):
        for name, value in pairs.items():
            text = settled(value, plan)
            if value is not None and ((_SECRET.search(name) and text) or _IN_URL.search(text)):
                yield Hit(f"{name}, a build {what}, is a secret in the image", value.span, name)


_ADVICE = "Put it in a file of mode 0600, and name the file under `secrets`."
_EXAMPLE = "secrets:\n  token:\n    file: ${HOME}/.config/coder/token"

RULES = (
    Rule(
        id="secret-in-environment",
        title="A secret in the environment",
        level=HIGH,
        gains="Reads it with `inspect`, in /proc, in crash reports, and in every child process.",
        advice=_ADVICE,
        standards=("CIS 4.10", "OWASP 12", "NIST 4.1.4"),
        check=_environment,
        example=_EXAMPLE,
    ),
    Rule(
        id="secret-in-label",
        title="A secret in a label",
        level=HIGH,
        gains="Reads it with `inspect`.",
        advice=_ADVICE,
        standards=("CIS 4.10", "OWASP 12", "NIST 4.1.4"),
        check=_labels,
        example=_EXAMPLE,
    ),
    Rule(
        id="secret-in-image",
        title="A secret in the image",
        level=HIGH,
        gains="Reads it in the image's history: whoever can pull the image.",
        advice="Pass it with `build.secrets`, which a layer never holds.",
        standards=("CIS 4.10", "OWASP 12", "NIST 4.1.4"),
        check=_in_image,
        example="build:\n  secrets:\n    token:\n      file: ${HOME}/.config/coder/token",
    ),
    Rule(
        id="secret-in-command",
        title="A secret on the command line",
        level=HIGH,
        gains="Reads it in the process list of the host, as any user.",
        advice=_ADVICE,
        standards=("CIS 4.10", "OWASP 12", "NIST 4.1.4"),
        check=_command_line,
        example=_EXAMPLE,
    ),
)  # fmt: skip
