"""Late-bound text in a script: shell words, and statements for values that a word cannot express.

``${NAME}`` is written where it is used. An operator (``${NAME:-other}``) is computed before, into
a variable of the script: inside the braces no quoting of ``other`` would be safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from coder_gen.engines.arguments import LAUNCHER_FOLDER
from coder_gen.expression import Parts, Ref, Text, source
from coder_gen.language.shapes.kind import Kind
from coder_gen.language.values import Variable
from coder_gen.plan.defaults import resolved
from coder_gen.quoting.bash import Bash, expansion, word, words
from coder_gen.targets.launcher.late_checks import LateCheck
from coder_gen.text.characters import shown

# The script's own variables for built-in variables of the language.
_OWN_NAMES = {"UID": "uid", "GID": "gid", LAUNCHER_FOLDER: "here"}


class Values:
    """Writes the words of one script; collects its computed variables and the names that it uses."""

    def __init__(self, variables: Mapping[str, Variable]) -> None:
        self.variables = variables
        self.names: set[str] = set()
        # Built-ins that the script has to set before use.
        self.used: set[str] = set()
        # The kinds of values that the script checks, by their name in messages.
        self.kinds: dict[str, Kind] = {}
        self._computed: dict[str, str] = {}

    def word(self, text: Text, needed: dict[str, list[str]]) -> Bash:
        """The text as one shell word; ``needed`` gains the statements it depends on."""
        if text.is_literal:
            return word(text.literal)
        return self._expansion(resolved(text.parts, self.variables), needed)

    def words(self, texts: Iterable[Text], needed: dict[str, list[str]]) -> Bash:
        """Several words with a space between them."""
        return Bash(" ".join(self.word(text, needed) for text in texts))

    def required(self, check: LateCheck, needed: dict[str, list[str]]) -> Bash:
        """The statement that ends the script if its key does not accept a value."""
        self._uses(check.kind)
        names = check.names
        made = [] if check.is_one_variable else [", ".join(names)]
        call = words([check.kind.name, self.word(check.text, needed), names[0], check.key, *made])
        return Bash(f"require {call}")

    def _uses(self, kind: Kind) -> None:
        known = self.kinds.setdefault(kind.name, kind)
        assert known[6:] == kind[6:], f"two kinds are called {kind.name}"

    def required_variable(self, name: str, kind: Kind) -> Bash:
        """The same for a variable, whose value has to fit its declaration."""
        self._uses(kind)
        return Bash(f'require {word(kind.name)} "${{{name}}}" {name}')

    def computed(self, key: str, statement: str, needed: dict[str, list[str]]) -> str:
        """The name of a variable set by ``statement``, in which ``{name}`` stands for it."""
        name = self._name(key)
        needed[name] = [statement.replace("{name}", name, 1)]
        return name

    def _name(self, key: str) -> str:
        if key not in self._computed:
            self._computed[key] = f"value_{len(self._computed) + 1}"
        return self._computed[key]

    def _expansion(self, parts: Parts, needed: dict[str, list[str]]) -> Bash:
        return expansion(parts, lambda ref: self._variable(ref, needed))

    def _variable(self, ref: Ref, needed: dict[str, list[str]]) -> str:
        self.names.add(ref.name)
        self.used.add(ref.name)
        if not ref.operator:
            return _OWN_NAMES.get(ref.name, ref.name)
        name = self._name(source((ref,)))
        needed[name] = self._statements(name, ref)
        return name

    def _statements(self, name: str, ref: Ref) -> list[str]:
        given = f"{name}=${{{ref.name}}}"
        colon = ref.operator[0] == ":"
        test = f"[[ -n ${{{ref.name}-}} ]]" if colon else f"[[ -n ${{{ref.name}+set}} ]]"
        kind = ref.operator[-1]
        if kind == "?":
            # The message is printed to a terminal.
            safe = tuple(shown(part) if isinstance(part, str) else part for part in ref.operand)
            operand, inner = self._branch(safe)
            message = operand if ref.operand else word("a value is needed")
            test = test.replace("-n", "-z")
            check = [f"if {test}; then", *_indented(inner), f"\tmissing {ref.name} {message}", "fi"]
            return [*check, given]
        operand, inner = self._branch(ref.operand)
        other = f"{name}={operand}"
        if kind == "-":
            return [f"if {test}; then", f"\t{given}", "else", *_indented(inner), f"\t{other}", "fi"]
        return [f"{name}=''", f"if {test}; then", *_indented(inner), f"\t{other}", "fi"]

    def _branch(self, parts: Parts) -> tuple[Bash, list[str]]:
        inner: dict[str, list[str]] = {}
        operand = self._expansion(resolved(parts, self.variables), inner)
        return operand, [line for lines in inner.values() for line in lines]


def _indented(lines: list[str]) -> list[str]:
    return [f"\t{line}" for line in lines]
