"""The report for spreadsheets: two rows more for each fault."""

from __future__ import annotations

from collections.abc import Iterator

from ..quoted.spreadsheet import Cells, rows_of
from ..quoted.spreadsheet import spreadsheet as text_of
from .figures import UNITS, Report


def spreadsheet(report: Report) -> str:
    return text_of(("lane", "system", "setting"), _rows(report))


def _rows(report: Report) -> Iterator[Cells]:
    for result in (*report.results, report.floor):
        about = result.about
        lane = (about.name, about.system, about.setting)
        yield from rows_of(lane, report.figures[about.name], UNITS)
        for fault, loss in result.losses.items():
            for name, many in (("lost", loss.lost), ("owed", loss.owed)):
                yield (*lane, f"{name}_{fault}", "deliveries", many, "", "", 1)
