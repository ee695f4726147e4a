"""Copies of a database, and databases restored from a backup with PostgreSQL's own programs."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict
from roomtone.postgres.programs import bin_dir
from roomtone.types import Cursor

from ...conftest import Connect, NewDatabase
from ...databases import Databases
from ...patience import eventually
from ...people import Psql
from ...running import run_relay

JSON = {"Accept": "application/json"}

Copy = Callable[[], str]
"""Makes a copy of the test's database, or restores it: the URL."""


def run(program: str, *arguments: str | Path) -> None:
    done = subprocess.run(
        [str(bin_dir() / program), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(params=["template", "new database", "same database"])
def copy(
    request: pytest.FixtureRequest,
    database_url: str,
    databases: Databases,
    new_database: NewDatabase,
    tmp_path: Path,
) -> Copy:
    dump = tmp_path / "dump"

    def from_template() -> str:
        name = conninfo_to_dict(database_url)["dbname"]
        databases.disconnect(str(name))
        return new_database(str(name))

    def restored(url: str, *options: str) -> str:
        run("pg_dump", "--format=custom", "--file", dump, database_url)
        run("pg_restore", *options, "--dbname", url, dump)
        return url

    return {
        "template": from_template,
        "new database": lambda: restored(new_database("template0")),
        "same database": lambda: restored(database_url, "--clean"),
    }[request.param]


@pytest.fixture
def used(connect: Connect) -> Psql:
    """The database with a room, a recording that ended, one that was deleted, and one whose row is gone; a relay has run on it."""
    psql = Psql(connect())
    psql.one("select relay_secret('jwt')")
    room = psql.room("rick")
    for name in ("rick", "anna"):
        psql.seat(room, name)
    psql.one("select node_register('one', 'sfu', 10)")
    psql.run("update rooms set topology = 'sfu'")
    for _ in range(3):
        psql.run("insert into recordings (room_id) values (%s)", room)
        psql.run("update recordings set ended_at = now() where ended_at is null")
    psql.run(
        "insert into push_subscriptions (user_id, endpoint, p256dh, auth) values (%s, 'https://push.example/', 'B' || repeat('A', 86), repeat('A', 22))",
        psql.person("anna"),
    )
    return psql


def head(psql: Psql, room: int) -> Cursor:
    return Cursor(*psql.all("select epoch, head_seq from relay_logs(array[%s::bigint])", room)[0])


def test_cursors_of_before_get_a_snapshot(copy: Copy, used: Psql, connect: Connect) -> None:
    room = used.one("select id from rooms")
    before = head(used, room)
    secret = used.one("select relay_secret('jwt')")
    assert head(used, room) == before, "a database in use is no copy"
    psql = Psql(connect(copy()))
    for _ in range(before.seq):  # whichever writes first, a relay or a session of psql
        psql.run("update rooms set name = name || '.' where id = %s", room)
    url = psql.connection.info.dsn
    with run_relay(url, demo=True) as relay, relay.sign_in("anna") as anna:
        answer = anna.get(f"/rooms/{room}/events", headers=JSON, params={"after": str(before)})
        now = answer.json()
        assert now["snapshot"]["cursor"] == now["cursor"]
        assert Cursor.parse(now["cursor"]).epoch > before.epoch
        psql.run("update rooms set name = 'Coffee' where id = %s", room)
        then = anna.get(f"/rooms/{room}/events", headers=JSON, params={"after": now["cursor"]})
        # The copy has a node that no process beats for, so the relay may take the room from it meanwhile.
        names = [e["record"]["name"] for e in then.json()["events"] if e["table"] == "rooms"]
        assert names == ["Coffee"]
    assert psql.one("select relay_secret('jwt')") != secret, "who signed out since is signed out"
    assert psql.one("select count(*) from push_subscriptions") == 0, "a copy notifies no browser"
    assert head(psql, room).epoch == Cursor.parse(now["cursor"]).epoch, "noticed once"


@pytest.mark.parametrize("copy", ["template", "new database"], indirect=True)
def test_a_copy_removes_no_file_of_the_original(
    copy: Copy, used: Psql, connect: Connect, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    url = copy()
    used = Psql(connect())
    (room,) = used.all("select id from rooms")[0]
    used.run("insert into recordings (room_id) values (%s)", room)  # newer than the copy
    files = [folder / name for (name,) in used.all("select file from recordings order by id")]
    for file in files:
        file.write_bytes(b"OggS")
    psql = Psql(connect(url))
    psql.one("select relay_secret('jwt')")  # as the first process that starts does
    psql.run("update recordings set deleted_at = now() where id = 1")
    psql.run("delete from recordings where id = 2")
    with run_relay(url, recordings_dir=folder):
        eventually(lambda: caplog.text.count(f"{folder}: files such as ") == 2)
        assert all(file.exists() for file in files)
        assert f"{files[3].name} (1 in all). No recording of this database has them" in caplog.text
        assert (
            "(2 in all). Their recordings were deleted, but this database is a copy" in caplog.text
        )
        assert psql.one("select adopt_recordings()") == 2
        psql.run("update recordings set deleted_at = now() where id = 3")
        eventually(lambda: [file.exists() for file in files] == [False, False, False, True])
