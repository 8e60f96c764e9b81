"""What engines are told: every kind of item is written, with options that the engine has."""

from __future__ import annotations

from typing import get_args

import pytest

from coder_gen.engines.arguments import HelperCall, Item, lowered, text
from coder_gen.engines.names import BUILDERS, NAMES
from coder_gen.engines.registry import engine as find_engine
from coder_gen.engines.registry import engines
from coder_gen.expression import Text
from coder_gen.language.keys.container import KEYS
from coder_gen.options.argv import parse
from coder_gen.options.flag_table import keys_by_option
from coder_gen.support import UNSUPPORTED
from coder_gen.targets.launcher.bash_values import Values
from coder_gen.targets.launcher.lines import line_of
from coder_gen.text.diagnostics import Reporter
from tests import golden
from tests.audit.compiled import compiled

# Words of the user's own.
_OWN = ("engine_options", "apptainer")


def _made() -> dict[str, list[Item]]:
    """Every item that the golden specs make, by engine."""
    found: dict[str, list[Item]] = {name: [] for name in NAMES}
    for case in golden.cases():
        if case.spec is None:
            continue
        files = {p.name: p.read_text("utf-8") for p in case.inputs if p.suffix == ".yaml"}
        _, planned = compiled(case.spec.read_text("utf-8-sig"), files=files)
        for plan in planned.values():
            settings = {key: each for key, each in plan.settings.items() if key not in _OWN}
            for name, engine in zip(NAMES, engines()):
                found[name] += lowered(plan._replace(settings=settings), engine.rules)
    return found


MADE = _made()


def test_every_kind_of_item_is_made_and_written() -> None:
    """A launcher knows how to say each."""
    kinds = {type(item) for items in MADE.values() for item in items}
    assert kinds == set(get_args(Item))
    for items in MADE.values():
        for item in items:
            line = line_of(item, Values({}))
            assert line.words or line.line or type(item).__name__ in ("Terminal", "Display")


@pytest.mark.parametrize("engine", NAMES)
def test_an_engine_is_told_options_that_it_has(engine: str) -> None:
    """The rules and the table of options, which import reads with, agree."""
    reporter = Reporter()
    for item in MADE[engine]:
        words: tuple[Text, ...] = (*item.argv(), text("--"), text("image"))
        arguments = parse(words, find_engine(engine).options.table, engine, reporter)
        reporter.stop_if_failed()
        assert len(arguments.rest) == 1, item
        assert arguments.options or isinstance(item, HelperCall)


@pytest.mark.parametrize("engine", NAMES)
def test_an_item_knows_where_it_comes_from(engine: str) -> None:
    """Its key, the layer and a place in the spec."""
    for item in MADE[engine]:
        assert item.origin is not None
        setting = item.origin.setting
        assert item.origin.key in KEYS and setting.origin
        assert (item.origin.span or setting.span).source.name


@pytest.mark.parametrize("engine", BUILDERS)
def test_what_an_engine_lacks_has_neither_rule_nor_option(engine: str) -> None:
    """Of the options that are one key each."""
    rules, table = find_engine(engine).rules, find_engine(engine).options.table.long
    lacking = {key for key, rule in rules.items() if rule.support.level == UNSUPPORTED}
    assert lacking == {key for option, key in keys_by_option().items() if option not in table}
