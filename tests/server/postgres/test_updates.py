"""Updates of an installed schema: what runs again, what runs once, what waits, and which release may run with it."""

from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from roomtone import __version__
from roomtone.paths import SOURCE
from roomtone.postgres.install import install
from roomtone.postgres.preflight import InstallError
from roomtone.postgres.schema_files import REVISION

from ...conftest import Connect
from ...patience import PATIENCE


def test_the_relays_own_login_checks_that_the_schema_serves_it(
    database_url: str, connect: Connect
) -> None:
    as_relay = make_conninfo(database_url, user="roomtone_relay")
    assert not install(as_relay, demo=False).changed
    change = (
        "update schema_installs set revision = {}, oldest_relay = {}, version = '9.8.7' where true"
    )
    for revision, oldest, refusal in (
        (REVISION - 1, 1, "that of Roomtone 9.8.7, and roomtone_relay may not install"),
        (REVISION + 1, REVISION, None),
        (REVISION + 1, REVISION + 1, "does not serve release"),
    ):
        connect().execute(change.format(revision, oldest).encode())
        if refusal is None:
            assert not install(as_relay, demo=False).changed
            continue
        with pytest.raises(InstallError, match=refusal):
            install(as_relay, demo=False)


def test_an_older_release_never_installs_over_a_newer_one(
    database_url: str, connect: Connect
) -> None:
    connection = connect()
    connection.execute(
        "update schema_installs set fingerprint = 'newer', revision = revision + 1, version = '9.8.7' where true"
    )
    assert not install(database_url, demo=False).changed
    connection.execute("update schema_installs set oldest_relay = revision where true")
    with pytest.raises(
        InstallError, match=f"Roomtone 9.8.7, which does not serve release {__version__}"
    ):
        install(database_url, demo=False)


def test_an_update_runs_only_what_changed(
    empty_database_url: str, source: Path, connect: Connect
) -> None:
    (source / "triggers" / "10_a.sql").write_text("insert into roomtone.runs values ('a');\n")
    (source / "triggers" / "20_b.sql").write_text("insert into roomtone.runs values ('b');\n")
    (source / "schema" / "20_runs.sql").write_text(
        "create table if not exists roomtone.runs (file text);\n"
    )
    (source / "schema" / "90_rights").mkdir()
    (source / "schema" / "90_rights" / "10_grants.sql").write_text(
        "insert into roomtone.runs values ('rights');\n"
    )

    def ran() -> str:
        assert install(empty_database_url, demo=False, source=source).changed
        connection = connect(empty_database_url)
        (files,) = connection.execute("select string_agg(file, ' ' order by file) from roomtone.runs").fetchone() or ("",)  # fmt: skip
        connection.execute("truncate roomtone.runs")
        return str(files)

    assert ran() == "a b rights"
    (source / "triggers" / "20_b.sql").write_text("insert into roomtone.runs values ('b2');\n")
    assert ran() == "b2 rights"
    # a view or a function may have all columns of a table
    with (source / "schema" / "20_runs.sql").open("a") as file:
        file.write("alter table roomtone.runs add column if not exists at timestamptz;\n")
    assert ran() == "a b2 rights"
    (source / "schema" / "migrations").mkdir()
    (source / "schema" / "migrations" / "010_once.pre.sql").write_text(
        "insert into roomtone.runs values ('once');\n"
    )
    assert ran() == "a b2 once rights"
    (source / "triggers" / "10_a.sql").unlink()
    (source / "triggers" / "20_b.sql").write_text("insert into roomtone.runs values ('b');\n")
    assert ran() == "b rights"


def _with_an_older_relay(url: str, source: Path, connect: Connect) -> psycopg.Connection:
    """Installed there, with one process of the older release, whose heartbeat counts for an hour: an installation may take longer than another one does."""
    (source / "schema" / "30_nodes.sql").write_text(
        "create table if not exists roomtone.nodes (revision int default 1, heartbeat_at timestamptz default now());\n"
    )
    install(url, demo=False, source=source)
    connection = connect(url)
    connection.execute("insert into nodes (heartbeat_at) values (now() + interval '1 hour')")
    return connection


def test_what_is_not_safe_beside_an_older_relay_waits_until_it_has_stopped(
    empty_database_url: str, source: Path, connect: Connect
) -> None:
    connection = _with_an_older_relay(empty_database_url, source, connect)
    (source / "schema" / "migrations").mkdir()
    after = source / "schema" / "migrations" / "010_rooms.post.sql"
    after.write_text("alter table roomtone.rooms add column name text;\n")
    oldest = "select oldest_relay from schema_installs order by installed_at desc limit 1"
    found = install(empty_database_url, demo=False, source=source)
    assert (found.changed, found.older) == (True, 1)
    assert connection.execute(oldest).fetchone() == (1,)
    again = install(empty_database_url, demo=False, source=source)
    assert (again.changed, again.older) == (False, 1)
    connection.execute("update nodes set heartbeat_at = now() - interval '11 seconds' where true")
    finished = install(empty_database_url, demo=False, source=source)
    assert (finished.changed, finished.older) == (True, 0)
    assert connection.execute(oldest).fetchone() == (REVISION,)
    assert connection.execute("select count(name) from rooms").fetchone() == (0,)
    assert not install(empty_database_url, demo=False, source=source).changed


def test_who_runs_is_counted_before_the_locks_because_nobody_can_write_a_heartbeat_under_them(
    empty_database_url: str, source: Path, connect: Connect
) -> None:
    connection = _with_an_older_relay(empty_database_url, source, connect)
    before = connection.execute("select heartbeat_at from nodes").fetchone()
    (source / "schema" / "40_long.sql").write_text("-- as if it took two hours\n"
        "update roomtone.nodes set heartbeat_at = heartbeat_at - interval '2 hours' where true;\n"
    )  # fmt: skip
    (source / "schema" / "migrations").mkdir()
    (source / "schema" / "migrations" / "010_rooms.post.sql").write_text(
        "alter table roomtone.rooms add column name text;\n"
    )
    found = install(empty_database_url, demo=False, source=source)
    assert (found.changed, found.older) == (True, 1)
    after = connection.execute("select heartbeat_at + interval '2 hours' from nodes").fetchone()
    assert after is not None
    assert before is not None
    assert after[0] > before[0]  # by as long as the tables were locked


def test_new_functions_of_triggers_are_only_for_triggers_after_an_update(
    database_url: str, tmp_path: Path, connect: Connect
) -> None:
    for folder in ("schema", "triggers"):
        shutil.copytree(SOURCE / folder, tmp_path / folder)
    (tmp_path / "triggers" / "10_people" / "new.sql").write_text(
        "create function tg_new() returns trigger language plpgsql as 'begin return new; end';\n"
        "create trigger _100_new before insert on secrets execute function tg_new();\n"
    )
    assert install(database_url, demo=False, source=tmp_path).changed
    open_to_all = (
        "select p.oid::regprocedure::text from pg_proc p where pronamespace = 'roomtone'::regnamespace"
        " and (proname = 'tg_new' or prorettype = 'trigger'::regtype) and has_function_privilege('public', p.oid, 'execute')"
    )
    assert connect().execute(open_to_all).fetchall() == []


def test_an_open_transaction_is_waited_for_and_then_named(
    empty_database_url: str, source: Path, connect: Connect
) -> None:
    install(empty_database_url, demo=False, source=source)
    (source / "triggers" / "10_more.sql").write_text("create table roomtone.more (id int);")
    holder = connect(empty_database_url, autocommit=False)
    holder.execute("insert into rooms values (1)")
    said: list[str] = []
    with pytest.raises(
        InstallError, match=f"process id {holder.info.backend_pid} .*End it, and start again"
    ):
        install(empty_database_url, demo=False, source=source, patience=0.1)
    with ThreadPoolExecutor(1) as pool:
        waiting = threading.Event()

        def note(line: str) -> None:
            said.append(line)
            if line.startswith("waiting for other sessions"):
                waiting.set()

        installing = pool.submit(
            install, empty_database_url, demo=False, source=source, on_progress=note
        )
        assert waiting.wait(PATIENCE)
        # it gives way: nobody has to wait behind it for long
        other = connect(empty_database_url)
        other.execute("set lock_timeout = '20s'")
        assert other.execute("select count(*) from rooms").fetchone() == (0,)
        holder.commit()
        assert installing.result(PATIENCE).changed
    assert said == ["updating the schema", "waiting for other sessions to end their transactions"]
