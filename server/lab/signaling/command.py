"""`roomtone lab signaling`: what it runs and shows. It fails if an event was missed."""

from __future__ import annotations

from ...tools.command import Measuring
from .plan import Plan
from .report import html
from .results import Report
from .run import run, steps
from .spreadsheet import spreadsheet
from .table import table


def failures(report: Report) -> list[str]:
    return [f"{report.missed} events were missed."] if report.missed else []


SIGNALING = Measuring[Plan, Report](steps, run, table, html, failures, csv=spreadsheet)
