"""The hooks for pre-commit are what pre-commit takes, and what the documentation shows.

``tests/e2e/test_pre_commit.py`` runs them.
"""

from __future__ import annotations

from pathlib import Path

from pre_commit.clientlib import load_config, load_manifest  # type: ignore[import-untyped]

from tests import pages

_RECIPES = pages.ROOT / "docs" / "recipes.md"
_CONFIG = ".pre-commit-config.yaml"


def test_hooks_are_what_the_recipe_names(tmp_path: Path) -> None:
    """The manifest is valid, and so is the configuration that users copy."""
    offered = [hook["id"] for hook in load_manifest(pages.ROOT / ".pre-commit-hooks.yaml")]
    (block,) = [block for block in pages.blocks(_RECIPES) if block.rest == _CONFIG]
    (tmp_path / _CONFIG).write_text(block.text, "utf-8")
    (repo,) = load_config(tmp_path / _CONFIG)["repos"]
    assert [hook["id"] for hook in repo["hooks"]] == offered
