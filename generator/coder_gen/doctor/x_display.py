"""The fields of DISPLAY, and the address of its server: see X(7), "DISPLAY NAMES"."""

from __future__ import annotations

import re
from typing import NamedTuple

from coder_gen.language.values import X11_SOCKETS

# The same as in launchers: a name with other characters is not passed on to programs.
_NAME = re.compile(
    r"(?:unix|(?P<host>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?\]))?"
    r":(?P<number>0|[1-9][0-9]{0,4})(?:\.[0-9]{1,3})?"
)
_LOOPBACK = re.compile(r"localhost|127\..*|\[?::1\]?", re.I)


class XDisplay(NamedTuple):
    """A display; ``host`` is empty if its server listens on this host's UNIX socket."""

    name: str
    host: str
    number: int

    @property
    def is_local(self) -> bool:
        """Whether clients use the UNIX socket."""
        return not self.host

    @property
    def is_forwarded(self) -> bool:
        """Whether it is on this host's loopback, as with ssh -X."""
        return _LOOPBACK.fullmatch(self.host) is not None

    @property
    def socket(self) -> str:
        """The path of the UNIX socket."""
        return f"{X11_SOCKETS}/X{self.number}"

    @property
    def port(self) -> int:
        """The TCP port."""
        return 6000 + self.number

    @property
    def address(self) -> tuple[str, int]:
        """The address to connect to: a path and 0, or a host and a port."""
        return (self.socket, 0) if self.is_local else (self.host.strip("[]"), self.port)


def parse(name: str) -> XDisplay | None:
    """Parse the name of a display; None if it is not valid."""
    match = _NAME.fullmatch(name)
    return XDisplay(name, match["host"] or "", int(match["number"])) if match else None
