"""One mode of a spec, merged and checked, and facts about it.

This package's name is where the others import ``Plan`` and what makes it from; each kind of fact
about a plan has a module of its own.
"""

from coder_gen.plan.merging import canonical, plans
from coder_gen.plan.plan import Plan, grants_of, resolve

__all__ = ["Plan", "canonical", "grants_of", "plans", "resolve"]
