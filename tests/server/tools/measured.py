"""What the report of every command that measures has to be: complete by itself, readable in a terminal, and documented."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema_rs
from rich.console import Console, RenderableType
from roomtone.paths import PACKAGE, SOURCE

SCHEMA = PACKAGE / "lab" / "report.schema.json"


def is_complete(page: str, *, charts: int, says: str) -> None:
    """The HTML report has no script and needs nothing from elsewhere."""
    assert not re.search(r"<script|<link|<img|<iframe|\bsrc=|@import|url\(|https?://", page)
    assert len(re.findall(r'class="chart( bars)?"', page)) == charts
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


def is_as_its_schema_says(report: dict[str, Any]) -> dict[str, Any]:
    """What a lab writes as JSON, read again."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema_rs.meta.validate(schema)
    value: dict[str, Any] = json.loads(json.dumps(report))
    jsonschema_rs.validate(schema, value)
    broken = json.loads(json.dumps(report))
    broken["lanes"][0]["figures"] = {"latency": "quick"}
    assert not jsonschema_rs.is_valid(schema, broken)
    return value
