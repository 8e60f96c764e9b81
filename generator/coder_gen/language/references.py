"""Check that the launcher will know every variable that a spec uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from coder_gen.expression import Parts, Ref, Text
from coder_gen.language.context import ParseContext, guess
from coder_gen.language.keys.document import BUILT_IN, SHELL_NAMES
from coder_gen.language.shapes.base import Setting
from coder_gen.language.values import Variable, texts_in
from coder_gen.text.diagnostics import Reporter

# Names that a script may read although bash also sets them.
_READABLE = frozenset({"PATH"})


def check(
    contexts: Iterable[ParseContext],
    merged: Mapping[str, Setting],
    variables: Mapping[str, Variable],
    declared: AbstractSet[str],
    of_profiles: AbstractSet[str],
    used: AbstractSet[str] | None,
    frozen: Mapping[str, Parts],
    reporter: Reporter,
) -> None:
    """Report E018, E019, E024 and E025.

    ``declared``: the declared names, also those with errors, which have their own message.
    ``contexts`` hold the variables that the layers use; ``merged`` is the result of merging.
    Only profiles may use what profiles declare (``of_profiles``) if these are not chosen.
    ``used``: the names that the layers use outside of profiles, if complete; else None.
    """
    contexts = list(contexts)
    known = {*declared, *BUILT_IN, *of_profiles}
    for ref in (ref for ctx in contexts for ref in ctx.refs):
        if ref.name in SHELL_NAMES and ref.name not in _READABLE:
            reporter.error(
                "E019", f"${{{ref.name}}} belongs to bash, and no other engine has it", ref.span,
                "declare a variable of another name",
            )  # fmt: skip
        elif ref.name not in known and not ref.operator:
            _undeclared(ref, known, reporter)
    absent = of_profiles - declared
    if absent and (used is None or not absent.isdisjoint(used)):
        present = known - absent
        for text in texts_in({key: s for key, s in merged.items() if key != "profiles"}):
            for ref in text.refs():
                if ref.name in absent and not ref.operator:
                    _undeclared(ref, present, reporter)
    for path in (path for ctx in contexts for path in ctx.paths):
        _check_path(path, variables, known, reporter)
    seen = {name for ctx in contexts for name in ctx.names}
    declared_here = ", ".join(sorted(variables)) or "none"
    for name in frozen:
        if name not in known and name not in seen:
            near = guess(name, known, reporter)
            reporter.error(
                "E024", f"--var {name}: the spec has no such variable", None,
                f"did you mean {near}?" if near else f"its variables are {declared_here}",
            )  # fmt: skip


def _undeclared(ref: Ref, known: AbstractSet[str], reporter: Reporter) -> None:
    near = guess(ref.name, known, reporter)
    reporter.error(
        "E018", f"the variable {ref.name} is not declared", ref.span,
        (f"did you mean {near}? Or " if near else "")
        + f"declare it under `variables`, or give a default: ${{{ref.name}:-...}}",
    )  # fmt: skip


def _check_path(
    path: Text, variables: Mapping[str, Variable], known: AbstractSet[str], reporter: Reporter
) -> None:
    """Report a short volume's source whose variable may hold a path or a volume's name."""
    ref = path.parts[0]
    assert isinstance(ref, Ref)
    declared = variables.get(ref.name)
    if declared is not None:
        fits = declared.type == "path" and not ref.operator.endswith("+")
    else:
        # An undeclared variable has its own error; a profile's is checked once it is chosen.
        fits = ref.name not in BUILT_IN and (ref.name in known or not ref.operator)
    if not fits:
        reporter.error(
            "E025",
            f"`{path.source}` may be a path or the name of a volume: that has to be known here",
            path.span,
            "declare the variable with type: path, or write the volume's long form, with its type",
        )
