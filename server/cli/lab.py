"""`roomtone lab`: measure and compare techniques."""

from __future__ import annotations

from typing import Any

import click

from .group import cli
from .measuring import measuring_options, perform


@cli.group("lab")
def lab_group() -> None:
    """Compare techniques: the same room with each of them, and the figures."""


@lab_group.command("signaling")
@measuring_options
@click.option(
    "--followers",
    default="10,50,100",
    metavar="N,N,…",
    help="Number of subscribers of the room, one measurement for each number. [10,50,100]",
)
@click.option(
    "--rate",
    type=float,
    default=10.0,
    metavar="N",
    help="Joins, signals and leaves per second. [10]",
)
@click.option(
    "--duration", type=float, default=10.0, metavar="N", help="Seconds of each measurement. [10]"
)
@click.option(
    "--poll-interval",
    type=float,
    default=1.0,
    metavar="N",
    help="Seconds between two polls of one subscriber. [1]",
)
def lab_signaling_command(
    followers: str,
    rate: float,
    duration: float,
    poll_interval: float,
    **given: Any,
) -> None:
    """Measure push over SSE, polling, long-polling and WebSocket on the same database.

    Latency, requests, bytes, transactions, processor and memory, and whether an event was missed.
    It starts its own PostgreSQL, unless --database-url names one, in which it creates rooms and users
    and deletes them again.
    """
    from ..lab.signaling.command import SIGNALING
    from ..lab.signaling.plan import Plan
    from ..tools.numbers import numbers_of

    def plan() -> Plan:
        return Plan(
            followers=numbers_of("followers", followers),
            rate=rate,
            duration=duration,
            poll_interval=poll_interval,
        )

    perform(SIGNALING, plan, **given)


@lab_group.command("topology")
@measuring_options
@click.option(
    "--speakers",
    default="3,12",
    metavar="N,N,…",
    help="Number of speakers, 2 to 12: one measurement for each number. [3,12]",
)
@click.option(
    "--listeners",
    default="0,40",
    metavar="N,N,…",
    help="Number of listeners, 0 to 40, with each number of speakers. [0,40]",
)
@click.option(
    "--topologies",
    default="mesh,sfu,mcu",
    metavar="NAME,…",
    help="Which topologies. [mesh,sfu,mcu]",
)
@click.option(
    "--duration", type=float, default=4.0, metavar="N", help="Seconds of each measurement. [4]"
)
def lab_topology_command(
    speakers: str,
    listeners: str,
    topologies: str,
    duration: float,
    **given: Any,
) -> None:
    """Measure mesh, SFU and MCU with the same participants on the same server.

    What each participant sends and receives, connections, the nodes' processor time, the delay of the audio, and the number
    of participants at which each stops working. It starts its own PostgreSQL, relay and nodes unless --database-url names a database.
    """
    from ..lab.topology.command import TOPOLOGY
    from ..lab.topology.plan import Plan, topologies_of
    from ..tools.numbers import numbers_of

    def plan() -> Plan:
        return Plan(
            speakers=numbers_of("speakers", speakers),
            listeners=numbers_of("listeners", listeners),
            topologies=topologies_of(topologies),
            duration=duration,
        )

    perform(TOPOLOGY, plan, **given)
