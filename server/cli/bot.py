"""`roomtone bot`: somebody for a room."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ..postgres.lock import running
from ..settings import Settings
from ..terminal import Terminal
from ..types import RoomId
from .group import cli
from .options import from_settings, secret_file, settings_from


@cli.command("bot")
@click.option(
    "--room",
    type=click.IntRange(min=1),
    required=True,
    metavar="N",
    help="The room to sit in.",
)
@click.option("--name", metavar="TEXT", help="What others see. [what it does]")
@click.option("--tone", type=click.FloatRange(20, 20000), metavar="HERTZ", help="Sound a tone.")
@click.option(
    "--play",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Play a sound file, then leave.",
)
@click.option("--echo", is_flag=True, help="Give back what people say, a second later.")
@click.option("--listen", is_flag=True, help="Only listen, and tell who speaks. [the default]")
@click.option(
    "--leave-when-recorded", is_flag=True, help="Leave as soon as a recording is announced."
)
@click.option(
    "--count", type=click.IntRange(1, 100), default=1, metavar="N", help="So many of them. [1]"
)
@click.option(
    "--url",
    metavar="URL",
    help="The relay to go through. [the one that runs here, or http://127.0.0.1:8000]",
)
@click.option(
    "--token",
    envvar="ROOMTONE_TOKEN",
    metavar="TEXT",
    help="Whose seat it is to be, where a name is not enough.",
)
@secret_file("--token-file", "A file that holds the token.")
@click.option(
    "--database-url", metavar="URL", help="Go to this database instead, past every relay."
)
@secret_file("--database-url-file", "A file that holds the database's URL.")
@from_settings(
    "ice_servers", "turn_uris", "turn_secret", "turn_ttl", "ice_transport_policy", "media_networks"
)  # fmt: skip
def bot_command(
    room: int,
    name: str | None,
    tone: float | None,
    play: Path | None,
    echo: bool,
    listen: bool,
    leave_when_recorded: bool,
    count: int,
    url: str | None,
    token: str | None,
    token_file: str | None,
    database_url: str | None,
    database_url_file: str | None,
    **given: Any,
) -> None:
    """Put a bot into a room: --tone, --play, --echo or --listen.

    It takes a seat like anybody, and leaves when it is stopped. The ICE and TURN settings matter with
    --database-url only; a relay tells its own.
    """
    from ..media.bot import Plan, run

    token = token or token_file
    database_url = database_url or database_url_file
    asked = [tone is not None, play is not None, echo, listen]
    if sum(asked) > 1:
        raise click.UsageError("A bot does one thing: --tone, --play, --echo or --listen.")
    if url is not None and database_url is not None:
        raise click.UsageError("Either through a relay (--url) or past it (--database-url).")
    if token is not None and (count > 1 or database_url is not None):
        raise click.UsageError("A token is one person's, on one seat, through a relay.")
    holder = running(Settings().data_dir)
    here = holder.address.rstrip("/") if holder and holder.address else "http://127.0.0.1:8000"
    plan = Plan(
        room=RoomId(room),
        name=name,
        tone=tone,
        play=play,
        echo=echo,
        leaves_when_recorded=leave_when_recorded,
        count=count,
        url=url or here,
        token=token,
        database_url=database_url,
        settings=settings_from(given),
    )
    sys.exit(run(plan, Terminal().line))
