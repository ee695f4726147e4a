"""One idea has one word: names, comments and texts do not use words that were replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = (".ci", "client_web", "docs", "schema", "server", "tests", "triggers")
REPLACED = {
    "b[e]lls?|r[u]ng": "notification, notify, notified",
    "br[o]oms?": "reaper",
    "t[u]nnels?": "lost connection",
    "l[a]pse[sd]?": "expire",
    "sh[e]lf|sh[e]lves": "recording files",
    "s[i]tters?|v[i]sitors?": "participant, subscriber, user, anonymous user",
    "gl[a]ss w[a]lls?": "inspector",
    "s[o]-manieth": "the number",
}
"""Patterns, and what to write instead. The brackets keep this file from containing the words."""

PAST = {
    "CHANGELOG.md",
    "010_names.pre.sql",
    "020_functions_of_0_1_0.pre.sql",
    "030_functions_of_0_1_0.post.sql",
    "30_older_releases.sql",
    "test_upgrade.py",
}
"""Files about what had these names before: they name them to replace them."""

WORD = re.compile(rf"(?<![a-z])(?:{'|'.join(REPLACED)})(?![a-z])", re.IGNORECASE)
TEXT = {
    ".css",
    ".html",
    ".js",
    ".json",
    ".md",
    ".mjs",
    ".psql",
    ".py",
    ".sh",
    ".sql",
    ".svg",
    ".toml",
    ".txt",
}


def texts() -> Iterator[Path]:
    """The text files of the repository but those about the past."""
    for path in (*ROOT.iterdir(), *(path for each in FOLDERS for path in (ROOT / each).rglob("*"))):
        named = path.suffix in TEXT or path.name in ("Makefile", "run", "MANIFEST.in")
        own = path.name not in PAST and "node_modules" not in path.parts
        if own and named and path.is_file():
            yield path


def test_replaced_words_stay_replaced() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in texts()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for match in WORD.finditer(line)
    ]
    assert found == []


def test_names_of_rules_that_were_replaced_stay_replaced() -> None:
    """Clients quote them as `rule`, where nothing else checks that they exist."""
    renames = (ROOT / "schema/migrations/010_names.pre.sql").read_text("utf-8")
    old = re.findall(r"\('\w+', '(\w+)', '\w+'\)", renames.partition("-- Constraints.")[2])
    assert old
    name = re.compile(rf"\b(?:{'|'.join(old)})\b")
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in texts()
        for match in name.finditer(path.read_text("utf-8"))
    ]
    assert found == []
