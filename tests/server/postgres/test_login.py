"""What is said of the place of a database."""

from __future__ import annotations

import pytest
from roomtone.postgres.login import place


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://me:secret@db/talk", "db/talk"),
        ("postgresql://me@db:5433/talk", "db:5433/talk"),
        ("postgresql://me@db1,db2/talk?target_session_attrs=primary", "db1,db2/talk"),
        ("postgresql://me@db1:5433,db2:5434/talk", "db1:5433,db2:5434/talk"),
        ("host=db1,db2 port=5433 dbname=talk", "db1:5433,db2:5433/talk"),
        ("postgresql:///talk", "the local socket/talk"),
    ],
)
def test_the_place_names_all_servers_and_no_password(url: str, said: str) -> None:
    assert place(url) == said
