"""What the report of every command that measures has to be: complete by itself, readable in a terminal, and documented."""

from __future__ import annotations

import re

from rich.console import Console, RenderableType
from roomtone.paths import SOURCE


def is_complete(page: str, *, charts: int, says: str) -> None:
    """The HTML report has no script and needs nothing from elsewhere."""
    assert not re.search(r"<script|<link|<img|<iframe|\bsrc=|@import|url\(|https?://", page)
    assert page.count('<svg class="chart"') == charts
    assert says in page


def fits_a_terminal(table: RenderableType, *, says: str) -> None:
    console = Console(width=80, record=True, force_terminal=False)
    with console.capture() as shown:
        console.print(table)
    assert "…" not in shown.get()
    assert says in shown.get()


def are_documented(figures: set[str], page: str) -> None:
    """The names of these figures are in this page of the documentation."""
    words = re.findall(r"[a-z_0-9]+", (SOURCE / "docs" / page).read_text(encoding="utf-8"))
    assert figures <= {*words}
