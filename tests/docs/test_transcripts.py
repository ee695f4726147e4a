"""Every transcript in docs/ is typed into psql, and the answers must be the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..conftest import Connection
from .transcripts import FENCE, agrees, differences, pages, steps


@pytest.fixture
def disk_restored(admin: Connection) -> Iterator[None]:
    """A page shows what a slow disk does by a setting of the whole server; whatever happens, it is taken back."""
    yield
    admin.execute("alter system reset synchronous_standby_names")
    admin.execute("select pg_reload_conf()")


@pytest.mark.usefixtures("disk_restored")
@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_the_transcripts_of_the_page_are_what_psql_says(page: Path, demo_database_url: str) -> None:
    assert list(differences(page, demo_database_url)) == []


def test_there_are_transcripts() -> None:
    assert sum(len(FENCE.findall(page.read_text("utf-8"))) for page in pages()) > 10


def test_a_statement_of_several_lines_is_one_step() -> None:
    [first, second] = steps("anna=> select\nanna-> 1;\n 1\nben=# \\q\n")
    assert (first.who, first.typed, first.answer) == ("anna", "select\n1;", [" 1"])
    assert second.typed == "\\q"


@pytest.mark.parametrize(
    ("page", "said", "same"),
    [
        (" 1 | 41.5 | 10:11:12", "   1 |   7.125 | 23:59:59.5", True),
        (
            "received from server process with PID 7.",
            "received from server process with PID 81.",
            True,
        ),
        ("(1 row)", "(2 rows)", False),
        ("ERROR: … too long", "ERROR:  payload string too long", True),
        (" rick | t", " anna | t", False),
    ],
)
def test_only_times_ids_and_widths_may_differ(page: str, said: str, same: bool) -> None:
    assert agrees([page], [said]) is same
