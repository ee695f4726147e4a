"""A database that is restored from a backup under relays that run."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from roomtone.postgres.listener import Listener
from roomtone.types import Cursor

from ...conftest import Connect, NewDatabase
from ...following import follow
from ...patience import comes_true
from ...people import Psql
from ...running import run_relay
from .test_copies import run


def restore(psql: Psql, room: int) -> None:
    """What pg_restore does in one transaction, as far as relays can see it: other rows, and another table `logs`."""
    with psql.connection.transaction():
        psql.run("set local session_replication_role = replica")  # no trigger notifies
        psql.run("update database_marks set logs_oid = 1")
        psql.run("update rooms set name = 'As it was' where id = %s", room)


@pytest.mark.anyio
async def test_all_relays_take_the_new_key_and_read_rooms_and_hallway_again(
    database_url: str, psql: Psql, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without this, the rooms would be read again half a minute later.
    monkeypatch.setitem(Listener.__init__.__kwdefaults__ or {}, "resync_every", 3600.0)
    room = psql.room("rick")
    psql.seat(room, "anna")
    with run_relay(database_url, demo=True) as one, run_relay(database_url, demo=True) as other:
        old = one.token("anna")

        def refused() -> bool:
            statuses = set()
            for relay in (one, other):
                with relay.client(old) as anna:
                    statuses.add(anna.get("/rows/users").status_code)
            return statuses == {401}

        assert not refused()
        async with follow(f"{one.url}/rooms/{room}/events", old) as stream:
            before = await stream.until(lambda frame: frame.event == "snapshot")
            restore(psql, room)
            after = await stream.until(
                lambda frame: frame.event == "snapshot" and frame.id != before.id
            )
            epochs = [Cursor.parse(frame.data["cursor"]).epoch for frame in (before, after)]
            assert epochs[0] < epochs[1]
            assert after.data["room"]["name"] == "As it was"
        for relay in (one, other):
            relay.shows(room, name="As it was")
        await comes_true(refused)
        with other.client(one.token("anna")) as anna:
            assert anna.get("/rows/users").status_code == 200, "both have the same key"


def test_events_are_emptied_at_once_and_also_while_somebody_reads_them(
    psql: Psql, connect: Connect
) -> None:
    room = psql.room("rick")
    psql.one("select relay_rows_since()")
    file = psql.one("select pg_relation_filenode('events')")
    restore(psql, room)
    psql.one("select relay_rows_since()")
    assert psql.one("select count(*) from events") == 0
    assert psql.one("select pg_relation_filenode('events')") != file, "truncated"
    psql.run("update rooms set name = 'Coffee' where id = %s", room)
    reader = connect(autocommit=False)
    assert reader.execute("select count(*) from events").fetchone() == (1,)
    restore(psql, room)
    since = psql.one("select relay_rows_since()")
    assert psql.one("select count(*) from events") == 0
    assert psql.one("select relay_rows_since()") == since, "noticed once"


def test_a_relay_does_not_take_a_half_restored_database_for_a_new_one(
    database_url: str, psql: Psql, connect: Connect, new_database: NewDatabase, tmp_path: Path
) -> None:
    room = psql.room("rick")
    before = psql.all("select epoch from relay_logs(array[%s::bigint])", room)
    dump, url = tmp_path / "dump", new_database("template0")
    run("pg_dump", "--format=custom", "--file", dump, database_url)
    run("pg_restore", "--section=pre-data", "--dbname", url, dump)
    restored = Psql(connect(url))
    with pytest.raises(errors.InvalidColumnReference):
        restored.one("select relay_rows_since()")
    run("pg_restore", "--section=data", "--dbname", url, dump)
    with pytest.raises(psycopg.Error):
        restored.one("select relay_rows_since()")
    run("pg_restore", "--section=post-data", "--dbname", url, dump)
    after = restored.all("select epoch from relay_logs(array[%s::bigint])", room)
    assert after > before
