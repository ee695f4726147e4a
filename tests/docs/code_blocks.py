"""The files on a page, and what the page says that they print."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
FILE = re.compile(r"```js\n// (\S+\.mjs)\n(.*?)```", re.DOTALL)
PRINTED = re.compile(r"```text\n(.*?)```", re.DOTALL)


def files(page: str) -> dict[str, str]:
    """The blocks whose first line is a comment with the name of a file."""
    return dict(FILE.findall((DOCS / page).read_text("utf-8")))


def printed_by(page: str, name: str) -> list[str]:
    """The lines of the first block of text after this file."""
    after = (DOCS / page).read_text("utf-8").partition(f"// {name}\n")[2]
    found = PRINTED.search(after)
    assert found, f"{page} does not say what {name} prints"
    return found[1].splitlines()


def says(shown: str, line: str) -> bool:
    """Whether this line is what the page shows; `…` stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, shown.split("…"))), line) is not None
