"""One mode of a spec, merged and checked, and facts about it.

Other packages import ``Plan`` and the functions that make one from this name; each kind of fact
about a plan has a module of its own.
"""

from coder_gen.plan.merging import canonical, plans
from coder_gen.plan.plan import Plan, grants_of, resolve

__all__ = ["Plan", "canonical", "grants_of", "plans", "resolve"]
