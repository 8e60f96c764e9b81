"""``--today``: the date for which accepted risks are valid, for the commands that audit."""

from __future__ import annotations

from typing import Any

import click


def _day(ctx: click.Context, param: click.Parameter, value: str | None) -> str:
    from datetime import date

    if value is None:
        return date.today().isoformat()
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise click.BadParameter("a day is YYYY-MM-DD") from None


def today_option(command: Any) -> Any:
    """The option; the command gets a date as YYYY-MM-DD."""
    decorate = click.option(
        "--today",
        metavar="YYYY-MM-DD",
        callback=_day,
        help="The day that `until` of accepted risks is compared with; now by default.",
    )
    return decorate(command)
