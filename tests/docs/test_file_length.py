"""No file has more than 300 lines, except what is data: tables, recorded and generated text."""

from __future__ import annotations

from .test_words import ROOT, texts

MOST_LINES = 300

DATA = {
    "SECURITY.md": "a table of limits, and the tests of every promise",
    "docs/errors.md": "a row per rule",
    "docs/listen-notify.md": "a recorded run of psql",
    "docs/psql.md": "a recorded run of psql",
    "docs/schema-map.md": "generated",
    "schema/00_database/20_unicode.sql": "generated",
    "tests/rights/expected.md": "the rights matrix",
}


def test_no_file_has_more_than_300_lines_but_data() -> None:
    long = {
        path.relative_to(ROOT).as_posix()
        for path in texts()
        if path.suffix not in (".json", ".svg")
        and len(path.read_text("utf-8").splitlines()) > MOST_LINES
    }
    assert long == {*DATA}
