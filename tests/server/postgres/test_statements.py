"""What the relay counts of its own statements, against what PostgreSQL counted."""

from __future__ import annotations

import re

from psycopg import sql

from ...conftest import Connect
from ...patience import eventually
from ...running import run_relay

EXTRA = 30
"""Transactions that are not the pools': the listener's, and the heartbeats after the figures were read."""


def counted(text: str, name: str) -> int:
    found = re.search(rf"^{name} ([\d.e+]+)$", text, re.MULTILINE)
    assert found is not None, text
    return int(float(found[1]))


def test_transactions_counted_by_the_relay_are_those_postgresql_counted(
    demo_database_url: str, connect: Connect
) -> None:
    admin = connect(demo_database_url)
    name = admin.info.dbname
    admin.close()
    elsewhere = connect(demo_database_url.replace(name, "postgres", 1))
    ask = sql.SQL("select xact_commit + xact_rollback from pg_stat_database where datname = {}")

    def in_postgresql() -> int:
        row = elsewhere.execute(ask.format(sql.Literal(name))).fetchone()
        assert row is not None
        return int(row[0])

    before = in_postgresql()
    with run_relay(demo_database_url) as relay:
        with relay.sign_in("anna") as anna:
            for _ in range(40):
                assert anna.get("/rows/hallway").status_code == 200
        with relay.client() as anonymous:
            text = anonymous.get("/metrics").text
    # A backend reports its figures when it ends, and the last one may not have ended yet.
    backends = sql.SQL("select count(*) from pg_stat_activity where datname = {}")
    eventually(lambda: elsewhere.execute(backends.format(sql.Literal(name))).fetchone() == (0,))
    mine = counted(text, "roomtone_transactions_total")
    theirs = in_postgresql() - before
    assert mine > 40
    assert mine <= theirs <= mine + EXTRA
    assert counted(text, "roomtone_statements_total") > mine
