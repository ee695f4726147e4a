"""`roomtone lab topology`: plans, runs with progress, and prints the results."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import psycopg
import uvloop
from rich.console import Console

from ..bench import bench
from ..output import announce, check_files, progress, write
from .figures import Report
from .plan import Plan
from .processes import Broken
from .report import html
from .run import run, steps
from .table import table

BROKEN = (Broken, OSError, TimeoutError, RuntimeError, psycopg.Error)


def measure(
    plan: Plan, database_url: str | None, json_file: Path | None, html_file: Path | None
) -> int:
    """Run the plan; the exit status: 0 if each topology worked with some crowd.

    Raises ClickException when it cannot be run to its end, EmbeddedError and InstallError.
    """
    check_files(json_file, html_file)
    console = Console(highlight=False)
    announce(console, plan.seconds)
    report = _run(plan, database_url, console)
    console.print(table(report))
    write(console, report.json(), lambda: html(report), json_file, html_file)
    return 0 if all(report.largest_working(topology) for topology in plan.topologies) else 1


def _run(plan: Plan, database_url: str | None, console: Console) -> Report:
    with progress(console, steps(plan)) as (preparing, step):
        try:
            with (
                TemporaryDirectory(prefix="roomtone-lab-") as folder,
                bench(database_url, preparing) as place,
                asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
            ):
                return runner.run(run(place, plan, Path(folder), step))
        except BROKEN as error:
            words = str(error).strip() or type(error).__name__
            raise click.ClickException(f"The run broke off: {words}") from error
