"""The report for spreadsheets."""

from __future__ import annotations

from ..quoted.spreadsheet import rows_of
from ..quoted.spreadsheet import spreadsheet as text_of
from .results import UNITS, Report


def spreadsheet(report: Report) -> str:
    return text_of(
        ("lane", "topology", "speakers", "listeners"),
        (
            row
            for each in report.results
            for row in rows_of(
                (each.name, each.topology, each.crowd.speakers, each.crowd.listeners),
                report.apart,
                UNITS,
            )
        ),
    )
