"""`roomtone token`: a token by which a program acts as a user."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from ..identity.tokens import Tokens
from ..types import UserId
from .asking import ask_database
from .group import cli
from .options import from_settings, settings_from


@cli.command("token")
@click.argument("username")
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=30,
    metavar="N",
    help="How long it is valid. [30]",
)
@from_settings("data_dir", "database_url", "jwt_secret", "jwt_audience")
def token_command(username: str, days: int, **given: Any) -> None:
    """Print a token by which a program acts as this user: a bot, OBS, a client of /rows.

    The settings of tokens are those of the relays. It ends earlier by DELETE /session with it, or with all tokens of the user.
    """
    settings = settings_from(given)
    user_id, secret = ask_database(
        settings, "select roomtone.require_user(%s), roomtone.relay_secret('jwt')", username
    )
    tokens = Tokens.from_settings(settings, settings.jwt_secret or secret)
    click.echo(tokens.issue(UserId(user_id), lifetime=timedelta(days=days)))
