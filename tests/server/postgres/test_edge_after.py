"""The number of listeners before an edge is written at the start, which nobody's transaction may hold up."""

from __future__ import annotations

import psycopg
import pytest
from roomtone.postgres import edge_after
from roomtone.postgres.edge_after import set_edge_after
from roomtone.postgres.preflight import InstallError

from ...people import Psql


def test_a_transaction_that_was_left_open_does_not_hang_the_start(
    database_url: str, psql: Psql, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_edge_after(database_url, 7)
    monkeypatch.setattr(edge_after, "LOCKED_WITHIN", 1)
    with psycopg.connect(database_url) as other:
        other.execute("update roomtone.topology_sizes set edge_after = 8")
        with pytest.raises(InstallError, match="could not be written"):
            set_edge_after(database_url, 9)
        other.rollback()
    assert psql.one("select edge_after from topology_sizes") == 7
