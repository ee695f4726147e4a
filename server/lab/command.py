"""`roomtone lab signaling`: plans, runs with progress, and says what came out."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import click
import psycopg
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from .bench import bench
from .exchange import Refused
from .figures import Report
from .plan import Plan
from .report import html
from .signaling import run, steps
from .table import table

BROKEN = (Refused, OSError, EOFError, TimeoutError, RuntimeError, psycopg.Error)


def measure(
    plan: Plan, database_url: str | None, json_file: Path | None, html_file: Path | None
) -> int:
    """Run the plan; the exit status: 0 if nobody missed anything.

    Raises ClickException when it cannot be run to its end, EmbeddedError and InstallError.
    """
    for file in (json_file, html_file):
        if file is not None and not file.parent.is_dir():
            raise click.ClickException(f"There is no folder {file.parent} to write to.")
    console = Console(highlight=False)
    console.print(Text(f"This takes about {plan.seconds / 60:.1f} minutes.", style="dim"))
    report = _run(plan, database_url, console)
    console.print(table(report))
    if json_file is not None:
        json_file.write_text(json.dumps(report.json(), indent=2) + "\n", encoding="utf-8")
        console.print(Text(f"JSON: {json_file}"))
    if html_file is not None:
        html_file.write_text(html(report), encoding="utf-8")
        console.print(Text(f"Report: {html_file}"))
    if report.missed:
        console.print(Text(f"{report.missed} events were missed.", style="bold red"))
    return 1 if report.missed else 0


def _run(plan: Plan, database_url: str | None, console: Console) -> Report:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting", total=steps(plan) + 1)
        begun = False

        def preparing(words: str) -> None:
            progress.update(task, description=words)

        def step(words: str) -> None:
            nonlocal begun
            progress.update(task, description=words, advance=1 if begun else 0)
            begun = True
            if not console.is_terminal:
                console.print(Text(words))

        try:
            with (
                bench(database_url, preparing) as place,
                asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
            ):
                return runner.run(run(place, plan, step))
        except BROKEN as error:
            words = str(error).strip() or type(error).__name__
            raise click.ClickException(f"The run broke off: {words}") from error
