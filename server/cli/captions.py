"""`roomtone captions`: writes what speakers of a room say, who agree to it."""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import urlsplit

import click

from .. import logs
from ..formats.loopback import is_loopback
from ..postgres.lock import running
from ..postgres.login import check_own_sessions
from ..terminal import Terminal
from ..types import RoomId
from .group import cli
from .options import from_settings, settings_from
from .outcome import expected_errors
from .psql import running_database


@cli.command("captions")
@click.option("--room", type=click.IntRange(min=1), required=True, metavar="N", help="The room.")
@click.option("--name", default="captions", metavar="TEXT", help="Its username. [captions]")
@click.option(
    "--recogniser",
    metavar="MODULE:CLASS",
    help="What recognises speech. [PocketSphinx, in English]",
)
@from_settings(
    "data_dir", "database_url", "ice_servers", "turn_uris", "turn_secret", "turn_ttl", "ice_transport_policy", "media_networks",
    "log_level", "log_format",
)  # fmt: skip
def captions_command(room: int, name: str, recogniser: str | None, **given: Any) -> None:
    """Write captions in a room, of the speakers who let the operator's program do that.

    It takes a seat in the audience, which everybody sees, and hears each speaker by themselves: in a mesh or on an SFU, not in the mix
    of an MCU. It uses the operator's login of the database. The host has to switch captions on.
    """
    from ..media.captions.captioner import Plan, run
    from ..media.captions.recogniser import DEFAULT, NoRecogniser, recogniser_of

    settings = settings_from(given)
    logs.configure(settings.log_level, settings.log_format)
    try:
        make_recogniser = recogniser_of(recogniser or DEFAULT)
    except NoRecogniser as error:
        raise click.ClickException(str(error)) from None
    url = running_database(settings)
    loopback = False
    with expected_errors():
        if settings.database_url is not None:
            check_own_sessions(url)
        elif (holder := running(settings.data_dir)) is not None:
            loopback = is_loopback(urlsplit(holder.address).hostname or "")
    plan = Plan(
        room=RoomId(room),
        name=name,
        database_url=url,
        recogniser=make_recogniser,
        settings=settings,
        loopback=loopback,
    )
    sys.exit(run(plan, Terminal().line))
