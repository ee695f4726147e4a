"""`roomtone node`: a media node, here or on another machine."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import click

from .. import logs, privileges
from ..ending_signals import run_until_signal
from ..formats.loopback import is_loopback
from ..postgres.lock import running
from ..postgres.programs import socket_url
from ..terminal import Terminal
from .group import cli
from .options import from_settings, settings_from
from .outcome import expected_errors, stopping_on_signals


@cli.command("node")
@click.argument("kind", type=click.Choice(["sfu", "mcu"]))
@click.option(
    "--capacity",
    type=click.IntRange(1, 1_000_000),
    metavar="N",
    help="Largest number of streams it sends: an sfu one of each speaker to each person of a room, an mcu one to each person. [sfu 1000, mcu 300]",
)
@from_settings(
    "data_dir", "recordings_dir", "run_as", "database_url", "ice_servers", "turn_uris", "turn_secret", "turn_ttl",
    "ice_transport_policy", "media_networks", "log_level", "log_format",
)  # fmt: skip
def node_command(kind: str, capacity: int | None, **given: Any) -> None:
    """Host the audio of rooms: an sfu forwards each participant's audio, an mcu mixes it.

    The database assigns rooms to it, and to another node when it stops or fails.
    """
    from ..media.ice import ice_of
    from ..media.node.node import serve
    from ..media.signaling.client import ConnectionLost

    settings = settings_from(given)
    logs.configure(settings.log_level, settings.log_format)
    url = settings.database_url
    loopback = False
    if url is None:
        with expected_errors():
            holder = running(settings.data_dir)
        if holder is None or not holder.sockets:
            raise click.ClickException(
                f"Roomtone is not running on {settings.data_dir}. Name a database: --database-url"
            )
        url = socket_url(holder.sockets)
        loopback = is_loopback(urlsplit(holder.address).hostname or "")
    terminal = Terminal()
    with expected_errors():
        account = privileges.account_to_run_as(settings)
        privileges.give_recordings(account, settings.recordings)
    if account is not None:
        privileges.drop(account.uid, account.gid)
    with stopping_on_signals(terminal):
        terminal.line(f"{kind.upper()} node. Ctrl-C stops it.")
        try:
            run_until_signal(
                serve(
                    url,
                    "sfu" if kind == "sfu" else "mcu",
                    capacity=capacity,
                    ice=lambda user: ice_of(settings, user, loopback=loopback),
                    report=terminal.line,
                    recordings=settings.recordings,
                )
            )
        except ConnectionLost as lost:
            raise click.ClickException(f"The database does not answer ({lost}).") from None
