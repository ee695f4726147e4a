"""`roomtone lab topology`: what it runs and shows. It fails if a topology worked with no crowd."""

from __future__ import annotations

from ...tools.command import Measuring
from .plan import Plan
from .report import html
from .results import Report
from .run import run, steps
from .spreadsheet import spreadsheet
from .table import table
from .wording import SERIES


def failures(report: Report) -> list[str]:
    if not report.results:
        return ["Nothing could be measured."]
    return [
        f"{SERIES[topology].label} worked with no crowd."
        for topology in report.plan.topologies
        if topology not in report.unavailable and not report.largest_working(topology)
    ]


TOPOLOGY = Measuring[Plan, Report](steps, run, table, html, failures, csv=spreadsheet)
