"""Variables of the spec in a Dockerfile: build arguments, declared before their first use.

The ids and the name of the user who builds are passed as ``USER_ID``, ``GROUP_ID`` and
``USER_NAME``: bash, which runs the steps, sets ``UID`` itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from coder_gen.engines.arguments import host_text, text
from coder_gen.expression import Part, Parts, Ref, Text, joined
from coder_gen.language.build_values import Image
from coder_gen.language.load import Project
from coder_gen.language.values import texts_in
from coder_gen.plan.defaults import resolved
from coder_gen.quoting import dockerfile as language
from coder_gen.quoting.dockerfile import Dockerfile
from coder_gen.text.diagnostics import Reporter

# The argument for each built-in variable of the language, and the argument's default.
OWN: Mapping[str, tuple[str, str]] = {
    "UID": ("USER_ID", "1000"),
    "GID": ("GROUP_ID", "1000"),
    "USER": ("USER_NAME", "coder"),
}

_Make: TypeAlias = Callable[[], Dockerfile]
_Write: TypeAlias = Callable[[Parts, Callable[[Ref], str]], Dockerfile]

# Keys whose variables are no build arguments of a generated Dockerfile.
_ELSEWHERE = frozenset(
    [
        "args", "cache_from", "command", "context", "dockerfile", "entrypoint", "extra_hosts",
        "network", "platforms", "secrets", "setup", "shm_size", "tags", "target",
    ]
)  # fmt: skip


def passed(project: Project, made: Image) -> dict[str, Text]:
    """The build arguments that a build passes, with their values from the building host."""
    found = {name: value for name, value in made.args.items() if value is not None}
    if not made.generated:
        return found
    values = [value for name, value in made._asdict().items() if name not in _ELSEWHERE]
    names = dict.fromkeys(ref.name for each in texts_in(values) for ref in each.refs())
    for name in list(names):
        variable = project.variables.get(name)
        for ref in variable.default.refs() if variable and variable.default else ():
            names.setdefault(ref.name)
    for name in names:
        if name in OWN:
            found.setdefault(OWN[name][0], host_text(name, made.span))
        elif name in project.variables:
            found.setdefault(name, host_text(name, made.span))
    return found


class BuildArguments:
    """The build arguments of one stage; every method declares those that its text uses."""

    def __init__(self, project: Project, reporter: Reporter) -> None:
        self.project = project
        self.reporter = reporter
        self.names: dict[str, Text | None] = {}
        self._new: list[Dockerfile] = []

    def new(self) -> list[Dockerfile]:
        """ARG lines for the arguments that were declared since the last call."""
        lines, self._new = self._new, []
        return lines

    def declare(self, name: str, default: Text | None) -> None:
        """Declare an argument unless it is declared."""
        if name in self.names:
            return
        self.names[name] = default
        line = f"ARG {name}" if default is None else f"ARG {name}={self.word(default)}"
        self._new.append(Dockerfile(line))

    def word(self, value: Text) -> Dockerfile:
        """A double-quoted word of ENV, LABEL, ARG or WORKDIR."""
        return self._made(value, language.expansion)

    def shell(self, value: Text) -> Dockerfile:
        """A shell word of a RUN line."""
        return self._made(value, language.shell_expansion)

    def url(self, value: Text) -> Dockerfile:
        """A shell word; {arch} becomes the step's shell variable ``arch``."""
        parts: list[Part] = []
        for part in self._resolved(value):
            pieces: list[Part] = [*part.split("{arch}")] if isinstance(part, str) else [part]
            for number, piece in enumerate(pieces):
                if number:
                    parts.append(Ref("arch", "", (), value.span))
                parts.append(piece)
        return self._checked(value, lambda: language.shell_expansion(joined(parts), _name))

    def copy(self, source: Text, target: Text) -> Dockerfile:
        """The two paths of a COPY."""
        target_parts = self._resolved(target)
        parts = self._resolved(source)
        return self._checked(
            source,
            lambda: language.copy_form(parts, target_parts, _name),
            "rename it, or copy the folder that holds it",
        )

    def plain(self, value: Text) -> Dockerfile:
        """Text of FROM, USER, EXPOSE or an option, which cannot be quoted."""
        return self._made(value, language.bare)

    def code(self, value: Text) -> str:
        """Shell code of the spec; its variables become shell variables."""
        parts = self._resolved(value)
        return "".join(p if isinstance(p, str) else f"${{{_name(p)}}}" for p in parts)

    def exec_form(self, words: tuple[Text, ...]) -> Dockerfile:
        """An exec form, in which variables are not expanded: E404 for a word that has one."""
        found = []
        for each in words:
            if not each.is_literal:
                ref = next(each.refs())
                self.reporter.error(
                    "E404", f"an entry point is fixed in the image, so it cannot hold ${{{ref.name}}}",
                    ref.span, f"let a shell read it when the container starts: $${{{ref.name}}}",
                )  # fmt: skip
                continue
            found.append(each.literal)
        return language.exec_form(found)

    def _made(self, value: Text, write: _Write) -> Dockerfile:
        parts = self._resolved(value)
        return self._checked(value, lambda: write(parts, _name))

    def _checked(
        self,
        value: Text,
        make: _Make,
        fix: str = "write the value into a file, and name it under `files`",
    ) -> Dockerfile:
        try:
            return make()
        except language.Unseen as unseen:
            self.reporter.error(
                "E413", f"a Dockerfile has no escape for {unseen} here, and nobody would see it",
                value.span, "remove it, or give the container the value: a launcher can say it",
            )  # fmt: skip
            return Dockerfile('""')
        except ValueError as error:
            self.reporter.error(
                "E405", f"a Dockerfile cannot hold {error} here", value.span, fix
            )  # fmt: skip
            return Dockerfile('""')

    def _resolved(self, value: Text) -> Parts:
        found: list[Part] = []
        for part in resolved(value.parts, self.project.variables):
            if isinstance(part, Ref):
                self._use(part)
                part = part._replace(operator="", operand=())
            found.append(part)
        return joined(found)

    def _use(self, ref: Ref) -> None:
        """Declare the argument of a reference, or report why a Dockerfile cannot have it."""
        name = ref.name
        variable = self.project.variables.get(name)
        if name in OWN:
            self.declare(OWN[name][0], text(OWN[name][1]))
        elif variable is not None and variable.auto:
            self._refuse(ref, "E403", "is chosen when the container starts")
        elif variable is not None:
            self.declare(name, variable.default)
        elif name in ("HOME", "PWD", "HOSTNAME"):
            self._refuse(ref, "E403", "belongs to who starts the container, not to the image")
        elif ref.operator in (":-", "-"):
            default = Text(ref.operand, ref.span)
            if name in self.names and self.names[name] != default:
                other = self.names[name]
                if other is None or other.source != default.source:
                    self._refuse(ref, "E406", "has another default elsewhere in `build`")
            self.declare(name, default)
        else:
            self._refuse(ref, "E406", "has no default, and a Dockerfile knows no other operator")

    def _refuse(self, ref: Ref, code: str, why: str) -> None:
        self.reporter.error(
            code, f"${{{ref.name}}} {why}", ref.span,
            f"declare it under `variables`, or fix it with --var {ref.name}=VALUE",
        )  # fmt: skip


def _name(ref: Ref) -> str:
    return OWN[ref.name][0] if ref.name in OWN else ref.name
