"""The tables of both labs in the terminal: groups of rows, separated by lines."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.console import RenderableType
from rich.table import Table

Row = tuple[object, list[RenderableType]]
"""The row's group, and its cells; the first two cells say what was measured."""


def grid(title: str, label: str, headings: Iterable[str], rows: Iterable[Row]) -> Table:
    """Rows that follow each other in the same group stand together; `label` is over the second column."""
    made = Table(
        box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1), pad_edge=False, title=title, title_justify="left"
    )
    made.add_column("", justify="right", no_wrap=True)
    made.add_column(label, no_wrap=True)
    for heading in headings:
        made.add_column(heading, justify="right", no_wrap=True)
    before = None
    for group, cells in rows:
        if before not in (None, group):
            made.add_section()
        made.add_row(*cells)
        before = group
    return made
