"""Reports as comma-separated values (RFC 4180), for spreadsheets: one row for each figure of each lane."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from .figures import Figures

HEADINGS: Final = ("figure", "unit", "value", "low", "high", "repetitions")
Cells = Sequence[object]


def spreadsheet(about: Sequence[str], rows: Iterable[Cells]) -> str:
    """`about` are the headings of the cells that say which lane it is; each row begins with those."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow((*about, *HEADINGS))
    writer.writerows(rows)
    return text.getvalue()


def rows_of(lane: Cells, figures: Figures, units: Mapping[str, str]) -> Iterator[Cells]:
    """A lane's figures, without those that it has not."""
    for name, found in figures.items():
        if found is not None:
            yield (*lane, name, units[name], *found)
