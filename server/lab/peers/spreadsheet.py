"""The report as comma-separated values (RFC 4180), for spreadsheets: one row for each figure of each lane, and two for each fault."""

from __future__ import annotations

import csv
import io
from typing import Final

from .figures import UNITS, Report

HEADINGS: Final = ("lane", "system", "setting", "figure", "unit", "value", "low", "high", "repetitions")  # fmt: skip


def spreadsheet(report: Report) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    for result in (*report.results, report.floor):
        about = result.about
        lane = (about.name, about.system, about.setting)
        for name, found in report.figures[about.name].items():
            if found is not None:
                writer.writerow((*lane, name, UNITS[name], *found))
        for fault, loss in result.losses.items():
            for name, many in (("lost", loss.lost), ("owed", loss.owed)):
                writer.writerow((*lane, f"{name}_{fault}", "deliveries", many, "", "", 1))
    return text.getvalue()
