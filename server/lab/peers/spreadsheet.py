"""The report for spreadsheets: rows more for each fault, and the machine's noise with the floor."""

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
        yield from rows_of(lane, report.apart, UNITS)
        for fault, loss in result.losses.items():
            for name, many, unit in (
                ("lost", loss.lost, "deliveries"),
                ("owed", loss.owed, "deliveries"),
                ("repeated", loss.repeated, "deliveries"),
                ("refused", loss.refused, "writes"),
                ("snapshots", loss.snapshots, "followers"),
            ):
                yield (*lane, f"{name}_{fault}", unit, many, "", "", 1, "")
    floor = (report.floor.about.name, report.floor.about.system, report.floor.about.setting)
    repetitions = len(report.floor.repetitions)
    noise = report.noise
    units = UNITS | {"late": "ms", "busy": "share of all cores"}
    for name, found in (noise.figures | {"late": noise.late, "busy": noise.busy}).items():
        yield (*floor, f"noise_{name}", units[name], found, "", "", repetitions, "")
