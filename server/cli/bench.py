"""`roomtone bench`: what Roomtone costs on this machine, beside its floors."""

from __future__ import annotations

from typing import Any

import click

from .group import cli
from .measuring import measuring_options, number, numbers, perform


@cli.command("bench")
@click.argument("measures", nargs=-1, metavar="[NAME... | all]")
@measuring_options
@number("--streams", 5000, "Streams of fanout, joins and memory.")
@number("--events", 20, "Events that fanout writes.")
@numbers("--followers", "2,50", "Followers of latency, one measurement for each number.")
@number("--joins", 40, "Joins that latency posts with each number.")
@number("--room", 3000, "Size of the large room of rooms.")
@number("--listeners", 40, "Listeners of media, beside three who speak.")
@number("--duration", 4.0, "Seconds of pgbench for writes, for its floor, of media and of hallway.")
@number("--idle", 16.0, "Seconds in which memory watches idle streams for pauses.")
@number("--crowd", 5000, "People of arrivals who join one room.")
@number(
    "--arrive", 10.0, "Seconds of arrivals in which they join, and as many in which they leave."
)
@number("--rooms", 5000, "Rooms of hallway.")
@number("--lookers", 10_000, "Followers of hallway.")
@number("--churn", 500.0, "Seats of hallway that change in a second.")
@numbers("--relays", "1,4,16", "Relays of relays, one measurement for each number.")
def bench_command(measures: tuple[str, ...], **given: Any) -> None:
    """Measure what Roomtone costs: fanout, latency, writes, joins, memory, rooms, media, or all of them; or `crowd`, which is arrivals,
    hallway and relays.

    Each figure stands beside its floor, measured in the same run, and has a verdict against the project's budget. The status is 1
    if a budget is missed. It starts its own PostgreSQL, unless --database-url names one, in which it creates rooms and users and
    deletes them again.
    """
    from ..bench.command import BENCH
    from ..bench.plan import Plan, measures_of, require_open_files

    def plan(**numbers: Any) -> Plan:
        made = Plan(measures=measures_of(measures), **numbers)
        require_open_files(made.most_streams)
        return made

    perform(BENCH, plan, **given)
