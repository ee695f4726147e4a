"""What a heartbeat asks about all rooms costs little for each."""

from __future__ import annotations

from ..people import Psql


def test_the_look_for_misplaced_rooms_calls_no_function_for_each_of_them(psql: Psql) -> None:
    """Every node does it every second. PostgreSQL counts the calls of a transaction."""
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
