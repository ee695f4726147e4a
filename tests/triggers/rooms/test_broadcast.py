"""Who lets anybody listen to a room without a seat, and when that ends by itself."""

from __future__ import annotations

import pytest

from ...people import Psql, refused

ON = "update rooms set broadcast = true where id = %s"


@pytest.fixture
def room(psql: Psql) -> int:
    room = psql.room("rick")
    psql.seat(room, "rick")
    psql.seat(room, "beth", "MODERATOR")
    return room


def is_broadcast(psql: Psql, room: int) -> bool:
    return bool(psql.one("select broadcast from rooms where id = %s", room))


def test_only_the_host_switches_it_on(psql: Psql, room: int) -> None:
    assert not is_broadcast(psql, room)
    psql.act_as("beth")
    with refused("rooms_only_the_host_changes_them"):
        psql.run(ON, room)
    psql.act_as("rick").run(ON, room)
    assert is_broadcast(psql, room)
    psql.act_as(None)
    assert psql.one("select broadcast from hallway where id = %s", room)
    seen = "select record ->> 'broadcast' from events where table_name = 'rooms' order by seq desc limit 1"
    assert psql.one(seen) == "true"  # everybody in the room is sent it


@pytest.mark.parametrize("change", ["locked = true", "access = 'invited'", "ended_at = now()"])
def test_it_ends_with_a_lock_a_narrower_access_or_the_room(
    psql: Psql, room: int, change: str
) -> None:
    psql.run(ON, room)
    psql.act_as("beth" if change == "locked = true" else "rick")
    psql.run(f"update rooms set {change} where id = %s", room)
    psql.act_as(None)
    assert not is_broadcast(psql, room)
    if change == "locked = true":
        with refused("rooms_broadcast_is_for_everybody"):
            psql.run(ON, room)
        psql.run("update rooms set locked = false where id = %s", room)
        assert not is_broadcast(psql, room)


def test_a_room_that_not_everybody_may_enter_is_never_heard(psql: Psql) -> None:
    psql.person("rick")
    with refused("rooms_broadcast_is_for_everybody"):
        psql.act_as("rick").run(
            "insert into rooms (name, access, broadcast) values ('Hush', 'invited', true)"
        )
