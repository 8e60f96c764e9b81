"""``coder-gen init``: a first spec."""

from __future__ import annotations

import os

import click

from coder_gen.commands.common.messages import write_stderr
from coder_gen.commands.common.options import message_options
from coder_gen.commands.common.settings import settings

_FIRST = """\
# The development environment of this folder. `coder-gen write` makes the files under `outputs`.
# Every key: `coder-gen targets`, and `coder-gen schema` for your editor.
name: {name}
extends: coder

# The ports of the web IDE and of a second server: each user's own, the same each time.
variables:
  PORT: auto
  CODE_SERVER_PORT: auto

# For colleagues: they need bash and the engine, and none of coder-gen.
outputs:
  run.sh: script
  run-apptainer.sh: {{target: script, engine: apptainer}}
  Dockerfile: dockerfile
  build.sh: build-script
  convert.sh: convert-script
  setup.sh: setup-script
  docker-compose.yml: compose
  .env.example: env-example
"""


@click.command()
@message_options
def init() -> None:
    """Write a first spec, coder.yaml, in this folder.

    It extends the built-in spec; an existing coder.yaml is not changed.
    """
    from coder_gen.host import files, writing
    from coder_gen.language.load import name_from
    from coder_gen.text.diagnostics import problem

    try:
        here = os.getcwd()
    except OSError:
        here = ""  # writing the file fails too, and is reported then
    text = _FIRST.format(name=name_from(os.path.basename(here)))
    if os.path.lexists(files.DEFAULT_SPEC) or not writing.write_new_file(files.DEFAULT_SPEC, text):
        raise problem(
            "E030", f"{files.DEFAULT_SPEC} is here already", None, "edit it, or move it away"
        )
    if not settings().quiet:
        write_stderr(f"{files.DEFAULT_SPEC} written; next: coder-gen write\n")
