"""A copy of the project to change, with an environment of its own that runs the copy's code.

The copy's Python finds the copy's ``coder_gen`` first, in every process and whatever its environment
is, and everything else where this Python finds it.
"""

from __future__ import annotations

import shutil
import site
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests import pages

_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".cache", ".*_cache", ".hypothesis", "build", "*.egg-info", "__pycache__"
)
_COMMAND = """#!{python}
import sys
from coder_gen.__main__ import main
sys.exit(main())
"""


class Tree:
    """The copy of ``source`` below ``root``; ``python`` runs it."""

    def __init__(self, root: Path, source: Path = pages.ROOT) -> None:
        self.root = root
        shutil.copytree(source, root, ignore=_LEFT_OUT, symlinks=True)
        environment = root / ".venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
        self.python = environment / "bin" / "python"
        self._link_programs(environment / "bin")
        packages = [*site.getsitepackages(), sysconfig.get_path("purelib")]
        folder = Path(_purelib(self.python))
        found = [str(root / "generator"), *dict.fromkeys(packages)]
        (folder / "copy.pth").write_text("".join(f"{line}\n" for line in found), "utf-8")

    def _link_programs(self, bin: Path) -> None:
        """Tests look for tools beside their Python."""
        for program in Path(sys.executable).parent.iterdir():
            if not program.name.startswith("python") and not (bin / program.name).exists():
                (bin / program.name).symlink_to(program)
        own = bin / "coder-gen"
        own.unlink(missing_ok=True)
        own.write_text(_COMMAND.format(python=self.python), "utf-8")
        own.chmod(0o755)

    def write(self, path: str, text: str) -> None:
        """Replace a file; what Python compiled of it would be taken for new within a second."""
        file = self.root / path
        file.write_text(text, "utf-8")
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
            compiled.unlink()


def _purelib(python: Path) -> str:
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    done = subprocess.run([python, "-c", code], check=True, capture_output=True, encoding="utf-8")
    return done.stdout.strip()
