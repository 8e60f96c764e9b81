"""``coder-gen compose`` and ``coder-gen env``: a Compose file, and its ``.env``."""

from __future__ import annotations

import click

from coder_gen.commands.common.options import spec_options
from coder_gen.commands.common.settings import settings
from coder_gen.language.values import COMPOSE_VERSIONS, LEGACY_COMPOSE


@click.command()
@click.option(
    "--min-version",
    type=click.Choice(COMPOSE_VERSIONS),
    default=LEGACY_COMPOSE,
    help="The oldest Compose that has to read the file. With 2, create_host_path: false prevents Compose 5.1 from making missing sources.",
)
@spec_options
def compose(min_version: str) -> None:
    """Print a Compose file.

    The default mode is a service; the others are services under Compose profiles.

    \b
    coder-gen compose > docker-compose.yml
    coder-gen env > .env
    docker compose up
    """
    from coder_gen.commands.common.compiling import print_target

    more = ["--min-version", min_version] if min_version != LEGACY_COMPOSE else []
    print_target("compose", *more, min_version=min_version)


@click.command()
@click.option(
    "--example", is_flag=True, help="Print a template instead, without any host's values."
)
@spec_options
def env(example: bool) -> None:
    """Print this host's .env for the Compose file.

    Shells do not export UID and GID, so Compose cannot know them. This file has them, and all
    other late-bound values. Run it on each host, as the user who starts the container.

    \b
    coder-gen env > .env
    coder-gen env --example > .env.example
    """
    from coder_gen.commands.common.compiling import deliver, load_project, print_target
    from coder_gen.commands.dotenv import dotenv
    from coder_gen.plan import plans
    from coder_gen.targets.base import Artifact
    from coder_gen.text.diagnostics import Reporter

    if example:
        print_target("env-example", "--example", command="env")
        return
    chosen = settings()
    project = load_project(chosen)
    reporter = Reporter()
    planned = plans(project, reporter)
    reporter.stop_if_failed()
    deliver(Artifact(dotenv(project, planned), False), Reporter(), chosen)
