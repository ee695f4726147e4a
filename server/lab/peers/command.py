"""`roomtone lab peers`: what it runs and shows. It fails if an event was missed though nothing was broken."""

from __future__ import annotations

from ...tools.command import Measuring
from ...tools.output import Step
from ...tools.workbench import Workbench
from .figures import Report
from .plan import Plan
from .report import html
from .run import run, steps
from .spreadsheet import spreadsheet
from .table import table


def failures(report: Report) -> list[str]:
    if not report.results:
        return ["No system could be started."]
    return [f"{report.missed} events were missed."] if report.missed else []


def peers(live_url: str | None = None) -> Measuring[Plan, Report]:
    """`live_url`: the database of a Roomtone whose page /lab shows the lanes meanwhile."""

    async def measured(bench: Workbench, plan: Plan, on_step: Step) -> Report:
        return await run(bench, plan, on_step, live_url=live_url)

    return Measuring(steps, measured, table, html, failures, csv=spreadsheet, takes_database=False)
