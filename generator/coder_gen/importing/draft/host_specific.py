"""Replace values that are specific to one host or one person by variables.

A home folder becomes ``${HOME}``, a numeric user ``user: host``, the address of one interface a
variable with a default. Hints report such values; `--portable` replaces them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence

from coder_gen.expression import Part, Parts, Ref, Text, joined
from coder_gen.importing.draft.model import Container, Draft
from coder_gen.importing.result import Run
from coder_gen.options.option_values import Data, host_user
from coder_gen.text.diagnostics import SPEC_AUTHOR, WARNING, Diagnostic
from coder_gen.text.positions import Span

# A person's home folder: below /home it becomes ${HOME}, elsewhere the user's name becomes ${USER}.
_HOME = re.compile(r"(/(?:[^/:,\s]+/)*?(?:home|homes|users|Users)/)([A-Za-z_][\w.-]*)(?=[/:]|$)")
_OF_HOSTS = ("/home/", "/Users/")
# Ids of users start at 1000 (login.defs(5), UID_MIN).
_PERSON = re.compile(r"([1-9][0-9]{3,})(:[1-9][0-9]{3,})?")
# The id of a host's first user, but also of the user in many images.
_OF_IMAGES = ("1000", "1000:1000")
_USER_OPTION = re.compile(r"(?:-u=?|--user=?)(.*)", re.DOTALL)
_ADDRESS = "HOST_ADDRESS"


class HostSpecific:
    """The values of a draft that are specific to one host."""

    def __init__(self, containers: Sequence[Container]) -> None:
        # By the text of the original: its replacement, and its first span.
        self.found: dict[str, tuple[Parts, Span]] = {}
        self.users: dict[str, Span] = {}
        for container in containers:
            for source in _sources(container):
                self._home(source)
            for address in _addresses(container):
                parts = (Ref(_ADDRESS, ":-", (address.literal,), address.span),)
                self.found.setdefault(address.literal, (parts, address.span))
            user = container.settings.get("user")
            if user is not None and (text := _literal(user.value)) and _PERSON.fullmatch(text):
                self.users.setdefault(text, user.span)

    def _home(self, source: Text) -> None:
        match = _HOME.match(source.literal) if source.is_literal else None
        if match is None:
            return
        above, name = match.groups()
        span = source.span
        if above in _OF_HOSTS:
            parts: Parts = (Ref("HOME", "", (), span),)
        else:
            parts = (above, Ref("USER", "", (), span))
        self.found.setdefault(above + name, (parts, span))

    def hints(self) -> Iterator[Diagnostic]:
        """A warning for each value."""
        for value, (parts, span) in self.found.items():
            yield _hint(value, Text(parts, span).source, span)
        for value, span in self.users.items():
            if value in _OF_IMAGES:
                continue
            yield _hint(f"the user {value}", "user: host", span)

    def draft(self, draft: Draft) -> Draft:
        """The draft with variables, also in its command lines, which `--check` compares."""
        return draft._replace(
            containers=tuple(self._container(container) for container in draft.containers),
            runs=tuple(self._run(run) for run in draft.runs),
        )

    def _container(self, container: Container) -> Container:
        settings = {
            key: setting._replace(value=self._data(setting.value))
            for key, setting in container.settings.items()
        }
        user = settings.get("user")
        if user is not None and (text := _literal(user.value)) in self.users:
            ids = _ids(":" in (text or ""), user.span)
            settings["user"] = user._replace(value=host_user(ids))
        return container._replace(settings=settings)

    def _data(self, value: Data) -> Data:
        if isinstance(value, (Text, str)):
            text = value if isinstance(value, Text) else None
            return self._text(text) if text is not None else value
        if isinstance(value, dict):
            return {key: self._data(item) for key, item in value.items()}
        return [self._data(item) for item in value] if isinstance(value, list) else value

    def _text(self, text: Text) -> Text:
        if not self.found:
            return text
        one_of = "|".join(re.escape(value) for value in sorted(self.found, key=len, reverse=True))
        pattern = re.compile(rf"(?<![\w.-])({one_of})(?![\w.-])")
        parts: list[Part] = []
        for part in text.parts:
            if isinstance(part, Ref):
                parts.append(part)
                continue
            at = 0
            for match in pattern.finditer(part):
                parts += [part[at : match.start()], *self.found[match[1]][0]]
                at = match.end()
            parts.append(part[at:])
        return Text(joined(parts), text.span)

    def _run(self, run: Run) -> Run:
        words: list[Text] = []
        before = ""
        for word in run.words:
            text = word.source
            match = _USER_OPTION.fullmatch(text)
            value = text if before in ("-u", "--user") else match[1] if match else ""
            if value in self.users:
                ids = _ids(":" in value, word.span)
                head = text.removesuffix(value)
                words.append(Text(joined((head, *ids.parts)), word.span))
            else:
                words.append(self._text(word))
            before = text
        return run._replace(words=tuple(words))


def _hint(what: str, instead: str, span: Span) -> Diagnostic:
    return Diagnostic(
        "W531", WARNING, f"{what} belongs to one person or one host", span,
        f"where others use the spec, too: `import --portable` writes {instead}", SPEC_AUTHOR,
    )  # fmt: skip


def _literal(value: Data) -> str | None:
    if isinstance(value, Text):
        return value.literal if value.is_literal else None
    return value if isinstance(value, str) else None


def _ids(both: bool, span: Span) -> Text:
    uid = Ref("UID", "", (), span)
    return Text((uid, ":", Ref("GID", "", (), span)) if both else (uid,), span)


def _entries(container: Container, key: str) -> list[Data]:
    setting = container.settings.get(key)
    return setting.value if setting is not None and isinstance(setting.value, list) else []


def _sources(container: Container) -> Iterator[Text]:
    for item in _entries(container, "volumes"):
        source = item.get("source") if isinstance(item, dict) else item
        if isinstance(source, Text):
            yield source.split(":")[0]


def _addresses(container: Container) -> Iterator[Text]:
    """The addresses on which ports are published, without wildcards and loopback."""
    for item in _entries(container, "ports"):
        fields = [item.get("host_ip")] if isinstance(item, dict) else item.split(":")[:-2]
        if len(fields) == 1 and isinstance(fields[0], Text) and fields[0].is_literal:
            try:
                address = ipaddress.ip_address(fields[0].literal)
            except ValueError:
                continue
            if not (address.is_loopback or address.is_unspecified):
                yield fields[0]
