"""`roomtone lab`: measure and compare techniques."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ..terminal import Terminal
from .group import cli
from .options import from_settings, settings_from
from .outcome import expected_errors, stopping_on_signals


@cli.group("lab")
def lab_group() -> None:
    """Compare techniques: the same room with each of them, and the figures."""


def _report_files(command: Callable[..., None]) -> Callable[..., None]:
    """Options for files with the report."""
    kind = click.Path(path_type=Path, dir_okay=False)
    figures = click.option("--json", "json_file", type=kind, help="Write all figures to this file.")
    report = click.option(
        "--html",
        "html_file",
        type=kind,
        help="Write the report with its charts to this file.",
    )
    return figures(report(command))


@lab_group.command("signaling")
@from_settings("database_url")
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
@_report_files
def lab_signaling_command(
    followers: str,
    rate: float,
    duration: float,
    poll_interval: float,
    json_file: Path | None,
    html_file: Path | None,
    **given: Any,
) -> None:
    """Measure push over SSE, polling, long-polling and WebSocket on the same database.

    Latency, requests, bytes, transactions, processor and memory, and whether an event was missed.
    It starts its own PostgreSQL, unless --database-url names one, in which it creates rooms and users
    and deletes them again.
    """
    from ..lab.command import measure
    from ..lab.plan import Plan, PlanError, followers_of

    try:
        plan = Plan(
            followers=followers_of(followers),
            rate=rate,
            duration=duration,
            poll_interval=poll_interval,
        )
    except PlanError as error:
        raise click.UsageError(str(error)) from None
    with stopping_on_signals(Terminal()), expected_errors():
        sys.exit(measure(plan, settings_from(given).database_url, json_file, html_file))


@lab_group.command("topology")
@from_settings("database_url")
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
@_report_files
def lab_topology_command(
    speakers: str,
    listeners: str,
    topologies: str,
    duration: float,
    json_file: Path | None,
    html_file: Path | None,
    **given: Any,
) -> None:
    """Measure mesh, SFU and MCU with the same participants on the same server.

    What each participant sends and receives, connections, the nodes' processor time, the delay of the audio, and the number
    of participants at which each stops working. It starts its own PostgreSQL, relay and nodes unless --database-url names a database.
    """
    from ..lab.plan import PlanError
    from ..lab.topology.command import measure
    from ..lab.topology.plan import Plan, numbers_of, topologies_of

    try:
        plan = Plan(
            speakers=numbers_of("speakers", speakers),
            listeners=numbers_of("listeners", listeners),
            topologies=topologies_of(topologies),
            duration=duration,
        )
    except PlanError as error:
        raise click.UsageError(str(error)) from None
    with stopping_on_signals(Terminal()), expected_errors():
        sys.exit(measure(plan, settings_from(given).database_url, json_file, html_file))
