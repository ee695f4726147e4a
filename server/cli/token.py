"""`roomtone token`: a token by which a program acts as a user."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import click

from ..identity.tokens import Tokens
from ..types import UserId
from .asking import ask_database
from .group import cli
from .options import from_settings, settings_from

MADE: Final = (
    "insert into roomtone.access_tokens (user_id, name, expires_at)"
    " values (roomtone.require_user(%s), %s, now() + make_interval(days => %s))"
    " returning user_id, jti, roomtone.relay_secret('jwt')"
)


@cli.command("token")
@click.argument("username")
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=30,
    metavar="N",
    help="How long it is valid. [30]",
)
@click.option(
    "--name",
    default="roomtone token",
    metavar="NAME",
    help="What it is called in the user's list of tokens. [roomtone token]",
)
@from_settings("data_dir", "database_url", "jwt_secret", "jwt_audience")
def token_command(username: str, days: int, name: str, **given: Any) -> None:
    """Print a token by which a program acts as this user: a bot, OBS, a client of /rows.

    The settings of tokens are those of the relays. The user sees it on their page, and can revoke it there; it ends, too, by
    DELETE /session with it.
    """
    settings = settings_from(given)
    user_id, jti, secret = ask_database(settings, MADE, username, name, days)
    tokens = Tokens.from_settings(settings, settings.jwt_secret or secret)
    click.echo(tokens.issue(UserId(user_id), lifetime=timedelta(days=days), jti=jti))
