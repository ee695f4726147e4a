"""After a time in which nobody could write a heartbeat, nobody is dead who was alive before."""

from __future__ import annotations

import pytest

from ..people import Psql

NEXT = (
    "select relay_heartbeat('anna''s relay', 'here')",
    "select relay_expire_orphaned_seats('4 s', '10 s')",
    "select relay_reap_seats('1 hour')",
    "select node_register('another', 'sfu', 2)",
)
"""Whatever a process does first when the database accepts writes again."""


@pytest.mark.parametrize("first", NEXT)
def test_a_minute_without_writes_costs_no_seat(psql: Psql, first: str) -> None:
    room = psql.room("rick")
    anna, bo, carl = (psql.seat(room, name) for name in ("anna", "bo", "carl"))
    for relay, peer in (("anna's relay", anna), ("bo's relay", bo), ("carl's relay", carl)):
        psql.run("select relay_heartbeat(%s, 'here')", relay)
        psql.run("select relay_serve_seats(%s, %s::uuid[])", relay, [peer])
    # Bo's connection was lost five seconds before; carl's relay had died ten seconds before.
    psql.run(
        "update nodes set heartbeat_at = now() - interval '1 minute' - case when id = 'carl''s relay' then interval '10 s' else '0 s' end"
    )
    psql.run(
        "update participants set expires_at = now() - interval '55 seconds' where peer_id = %s", bo
    )
    psql.run(first)
    alive = "select id from nodes where kind = 'relay' and heartbeat_at > now() - interval '30 s' order by id"
    assert psql.all(alive) == [("anna's relay",), ("bo's relay",)]
    psql.run("select relay_expire_orphaned_seats('40 s', '10 s')")
    psql.run("select relay_reap_seats('1 hour')")
    assert psql.roster(room) == ["anna", "bo"]
    assert psql.one("select expires_at > now() - interval '40 s' from participants where peer_id = %s", bo)  # fmt: skip


def test_a_process_that_died_while_others_lived_is_dead(psql: Psql) -> None:
    room = psql.room("rick")
    peer = psql.seat(room, "anna")
    psql.run("select relay_heartbeat('dead', 'here'), relay_heartbeat('alive', 'here')")
    psql.run("select relay_serve_seats('dead', %s::uuid[])", [peer])
    psql.run("update nodes set heartbeat_at = now() - interval '1 minute' where id = 'dead'")
    psql.run("select relay_expire_orphaned_seats('4 s', '10 s')")
    psql.run("select relay_reap_seats('1 hour')")
    assert psql.roster(room) == []
