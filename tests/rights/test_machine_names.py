"""Users cannot read names of machines on which processes run."""

from __future__ import annotations

import socket
from typing import cast

import psycopg
import pytest
from roomtone.media.node.lease import NodeLease
from roomtone.postgres.roles import Connect

from ..conftest import Connection
from ..people import Psql
from ..running import run_relay
from . import attempt
from .calls import call
from .test_matrix import functions, relations
from .world import ACTORS, World

MARK = "mill-4711"


@pytest.fixture(scope="module")
def marked(connection: Connection, world: World) -> World:
    """Every column that can hold one holds a machine's name, and a recording has begun through the log."""
    psql = Psql(connection)
    psql.run("select node_register(%s, 'mcu', 9, %s)", f"{MARK}-mcu", MARK)
    for table, column in psql.all(
        "select c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid"
        " where c.relnamespace = 'roomtone'::regnamespace and c.relkind = 'r' and a.atttypid = 'text'::regtype"
        "   and a.attnum > 0 and a.attname in ('node_id', 'address', 'served_by')"
    ):
        psql.run("set session_replication_role = replica")
        connection.execute(f"update {table} set {column} = '{MARK}' where true".encode())
        psql.run("reset session_replication_role")
    psql.run("update participants set muted = not muted where role = 'SPEAKER'")
    psql.run("update recordings set duration = '1 minute' where ended_at is not null")
    return world


@pytest.mark.parametrize("actor", ACTORS)
def test_no_user_reads_a_machines_name(connection: Connection, marked: World, actor: str) -> None:
    """In no column they may read of any table or view, and in no answer of any function."""
    statements = {name: call(name, types, marked) for name, types in functions(connection).values()}
    for relation in relations(connection):
        columns = connection.execute(
            "select string_agg(quote_ident(attname), ', ') from pg_attribute where attrelid = %s::regclass"
            " and attnum > 0 and not attisdropped and has_column_privilege(%s, attrelid, attnum, 'select')",
            (relation, "roomtone_anon" if actor == "anonymous" else "roomtone_person"),
        ).fetchone()
        if columns and columns[0]:
            statements[relation] = f"select {columns[0]} from {relation}"
    tried = 0
    for name, statement in statements.items():
        if name.startswith(("relay_", "node_", "tg_")):
            continue
        try:
            with connection.transaction(force_rollback=True):
                attempt.become(connection, marked, actor)
                answer = str(connection.execute(statement.encode()).fetchall())
                tried += answer != "[]"
        except psycopg.Error as error:
            answer = str(error)
        assert MARK not in answer, name
    assert actor == "relay" or tried > 5


def test_the_id_of_a_process_names_no_machine(psql: Psql, database_url: str) -> None:
    """Every login reads it: in notifications, and as the name of the relay's connections."""
    with run_relay(database_url):
        ids = psql.all(
            "select id from nodes union select application_name from pg_stat_activity"
            " where application_name like 'roomtone%%' and datname = current_database()"
        )
    assert any(name.startswith("roomtone relay-") for (name,) in ids)
    assert not any(socket.gethostname() in name for (name,) in ids)
    assert socket.gethostname() not in NodeLease(cast(Connect, None), "sfu").node
