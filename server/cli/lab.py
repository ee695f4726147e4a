"""`roomtone lab`: measure and compare techniques."""

from __future__ import annotations

from typing import Any

import click

from .group import cli
from .measuring import measuring_options, number, numbers, perform


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
    default="mesh,sfu,mcu",
    metavar="NAME,…",
    help="Which topologies, also edge: the stage on the MCU, all listeners on Janus. [mesh,sfu,mcu]",
)
@number("--duration", 4.0, "Seconds of each measurement.")
def lab_topology_command(topologies: str, **given: Any) -> None:
    """Measure mesh, SFU, MCU and edges with the same participants on the same server.

    What each participant sends and receives, connections, the nodes' processor time, the delay of the audio, and the number
    of participants at which each stops working. It starts its own PostgreSQL, relay and nodes unless --database-url names a database.
    """
    from ..lab.topology.command import TOPOLOGY
    from ..lab.topology.plan import Plan, topologies_of

    def plan(**numbers: Any) -> Plan:
        return Plan(topologies=topologies_of(topologies), **numbers)

    perform(TOPOLOGY, plan, **given)
