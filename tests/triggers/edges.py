"""Nodes and listeners, as the tests of edges need them."""

from __future__ import annotations

from ..people import Psql
from .crowds import MANY, people


def sizes(psql: Psql, edge_after: int) -> None:
    psql.run(
        "insert into topology_sizes (edge_after) values (%s)"
        " on conflict (only_row) do update set edge_after = excluded.edge_after",
        edge_after,
    )


def node(psql: Psql, name: str, kind: str, capacity: int) -> None:
    psql.node(name, kind, capacity)


def stage(psql: Psql, topology: str = "sfu") -> int:
    """A moderated room with its host, on a node."""
    node(psql, "stage", topology, 100_000)
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    psql.run("update rooms set topology = %s where id = %s", topology, room)
    return room


def listeners(psql: Psql, room: int, number: int) -> None:
    """They join, each in a transaction of their own."""
    for user in people(psql, number):
        psql.run("insert into participants (room_id, user_id) values (%s, %s)", room, user)


def at_once(psql: Psql, room: int, number: int) -> None:
    """They join in one transaction."""
    people(psql, number)
    psql.run(MANY, room)


def serving(psql: Psql, room: int) -> dict[str, int]:
    """How many listeners each edge of the room has, by node; 'stage' has the others. The counters are the same."""
    found = psql.all(
        "select coalesce(a.node_id, case when p.edge is null then 'stage' else 'nobody' end), count(*) from participants p"
        " left join assignments a on a.peer_id = p.edge and a.room_id = p.room_id and a.serves = 'audience'"
        " where p.room_id = %s and p.kind in ('person', 'bot') and p.role = 'AUDIENCE' group by 1",
        room,
    )
    counted = psql.all(
        "select node_id, listeners from assignments where room_id = %s and serves = 'audience'",
        room,
    )
    each = {str(name): int(number) for name, number in found}
    assert {name: each.get(str(name), 0) for name, _ in counted} == dict(counted)
    seated = psql.all(
        "select a.node_id from participants p join assignments a on a.peer_id = p.peer_id"
        " where p.room_id = %s and p.kind = 'edge' and p.role = 'SPEAKER'",
        room,
    )
    assert sorted(seated) == sorted((name,) for name, _ in counted), "each has a seat"
    assert psql.one(
        "select count(*) from participants where room_id = %s and kind = 'edge'", room
    ) == len(counted)
    return each


def edge_of(psql: Psql, room: int, username: str) -> str | None:
    """The node of the edge that serves this listener."""
    found = psql.one(
        "select a.node_id from participants p join assignments a on a.peer_id = p.edge"
        " where p.room_id = %s and p.user_id = %s",
        room,
        psql.person_id(username),
    )
    return None if found is None else str(found)


def dies(psql: Psql, *names: str) -> None:
    """They write no heartbeats, and another process does."""
    psql.run("select relay_heartbeat('a relay', 'here')")
    psql.run(
        "update nodes set heartbeat_at = now() - interval '4 seconds' where id = any (%s)",
        list(names),
    )
