"""Reports as comma-separated values (RFC 4180), for spreadsheets: one row for each figure of each lane."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from .apart import Apart

HEADINGS: Final = ("figure", "unit", "value", "low", "high", "repetitions", "alike")
"""`alike`: the lanes that this value cannot be told from, with spaces between."""
Cells = Sequence[object]


def spreadsheet(about: Sequence[str], rows: Iterable[Cells]) -> str:
    """`about` are the headings of the cells that say which lane it is; each row begins with those."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow((*about, *HEADINGS))
    writer.writerows(rows)
    return text.getvalue()


def rows_of(lane: Cells, apart: Apart, units: Mapping[str, str]) -> Iterator[Cells]:
    """A lane's figures, without those that it has not; the first cell is its name."""
    name = str(lane[0])
    for figure, found in apart.figures[name].items():
        if found is not None:
            yield (*lane, figure, units[figure], *found, " ".join(apart.alike[name][figure]))
