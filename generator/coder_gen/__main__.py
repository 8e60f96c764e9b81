"""The entry point: ``coder-gen`` and ``python -m coder_gen``."""

from __future__ import annotations

import gc


def main() -> None:
    """Run the command line and exit with its status."""
    # Imports make hundreds of thousands of objects that live to the end; looking through them for
    # garbage takes longer than compiling a spec. What runs longer turns it on again.
    gc.disable()
    from coder_gen.cli import main as command_line

    try:
        command_line()
    finally:
        # Nor does Python have to look through them when it ends: everything ends with it.
        gc.freeze()


if __name__ == "__main__":
    main()
