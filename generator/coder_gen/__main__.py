"""The entry point: ``coder-gen`` and ``python -m coder_gen``."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command line and exit with its status."""
    _open_streams()
    # Imports make hundreds of thousands of objects that live to the end; looking through them for
    # garbage takes longer than compiling a spec. What runs longer turns it on again.
    gc.disable()
    try:
        from coder_gen.cli import main as command_line

        command_line()
    except KeyboardInterrupt:  # before there was anything to interrupt
        sys.exit(130)
    finally:
        # Nor does Python have to look through them when it ends: everything ends with it.
        gc.freeze()


def _open_streams() -> None:
    """Stand-ins for standard streams that are closed, as by `>&-`.

    Without them the next file that is opened takes their number, and gets what is meant for them.
    Nothing can be written to standard output's, so that it is reported; error messages vanish.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free, which is this one.
            os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
            if name != "stdin":
                stream = open(number, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - to the end
                setattr(sys, name, stream)


if __name__ == "__main__":
    main()
