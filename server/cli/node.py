"""`roomtone node`: a media node or an edge, here or on another machine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from .. import logs, privileges
from ..ending_signals import run_until_signal
from ..formats.loopback import is_loopback
from ..loading import loading
from ..postgres.lock import running
from ..postgres.login import check_own_sessions
from ..postgres.programs import socket_url
from ..terminal import Terminal
from ..types import UserId
from .edge_options import EdgeOptions, edge_options, of_edge
from .group import cli
from .options import from_settings, settings_from
from .outcome import expected_errors, stopping_on_signals

if TYPE_CHECKING:
    from ..media.signaling.client import Ice


@cli.command("node")
@click.argument("kind", type=click.Choice(["sfu", "mcu", "edge"]))
@click.option(
    "--capacity",
    type=click.IntRange(1, 1_000_000),
    metavar="N",
    help="Largest number of streams it sends: an sfu one of each speaker to each person of a room, an mcu one to each person, and all of them"
    " one to each listener whom they serve as an edge. [sfu 1000, mcu 300, edge 500]",
)
@of_edge
@from_settings(
    "data_dir", "recordings_dir", "run_as", "database_url", "ice_servers", "turn_uris", "turn_secret", "turn_ttl",
    "ice_transport_policy", "media_networks", "log_level", "log_format",
)  # fmt: skip
def node_command(kind: str, capacity: int | None, **given: Any) -> None:
    """Host the audio of rooms: an sfu forwards each participant's audio, an mcu mixes it.

    An edge serves the audience of rooms that have a large one, by a Janus WebRTC server; where none has capacity, a further sfu or mcu does.
    The database assigns rooms to all of them, and to others when they stop or fail.
    """
    with loading():
        from ..media.edge.janus import JanusLost, JanusRefused
        from ..media.ice import ice_of
        from ..media.node.node import serve
        from ..media.signaling.client import ConnectionLost

    edge = edge_options(kind, given)
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
    else:
        with expected_errors():
            check_own_sessions(url)
    terminal = Terminal()
    with expected_errors():
        account = privileges.account_to_run_as(settings)
        privileges.give_recordings(account, settings.recordings)
    if account is not None:
        privileges.drop(account.uid, account.gid)
    ice = partial(ice_of, settings, loopback=loopback)
    with stopping_on_signals(terminal):
        terminal.line(
            "Edge. Ctrl-C stops it." if kind == "edge" else f"{kind.upper()} node. Ctrl-C stops it."
        )
        try:
            if kind == "edge":
                run_until_signal(_serve_edge(url, edge, capacity, ice(UserId(0)), terminal.line))
            else:
                run_until_signal(
                    serve(
                        url,
                        "sfu" if kind == "sfu" else "mcu",
                        capacity=capacity,
                        ice=ice,
                        report=terminal.line,
                        recordings=settings.recordings,
                        mix_address=edge.mix_address,
                    )
                )
        except ConnectionLost as lost:
            raise click.ClickException(f"The database does not answer ({lost}).") from None
        except (JanusLost, JanusRefused) as error:
            raise click.ClickException(f"{error}.") from None


async def _serve_edge(
    url: str, edge: EdgeOptions, capacity: int | None, ice: Ice, report: Callable[[str], None]
) -> None:
    from ..media.edge.edge import serve
    from ..media.edge.led_janus import janus_at, own_janus
    from ..media.node.mix_address import mix_address

    if edge.janus_url is not None:
        given = (edge.janus_url, edge.secret, edge.admin_key)
        lead = partial(janus_at, *given, receives_at=edge.mix_address)
    else:
        address = edge.mix_address or await mix_address(url)
        lead = partial(own_janus, ice, receives_at=address, ports=edge.ports)
    await serve(url, lead, capacity=capacity, reach=ice.reach, report=report)
