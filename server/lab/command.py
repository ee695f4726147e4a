"""`roomtone lab signaling`: plans, runs with progress, and prints the results."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click
import psycopg
import uvloop
from rich.console import Console
from rich.text import Text

from .bench import bench
from .figures import Report
from .http_connection import Refused
from .output import announce, check_files, progress, write
from .plan import Plan
from .report import html
from .signaling import run, steps
from .table import table

BROKEN = (Refused, OSError, EOFError, TimeoutError, RuntimeError, psycopg.Error)


def measure(
    plan: Plan, database_url: str | None, json_file: Path | None, html_file: Path | None
) -> int:
    """Run the plan; the exit status: 0 if no event was missed.

    Raises ClickException when it cannot be run to its end, EmbeddedError and InstallError.
    """
    check_files(json_file, html_file)
    console = Console(highlight=False)
    announce(console, plan.seconds)
    report = _run(plan, database_url, console)
    console.print(table(report))
    write(console, report.json(), lambda: html(report), json_file, html_file)
    if report.missed:
        console.print(Text(f"{report.missed} events were missed.", style="bold red"))
    return 1 if report.missed else 0


def _run(plan: Plan, database_url: str | None, console: Console) -> Report:
    with progress(console, steps(plan)) as (preparing, step):
        try:
            with (
                bench(database_url, preparing) as place,
                asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
            ):
                return runner.run(run(place, plan, step))
        except BROKEN as error:
            words = str(error).strip() or type(error).__name__
            raise click.ClickException(f"The run broke off: {words}") from error
