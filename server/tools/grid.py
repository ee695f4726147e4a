"""Tables in the terminal: groups of rows, separated by lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import RenderableType
from rich.table import Table


def grid(
    title: str, label: str, headings: Iterable[str], rows: Iterable[Sequence[RenderableType]]
) -> Table:
    """The first two cells of a row say what was measured, and `label` is over the second.

    Rows that follow each other with the same first cell stand together.
    """
    made = Table(
        box=box.SIMPLE_HEAD, padding=(0, 0, 0, 0), pad_edge=False, title=title, title_justify="left"
    )
    made.add_column("", justify="right", no_wrap=True)
    made.add_column(label, no_wrap=True)
    for heading in headings:
        made.add_column(heading, justify="right")  # a long figure takes two lines, and is not cut
    before = None
    for cells in rows:
        if before not in (None, cells[0]):
            made.add_section()
        made.add_row(*cells)
        before = cells[0]
    return made
