"""`roomtone lab`: measure and compare techniques."""

from __future__ import annotations

from typing import Any

import click

from .group import cli
from .measuring import csv_option, measuring_options, number, numbers, perform, report_options
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
)
@number("--rate", 10.0, "Joins, signals and leaves per second.")
@number("--duration", 10.0, "Seconds of each measurement.")
@number("--poll-interval", 1.0, "Seconds between two polls of one subscriber.")
def lab_signaling_command(**given: Any) -> None:
    """Measure push over SSE, polling, long-polling and WebSocket on the same database.

    Latency, requests, bytes, transactions, processor and memory, and whether an event was missed.
    It starts its own PostgreSQL, unless --database-url names one, in which it creates rooms and users
    and deletes them again.
    """
    from ..lab.signaling.command import SIGNALING
    from ..lab.signaling.plan import Plan

    perform(SIGNALING, Plan, **given)


@lab_group.command("topology")
@measuring_options
@numbers("--speakers", "3,12", "Number of speakers, 2 to 12: one measurement for each number.")
@numbers("--listeners", "0,40", "Number of listeners, 0 to 300, with each number of speakers.")
@click.option(
    "--topologies",
    default=None,
    metavar="NAME,…",
    help="Which topologies; edge is the stage on the MCU, and all listeners on Janus. [all but edge]",
)
@number("--duration", 4.0, "Seconds of each measurement.")
def lab_topology_command(topologies: str | None, **given: Any) -> None:
    """Measure mesh, SFU, MCU and edges, and rooms of Janus, with the same participants on the same machine.

    What each participant sends and receives, connections, the nodes' processor time, the delay of the audio, and the number
    of participants at which each stops working. It starts its own PostgreSQL, relay and nodes unless --database-url names a database.
    """
    from ..lab.topology.command import TOPOLOGY
    from ..lab.topology.plan import USUAL, Plan, topologies_of

    def plan(**numbers: Any) -> Plan:
        chosen = USUAL if topologies is None else topologies_of(topologies)
        return Plan(topologies=chosen, **numbers)

    perform(TOPOLOGY, plan, **given)


@lab_group.command("peers")
@report_options
@csv_option
@click.option("--quick", "size", flag_value="quick", help="For a class: under five minutes.")
@click.option("--thorough", "size", flag_value="thorough", help="For a paper: over an hour.")
@click.option("--systems", default=None, metavar="NAME,…", help="Which systems. [all]")
@click.option("--followers", type=int, default=None, metavar="N", help="Followers. [20]")
@click.option("--rate", type=float, default=None, metavar="N", help="Writes per second. [20]")
@click.option("--duration", type=float, default=None, metavar="N", help="Seconds of each. [4]")
@click.option("--repetitions", type=int, default=None, metavar="N", help="Of each. [5]")
@click.option("--no-faults", is_flag=True, help="Leave out what is lost.")
@number("--seed", 1, "Orders the repetitions, and draws the intervals.")
@click.option(
    "--live", is_flag=True, help="Show the lanes meanwhile on /lab of a running Roomtone."
)
@from_settings("data_dir", "database_url")
def lab_peers_command(
    size: str | None,
    systems: str | None,
    no_faults: bool,
    seed: int,
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
    from ..lab.peers.plan import QUICK, THOROUGH, Plan, systems_of

    numbers = ("followers", "rate", "duration", "repetitions")
    typed = {name: given.pop(name) for name in numbers}
    sizes: dict[str | None, dict[str, Any]] = {"quick": QUICK, "thorough": THOROUGH}

    def plan() -> Plan:
        chosen = sizes.get(size, {}) | {k: v for k, v in typed.items() if v is not None}
        if systems is not None:
            chosen["systems"] = systems_of(systems)
        if no_faults:
            chosen["faults"] = ()
        return Plan(seed=seed, **chosen)

    of_page = {"data_dir": data_dir, "database_url": database_url, "database_url_file": database_url_file}  # fmt: skip
    live_url = running_database(settings_from(of_page)) if live else None
    perform(peers(live_url), plan, **given)
