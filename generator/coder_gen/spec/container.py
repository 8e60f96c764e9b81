"""The former place of KEYS, which targets of other packages import; see :mod:`coder_gen.plugin`."""

from coder_gen.plugin import KEYS

__all__ = ["KEYS"]
