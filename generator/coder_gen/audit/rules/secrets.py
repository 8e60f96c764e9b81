"""Secrets in places that others can read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coder_gen.audit.levels import HIGH
from coder_gen.audit.rule import Hit, Rule
from coder_gen.audit.rule_text import KeyName, RuleText
from coder_gen.audit.token_forms import issuer
from coder_gen.expression import Text
from coder_gen.language.values import Inherit
from coder_gen.plan import Plan
from coder_gen.plan.defaults import settled
from coder_gen.plan.image import image

# Names of secrets in upper case with underscores; camelCase is converted first.
_SECRET = re.compile(
    r"(?:PASSWORD|PASSWD|PASSPHRASE)(?:$|_)|(?:^|_)(?:PASS|[A-Z]*PWD)$"
    r"|(?:^|_)(?:SECRET|TOKEN|JWT|CREDENTIALS?|PAT|SSHPASS"
    r"|(?:API|PRIVATE|ACCESS|SECRET|ENCRYPTION|SIGNING|MASTER|ACCOUNT)_?KEY)(?:$|_)"
)
# Names about a secret that do not hold it: its file, its length, its policy.
_ABOUT = re.compile(
    r"^(?:OLD)?PWD$"
    r"|_(?:FILE|PATH|URL|URI|DIR|NAME|TYPE|LENGTH|MIN|MAX|EXPIRY|EXPIRES?(?:_IN|_MINUTES|_SECONDS)?"
    r"|TTL|AGE|TIMEOUT|HEADER|FIELD|POLICY|PROVIDER|ISSUER|ENDPOINT|ALGORITHM)$"
)
# Paths, booleans and short numbers are not secrets, whatever their name.
_PLAIN = re.compile(r"|/[^$]*|true|false|yes|no|on|off|none|[0-9]{1,3}", re.IGNORECASE)
# scheme://user:password@host
_IN_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^/@\s:]*:[^/@\s]+@", re.IGNORECASE)
# Password=... in a connection string.
_IN_STRING = re.compile(r"(?:^|[;\s])(?:password|pwd)\s*=\s*[^;\s]", re.IGNORECASE)
# --token=abc, or --token with the value in the next word.
_OPTION = re.compile(
    r"--?(?:[\w.-]*[-.])?(?:password|passwd|token|secret|api-?key|credential)(?P<value>=.*)?",
    re.IGNORECASE | re.DOTALL,
)
# curl -u joe:secret, sshpass -p secret, mysql -psecret; `-u 1000:1000` is a user's id.
# Each option is searched only after the program that has it.
_LOGINS = (
    (
        re.compile(r"\b(?:curl|wget|https?|xh)\b"),
        re.compile(r"\s(?:-u|--user|--proxy-user|-a)[ =]?['\"]?[A-Za-z][^:\s]*:(?![$<`])[^\s:/]+"),
    ),
    (re.compile(r"(?=\bsshpass\s)"), re.compile(r"\bsshpass\s+-p ?[^\s$-]\S*")),
    (re.compile(r"\bmysql(?:dump|admin)?\b"), re.compile(r"\s-p[^\s$-][^\s]*")),
)
_ASSIGNED = re.compile(r"(?:^|[\s;&])(?P<name>[A-Za-z_]\w*)=(?P<value>[^\s;&]+)")


def _is_name(name: str) -> bool:
    """Whether a variable of this name holds a secret."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper().replace("-", "_")
    return _SECRET.search(plain) is not None and _ABOUT.search(plain) is None


def _is_secret(name: str, value: str) -> bool:
    return _is_name(name) and _PLAIN.fullmatch(value.strip("'\"")) is None


def _is_literal_secret(value: str) -> bool:
    """Whether text is a literal secret, not a file to read or a command to run."""
    bare = value.strip("'\"")
    return not bare.startswith(("$(", "<", "`")) and _PLAIN.fullmatch(bare) is None


def _pairs(plan: Plan, key: str) -> Iterator[tuple[str, Text | Inherit]]:
    yield from (plan.value(key) or {}).items()


def _environment(plan: Plan) -> Iterator[Hit]:
    for name, value in _pairs(plan, "environment"):
        if isinstance(value, Inherit):
            if _is_name(name):
                yield Hit(f"{name} is passed on in the environment", value.span, name)
            continue
        text = settled(value, plan)
        if _is_secret(name, text):
            yield Hit(f"{name} is a secret in the environment", value.span, name)
        elif _IN_URL.search(text):
            yield Hit(f"the URL in {name} contains a password", value.span, name)
        elif _IN_STRING.search(text):
            yield Hit(f"{name} contains a password", value.span, name)
        elif issuer(text) is not None:
            yield Hit(f"{name} contains what looks like a token: {issuer(text)}", value.span, name)
    for forwarded in plan.value("forward_environment") or ():
        if _is_name(forwarded.literal):
            yield Hit(
                f"{forwarded.literal} is passed on in the environment",
                forwarded.span,
                forwarded.literal,
            )


def _is_shown(name: str, text: str) -> bool:
    return (
        _is_secret(name, text)
        or issuer(text) is not None
        or _IN_URL.search(text) is not None
        or _IN_STRING.search(text) is not None
    )


def _labels(plan: Plan) -> Iterator[Hit]:
    for key in ("labels", "annotations"):
        for name, value in _pairs(plan, key):
            if isinstance(value, Text) and _is_shown(name, settled(value, plan)):
                yield Hit(_secret_in(key, name), value.span, name)
    logging = plan.value("logging")
    for name, value in ((logging and logging.options) or {}).items():
        if _is_shown(name, settled(value, plan)):
            yield Hit(_secret_in("logging", name), value.span, name)


def _secret_in(key: str, name: str) -> RuleText:
    return RuleText("{name} is a secret in {key}", name=name, key=KeyName(key))


def _command_line(plan: Plan) -> Iterator[Hit]:
    check = plan.value("healthcheck")
    for key in ("entrypoint", "command", "healthcheck"):
        words = list(
            (check and check.test) or () if key == "healthcheck" else plan.value(key) or ()
        )
        values = [settled(word, plan) for word in words]
        logins = _logins(words, values)
        for word, text, following in zip(words, values, [*values[1:], ""]):
            if _IN_URL.search(text) or word in logins or _shows(text, following):
                said_in = RuleText("a secret is in {key}", key=KeyName(key))
                yield Hit(said_in, word.span, word)


def _logins(words: list[Text], values: list[str]) -> list[Text]:
    """The words that contain a login's password."""
    found = []
    whole = " ".join(values)
    programs = ((program.search(whole), login) for program, login in _LOGINS)
    ends = [m.end() for p, login in programs if p for m in login.finditer(whole, p.end())]
    for end in ends:
        for word, text in zip(words, values):
            if end <= len(text):
                found.append(word)
                break
            end -= len(text) + 1
    return found


def _shows(text: str, following: str) -> bool:
    """Whether a word of a command line contains a secret, alone or with the next word."""
    if issuer(text) is not None:
        return True
    option = _OPTION.fullmatch(text)
    if option is not None:
        value = (option["value"] or f"={following}")[1:]
        return not value.startswith("-") and _is_literal_secret(value)
    return any(
        _is_name(pair["name"]) and _is_literal_secret(pair["value"])
        for pair in _ASSIGNED.finditer(text)
    )


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
            if value is not None and _is_shown(name, text):
                yield Hit(f"{name}, a build {what}, is a secret in the image", value.span, name)


def _in_spec(plan: Plan) -> Iterator[Hit]:
    for key in ("secrets", "configs"):
        for grant in plan.value(key) or ():
            text = settled(grant.content, plan)
            if issuer(text) or _IN_URL.search(text) or _IN_STRING.search(text):
                yield Hit(f"the content of {grant.name} is a secret", grant.span, grant.name)
    for name, variable in plan.variables.items():
        text = settled(variable.default, plan)
        if _is_secret(name, text) and variable.default is not None and variable.default.is_literal:
            yield Hit(f"the default of {name} is a secret", variable.default.span, name)
        elif issuer(text):
            yield Hit(f"the default of {name} looks like a token", variable.span, name)


_ADVICE = "Write it to a file of mode 0600, and name the file under `secrets`."
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
        gains="Reads it in the image's history, as anyone who can pull the image.",
        advice="Pass it with `build.secrets`, which are not stored in a layer.",
        standards=("CIS 4.10", "OWASP 12", "NIST 4.1.4"),
        check=_in_image,
        example="build:\n  secrets:\n    token:\n      file: ${HOME}/.config/coder/token",
    ),
    Rule(
        id="secret-in-spec",
        title="A secret in the spec itself",
        level=HIGH,
        gains="Reads it in the repository, and in every launcher that is made from the spec.",
        advice=_ADVICE,
        standards=("CIS 4.10", "OWASP 12", "NIST 4.1.4"),
        check=_in_spec,
        example=_EXAMPLE,
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
