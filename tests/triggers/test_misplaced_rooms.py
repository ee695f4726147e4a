"""What a heartbeat asks about all rooms costs little for each, and one node asks it for all."""

from __future__ import annotations

from ..conftest import Connect
from ..people import Psql


def looks(psql: Psql, node: str) -> bool:
    """Whether a heartbeat of this node looks for misplaced rooms."""
    psql.run("set track_functions = 'all'")
    called = "select coalesce(sum(calls), 0) from pg_stat_xact_user_functions where funcname = 'assign_nodes'"
    with psql.connection.transaction():
        before = psql.one(called)  # with those of transactions that are not reported yet
        psql.run("select node_heartbeat(%s)", node)
        return bool(psql.one(called) > before)


def test_one_node_looks_for_misplaced_rooms_and_when_it_is_gone_another_one(
    psql: Psql, connect: Connect
) -> None:
    for name in ("one", "two"):
        psql.node(name, "sfu", 1000)
    assert looks(psql, "one")
    psql.run("update nodes set looked_at = now() + interval '1 hour' where id = 'one'")
    assert not looks(psql, "two")
    psql.run("update nodes set looked_at = now() - interval '1 second' where id = 'one'")
    looking = Psql(connect(autocommit=False))
    looking.run("select node_heartbeat('one')")
    assert not looks(psql, "two"), "while the other one looks"
    looking.connection.rollback()
    assert looks(psql, "two")


def test_the_look_for_misplaced_rooms_calls_no_function_for_each_of_them(psql: Psql) -> None:
    """It is done every second. PostgreSQL counts the calls of a transaction."""
    many = 30
    psql.node("a node", "sfu", 1000)
    for number in range(many):
        room = psql.room("host", f"room {number}")
        psql.seat(room, f"guest {number}")
        psql.run("update rooms set topology = 'sfu' where id = %s", room)
    assert psql.one("select count(*) from assignments") == many
    psql.run("set track_functions = 'all'")
    with psql.connection.transaction():
        assert psql.all("select misplaced_rooms()") == []
        calls: dict[str, int] = dict(
            psql.all("select funcname, calls from pg_stat_xact_user_functions")
        )
    assert calls["living_nodes"] == 1
    assert max(calls.values()) < many
