"""``write``: what it reports of a spec with several outputs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli import run

# Each output has another mode, and so is read for itself; the key that Compose says otherwise is one.
_SPEC = """\
image: a
volumes: [{type: bind, source: /srv, target: /srv, optional: true}]
outputs:
  a.yml: {target: compose, mode: service}
  b.yml: {target: compose, mode: shell}
  c.yml: {target: compose, profiles: [hardened]}
"""


def test_one_warning_of_several_outputs_is_printed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("coder.yaml").write_text(_SPEC, "utf-8")
    ran = run("write")
    assert ran.status == 0, ran
    headlines = [line for line in ran.stderr.splitlines() if "warning[" in line]
    assert [line for line in headlines if "coder.yaml:2:11" in line and "`optional`" in line]
    assert sorted(set(headlines)) == sorted(headlines)
