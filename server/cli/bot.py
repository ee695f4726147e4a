"""`roomtone bot`: a bot that joins a room."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ..postgres.lock import running
from ..postgres.login import check_own_sessions
from ..settings import Settings
from ..terminal import Terminal
from ..types import RoomId
from .group import cli
from .options import from_settings, secret_file, settings_from
from .outcome import expected_errors


@cli.command("bot")
@click.option(
    "--room",
    type=click.IntRange(min=1),
    required=True,
    metavar="N",
    help="The room to join.",
)
@click.option("--name", metavar="TEXT", help="Its username. [what it does]")
@click.option("--tone", type=click.FloatRange(20, 20000), metavar="HERTZ", help="Play a tone.")
@click.option(
    "--play",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Play a sound file, then leave.",
)
@click.option("--echo", is_flag=True, help="Repeat what participants say, a second later.")
@click.option("--listen", is_flag=True, help="Only listen, and print who speaks. [the default]")
@click.option(
    "--leave-when-recorded", is_flag=True, help="Leave as soon as a recording is announced."
)
@click.option(
    "--count", type=click.IntRange(1, 100), default=1, metavar="N", help="How many bots. [1]"
)
@click.option(
    "--url",
    metavar="URL",
    help="URL of the relay. [the one on this machine, or http://127.0.0.1:8000]",
)
@click.option(
    "--token",
    envvar="ROOMTONE_TOKEN",
    metavar="TEXT",
    help="Token of its user, for a relay without demo identities.",
)
@secret_file("--token-file", "Path of a file that contains the token.")
@click.option(
    "--database-url", metavar="URL", help="Connect to this database directly, without a relay."
)
@secret_file("--database-url-file", "Path of a file that contains the database URL.")
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
    """Let a bot join a room: --tone, --play, --echo or --listen.

    It takes a seat like any participant, and leaves when it is stopped. The ICE and TURN settings are used with
    --database-url only; a relay sends its own.
    """
    from ..media.bot import Plan, run

    token = token or token_file
    database_url = database_url or database_url_file
    tasks = [tone is not None, play is not None, echo, listen]
    if sum(tasks) > 1:
        raise click.UsageError("A bot does one thing: --tone, --play, --echo or --listen.")
    if url is not None and database_url is not None:
        raise click.UsageError("Use either a relay (--url) or a database (--database-url).")
    if token is not None and (count > 1 or database_url is not None):
        raise click.UsageError("A token is for one bot, and for a relay.")
    if database_url is not None:
        with expected_errors():
            check_own_sessions(database_url)
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
