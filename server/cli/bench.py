"""`roomtone bench`: what Roomtone costs on this machine, beside its floors."""

from __future__ import annotations

from typing import Any

import click

from .group import cli
from .measuring import measuring_options, perform


@cli.command("bench")
@click.argument("measures", nargs=-1, metavar="[NAME... | all]")
@measuring_options
@click.option(
    "--streams",
    type=int,
    default=5000,
    metavar="N",
    help="Streams of fanout, joins and memory. [5000]",
)
@click.option("--events", type=int, default=20, metavar="N", help="Events that fanout writes. [20]")
@click.option(
    "--followers",
    default="2,50",
    metavar="N,N,…",
    help="Followers of latency, one measurement for each number. [2,50]",
)
@click.option(
    "--joins",
    type=int,
    default=40,
    metavar="N",
    help="Joins that latency posts with each number. [40]",
)
@click.option(
    "--room", type=int, default=3000, metavar="N", help="Size of the large room of rooms. [3000]"
)
@click.option(
    "--duration",
    type=float,
    default=4.0,
    metavar="N",
    help="Seconds of pgbench for writes, and for its floor. [4]",
)
def bench_command(
    measures: tuple[str, ...],
    streams: int,
    events: int,
    followers: str,
    joins: int,
    room: int,
    duration: float,
    **given: Any,
) -> None:
    """Measure what Roomtone costs: fanout, latency, writes, joins, memory, rooms, or all of them.

    Each figure stands beside its floor, measured in the same run, and has a verdict against the project's budget. The status is 1
    if a budget is missed. It starts its own PostgreSQL, unless --database-url names one, in which it creates rooms and users and
    deletes them again.
    """
    from ..bench.command import BENCH
    from ..bench.plan import Plan, allow_open_files, measures_of
    from ..tools.numbers import numbers_of

    def plan() -> Plan:
        made = Plan(
            measures=measures_of(measures),
            streams=streams,
            events=events,
            followers=numbers_of("followers", followers),
            joins=joins,
            room=room,
            duration=duration,
        )
        allow_open_files(max(made.streams, made.room))
        return made

    perform(BENCH, plan, **given)
