"""The frame of a command that measures: a plan, a run with progress, a table, JSON and a report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import click
import psycopg
from rich.console import Console, RenderableType
from rich.text import Text

from ..ending_signals import run_until_signal
from .http import UNREACHABLE, Refused
from .output import Step, announce, check_files, progress, write
from .workbench import Workbench, workbench
from .worker import Broken

BROKEN = (Broken, Refused, *UNREACHABLE, RuntimeError, psycopg.Error)
"""The errors after which a run cannot go on."""


class Plan(Protocol):
    """What a run will do, checked before it begins."""

    @property
    def seconds(self) -> float:
        """About how long it takes."""


class Report(Protocol):
    """The results of a run, as plain values."""

    def json(self) -> dict[str, Any]: ...


P = TypeVar("P", bound=Plan)
R = TypeVar("R", bound=Report)


@dataclass(frozen=True)
class Measuring(Generic[P, R]):
    """`run` calls its third argument with the name of each of `steps(plan)` steps as it begins.

    `table` is the report on a terminal, `html` as a page; `failures` are the sentences why the command ends with status 1; `csv` is
    the report for a spreadsheet, where a command offers it. Without `takes_database`, the run always starts a PostgreSQL of its own.
    """

    steps: Callable[[P], int]
    run: Callable[[Workbench, P, Step], Awaitable[R]]
    table: Callable[[R], RenderableType]
    html: Callable[[R], str]
    failures: Callable[[R], list[str]]
    csv: Callable[[R], str] | None = None
    takes_database: bool = True

    def perform(
        self,
        plan: P,
        database_url: str | None,
        json_file: Path | None,
        html_file: Path | None,
        csv_file: Path | None = None,
    ) -> int:
        """Run the plan and show the report; the exit status.

        Raises ClickException when it cannot be run to its end, EmbeddedError and InstallError.
        """
        check_files(json_file, html_file, csv_file)
        console = Console(highlight=False)
        announce(console, plan.seconds)
        report = self._run(plan, database_url, console)
        console.print(self.table(report))
        write(console, report.json(), lambda: self.html(report), json_file, html_file)
        if csv_file is not None and self.csv is not None:
            csv_file.write_text(self.csv(report), encoding="utf-8")
            console.print(Text(f"CSV: {csv_file}"))
        failures = self.failures(report)
        for words in failures:
            console.print(Text(words, style="bold red"))
        return 1 if failures else 0

    def _run(self, plan: P, database_url: str | None, console: Console) -> R:
        with progress(console, self.steps(plan)) as (preparing, step):
            try:
                with workbench(database_url, preparing) as bench:
                    return run_until_signal(
                        self._finish(bench, plan, step),
                        lambda: console.print(Text("ending what was started")),
                    )
            except BROKEN as error:
                words = str(error).strip() or type(error).__name__
                raise click.ClickException(f"The run broke off: {words}") from error

    async def _finish(self, bench: Workbench, plan: P, step: Step) -> R:
        """Whatever happens, what the run made in the database is deleted; the run's own PostgreSQL is deleted as a whole."""
        try:
            return await self.run(bench, plan, step)
        finally:
            if bench.server is None:
                await bench.forget()
