"""`roomtone lab`: measure and compare techniques."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console

from .group import cli
from .measuring import (
    measuring_options,
    number,
    numbers,
    of_size,
    perform,
    repeated_options,
    report_options,
)
from .options import from_settings, settings_from
from .psql import running_database


@cli.group("lab")
def lab_group() -> None:
    """Compare techniques: the same room with each of them, and the figures."""


@lab_group.command("signaling")
@measuring_options
@numbers(
    "--followers",
    "10,50,100",
    "Number of subscribers of the room, one measurement for each number.",
    sized=True,
)
@number("--rate", 10.0, "Joins, signals and leaves per second.")
@number("--duration", 5.0, "Seconds of each measurement.", sized=True)
@number("--poll-interval", 1.0, "Seconds between two polls of one subscriber.")
@repeated_options("For a class: a few minutes.", "For a paper: half an hour.", 3)
def lab_signaling_command(**given: Any) -> None:
    """Measure push over SSE, polling, long-polling and WebSocket on the same database.

    Latency, requests, bytes, transactions, processor and memory, and whether an event was missed.
    It starts its own PostgreSQL, unless --database-url names one, in which it creates rooms and users
    and deletes them again.
    """
    from ..lab.signaling.command import SIGNALING
    from ..lab.signaling.plan import SIZES, Plan

    perform(SIGNALING, of_size(Plan, SIZES), **given)


@lab_group.command("topology")
@measuring_options
@numbers(
    "--speakers",
    "3,12",
    "Number of speakers, 2 to 12: one measurement for each number.",
    sized=True,
)
@numbers(
    "--listeners",
    "0,40",
    "Number of listeners, 0 to 300, with each number of speakers.",
    sized=True,
)
@click.option(
    "--topologies",
    default=None,
    metavar="NAME,…",
    help="Which topologies; edge is the stage on the MCU, and all listeners on Janus. [all but edge]",
)
@number("--duration", 4.0, "Seconds of each measurement.", sized=True)
@repeated_options("For a class: a few minutes.", "For a paper: over half an hour.", 3)
def lab_topology_command(topologies: str | None, **given: Any) -> None:
    """Measure mesh, SFU, MCU and edges, and rooms of Janus, with the same participants on the same machine.

    What each participant sends and receives, connections, the nodes' processor time, the delay of the audio, and the number
    of participants at which each stops working. It starts its own PostgreSQL, relay and nodes unless --database-url names a database.
    """
    from ..lab.topology.command import TOPOLOGY
    from ..lab.topology.plan import SIZES, USUAL, Plan, topologies_of

    def plan(**numbers: Any) -> Plan:
        chosen = USUAL if topologies is None else topologies_of(topologies)
        return Plan(topologies=chosen, **numbers)

    perform(TOPOLOGY, of_size(plan, SIZES), **given)


@lab_group.command("peers")
@report_options
@click.option("--systems", default=None, metavar="NAME,…", help="Which systems. [all]")
@number("--followers", 20, "Followers.", sized=True)
@number("--rate", 20.0, "Writes per second.", sized=True)
@number("--duration", 4.0, "Seconds of each.", sized=True)
@click.option("--no-faults", is_flag=True, help="Leave out what is lost.")
@repeated_options("For a class: under five minutes.", "For a paper: an hour.", 5)
@click.option(
    "--live", is_flag=True, help="Show the lanes meanwhile on /lab of a running Roomtone."
)
@from_settings("data_dir", "database_url")
def lab_peers_command(
    systems: str | None,
    no_faults: bool,
    live: bool,
    data_dir: Any,
    database_url: str | None,
    database_url_file: Any,
    **given: Any,
) -> None:
    """Measure Roomtone beside Socket.IO, PeerJS, nchan, NATS, Redis, LISTEN and logical decoding.

    The same joins, signals and leaves through each, and what each loses when a connection, a server or a database breaks. It starts and
    ends all of them on loopback. npm's packages are installed into your cache folder; programs of Debian that are missing are named.
    With --live it writes what it measures into the database of a running Roomtone: the one of --database-url, or on --data-dir.
    """
    from ..lab.peers.command import peers
    from ..lab.peers.plan import SIZES, Plan, systems_of

    def plan(**numbers: Any) -> Plan:
        if systems is not None:
            numbers["systems"] = systems_of(systems)
        if no_faults:
            numbers["faults"] = ()
        return Plan(**numbers)

    if not live:
        source_of = click.get_current_context().get_parameter_source
        for name in ("data_dir", "database_url", "database_url_file"):
            if source_of(name) is ParameterSource.COMMANDLINE:
                raise click.UsageError(
                    f"--{name.replace('_', '-')} names the database of --live; the lab starts its own"
                )
    of_page = {"data_dir": data_dir, "database_url": database_url, "database_url_file": database_url_file}  # fmt: skip
    live_url = running_database(settings_from(of_page)) if live else None
    perform(peers(live_url), of_size(plan, SIZES), **given)


@lab_group.command("compare")
@click.argument("one", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("other", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def lab_compare_command(one: Path, other: Path) -> None:
    """Whether two runs agree: the intervals of each lane and figure, from two files of --json.

    It ends with status 1 if more of them lie apart than chance explains.
    """
    from ..lab.quoted.comparison import ReportError, compared
    from ..lab.quoted.comparison_table import table

    try:
        found = compared(one, other)
    except ReportError as error:
        raise click.ClickException(str(error)) from None
    Console(highlight=False).print(table(found))
    sys.exit(0 if found.agree else 1)
