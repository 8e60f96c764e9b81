"""``python -m coder_gen``."""

from coder_gen.cli import main

main()
