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
        yield from rows_of(lane, report.figures[about.name], UNITS)
        for fault, loss in result.losses.items():
            for name, many, unit in (
                ("lost", loss.lost, "deliveries"),
                ("owed", loss.owed, "deliveries"),
                ("repeated", loss.repeated, "deliveries"),
                ("refused", loss.refused, "writes"),
                ("snapshots", loss.snapshots, "followers"),
            ):
                yield (*lane, f"{name}_{fault}", unit, many, "", "", 1)
    floor = (report.floor.about.name, report.floor.about.system, report.floor.about.setting)
    repetitions = len(report.floor.repetitions)
    noise = report.noise
    known = {"latency": noise.latency, "late": noise.late, "busy": noise.busy}
    for name, found in known.items():
        if found is not None:
            unit = "share of all cores" if name == "busy" else "ms"
            yield (*floor, f"noise_{name}", unit, found, "", "", repetitions)
