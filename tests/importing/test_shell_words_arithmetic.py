"""Arithmetic without a run: what is told is what bash tells."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_gen.importing.shell.words.arithmetic import MAX_TOKENS, value_of

VARIABLES = {"PORT": "8080", "ONE": "1", "EMPTY": "", "WORD": "PORT", "SUM": "1+1"}
_OPERAND = st.one_of(
    st.integers(0, 99).map(str),
    st.sampled_from(
        ["PORT", "$PORT", "${ONE}", "EMPTY", "WORD", "$SUM", "08", "0x1f", "1 2", "ABSENT"]
    ),
)
_CODE = st.recursive(
    _OPERAND,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/%"), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("- {}".format),
        st.tuples(inner, st.sampled_from(["<", "?1:", "**", "&", "=", "+=", ","]), inner).map("".join),
    ),
    max_leaves=6,
)  # fmt: skip


@given(st.lists(_CODE, min_size=20, max_size=20))
def test_as_bash(codes: list[str]) -> None:
    told = [(code, value) for code in codes if (value := value_of(code, VARIABLES.get)) is not None]
    script = "\n".join(f'printf "%s\\n" "$(({code}))"' for code, _ in told)
    done = subprocess.run(
        ["bash", "-c", script], env=VARIABLES, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.split() == [str(value) for _, value in told]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        (" 8000 + 80 ", 8080),
        ("PORT+1", 8081),
        ("${PORT} - $ONE", 8079),
        ("2 * (3 - 5) / 3", -1),
        ("-7 % 3", -1),
        ("- -4", 4),
        ("1 - 2 - 3", -4),
        ("(((7)))", 7),
    ],
)
def test_told(code: str, value: int) -> None:
    assert value_of(code, VARIABLES.get) == value


@pytest.mark.parametrize(
    "code",
    ["", "RANDOM", "EMPTY", "08", "0x10", "1 / 0", "1 % 0", "1 +", "(1", "1)", "1 2", "X++", "1 ** 2",
     "9223372036854775807 + 1", "12345678901234567890", "${PORT:-1}", "\uff11",
     "(" * MAX_TOKENS + "1" + ")" * MAX_TOKENS],
)  # fmt: skip
def test_left_to_a_run(code: str) -> None:
    assert value_of(code, VARIABLES.get) is None
