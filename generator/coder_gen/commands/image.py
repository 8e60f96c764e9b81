"""``coder-gen dockerfile``, ``build-script``, ``convert-script`` and ``setup-script``."""

from __future__ import annotations

import click

from coder_gen.commands.common.options import spec_options
from coder_gen.engines.names import AUTO, BUILDERS, DEFAULT


@click.command()
@spec_options
def dockerfile() -> None:
    """Print a Dockerfile made from the spec's `build` section.

    \b
    coder-gen dockerfile > Dockerfile
    coder-gen build-script > build.sh
    """
    from coder_gen.commands.common.compiling import print_target

    print_target("dockerfile")


@click.command("build-script")
@click.option(
    "--engine",
    type=click.Choice([*BUILDERS, AUTO]),
    default=DEFAULT,
    help="The engine that the script calls by default.",
)
@spec_options
def build_script(engine: str) -> None:
    """Print a bash script that builds the image.

    It passes this user's ids, the proxies and the secrets to the build; none stays in the image.

    \b
    coder-gen dockerfile > Dockerfile
    coder-gen build-script > build.sh
    """
    from coder_gen.commands.common.compiling import engine_words, print_target

    print_target("build-script", *engine_words(engine), engine=engine)


@click.command("convert-script")
@click.option(
    "--engine",
    type=click.Choice([*BUILDERS, AUTO]),
    default=AUTO,
    help="The engine that has the image by default.",
)
@spec_options
def convert_script(engine: str) -> None:
    """Print a bash script that converts the image to a SIF for Apptainer.

    It reads the image from an engine or from an archive, and keeps an old SIF until the new one is
    complete.

    \b
    coder-gen convert-script > convert.sh
    """
    from coder_gen.commands.common.compiling import engine_words, print_target

    print_target("convert-script", *engine_words(engine, AUTO), engine=engine)


@click.command("setup-script")
@spec_options
def setup_script() -> None:
    """Print a bash script for the set-up at the first start, from the spec's `build.setup`.

    It runs inside the container, as its user, and may run any number of times.

    \b
    coder-gen setup-script > setup.sh
    """
    from coder_gen.commands.common.compiling import print_target

    print_target("setup-script")
