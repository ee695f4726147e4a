"""`expected.md` as data: its sections, each with rows by name and cells by column."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

Section = dict[str, dict[str, str]]

FILE = Path(__file__).with_name("expected.md")


def sections(text: str | None = None) -> dict[str, Section]:
    """Every section that has tables: their rows by their first cell, in order."""
    found: dict[str, Section] = {}
    section, columns = "", list[str]()
    lines = (text or FILE.read_text("utf-8")).splitlines()
    for line, following in pairwise([*lines, ""]):
        if line.startswith("## "):
            section = line[3:].strip()
        elif line.startswith("|") and not line.startswith("|--"):
            name, *cells = (part.strip().strip("`") for part in line.strip("|").split("|"))
            if following.startswith("|--"):
                columns = cells
                continue
            rows = found.setdefault(section, {})
            assert name not in rows, f"{section}: {name} is there twice"
            rows[name] = dict(zip(columns, cells, strict=True))
    return found


def line(name: str, cells: dict[str, str]) -> str:
    """A row as it stands in the file."""
    return f"| `{name}` | {' | '.join(cells.values())} |"
