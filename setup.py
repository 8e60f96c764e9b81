"""The wheel's build: everything is in setup.cfg, but for compiling the templates ahead.

An installed coder-gen then starts without reading or compiling a template. A source tree and an
editable install have no compiled templates and read the sources.
"""

from __future__ import annotations

import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithTemplates(build_py):
    """The ordinary build, and then the templates as Python modules."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        sys.path.insert(0, str(Path(__file__).parent / "generator"))
        from coder_gen import render

        folder = Path(self.build_lib, "coder_gen", "templates", render.COMPILED)
        render.compile_templates(str(folder))


setup(cmdclass={"build_py": BuildWithTemplates})
