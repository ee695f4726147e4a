"""`roomtone bench`: what it runs and shows. It fails if an event was missed, or a figure misses its budget."""

from __future__ import annotations

from ..tools.command import Measuring
from .figures import Report
from .plan import Plan
from .report import html
from .run import run, steps
from .table import table
from .wording import number


def failures(report: Report) -> list[str]:
    missed = [f"{report.missed} deliveries were missed."] if report.missed else []
    return missed + [
        f"{one.what}, {one.of}: {number(one.value, one.unit)} misses its budget ({one.budget.words(one.unit)})."
        for one in report.figures
        if one.met is False
    ]


BENCH = Measuring[Plan, Report](steps, run, table, html, failures)
