"""`roomtone lab peers`: what it runs and shows. It fails if an event was missed though nothing was broken."""

from __future__ import annotations

from ...tools.command import Measuring
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


PEERS = Measuring[Plan, Report](
    steps, run, table, html, failures, csv=spreadsheet, takes_database=False
)
