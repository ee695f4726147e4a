"""Rooms with many seats, and what one of their participants learns from the log."""

from __future__ import annotations

from typing import Any

from roomtone.media.signaling.client import Frame
from roomtone.media.signaling.events import event_of, seat_of
from roomtone.media.signaling.room_state import RoomState
from roomtone.types import UserId

from ..people import Psql

MANY = "insert into participants (room_id, user_id) select %s, u.id from users u where u.username like 'person %%' order by u.id"


def people(psql: Psql, number: int) -> list[int]:
    return [psql.person(f"person {n:03}") for n in range(number)]


def small(psql: Psql, counted_above: int = 4, full_below: int = 3) -> None:
    psql.run(
        "insert into roster_sizes (counted_above, full_below) values (%s, %s)",
        counted_above,
        full_below,
    )


def roster(psql: Psql, room: int) -> str:
    return str(psql.one("select roster from rooms where id = %s", room))


def counters(psql: Psql, room: int) -> Any:
    return psql.all("select here, on_stage, hands, counted from logs l where l.room_id = %s", room)[
        0
    ]


def events(psql: Psql, room: int, after: int = 0) -> list[tuple[Any, ...]]:
    """Table, type and name of each event with its recipient's name."""
    return psql.all(
        "select e.table_name, e.type, coalesce(e.record, e.old_record) ->> 'username', u.username"
        " from events e left join users u on u.id = e.recipient where e.room_id = %s and e.seq > %s order by e.seq",
        room,
        after,
    )


def head(psql: Psql, room: int) -> int:
    return int(psql.one("select head_seq from logs where room_id = %s", room))


def known_after_the_log(psql: Psql, room: int, user: int) -> RoomState:
    """What this user's session knows who has read the room's log from its beginning."""
    state = RoomState(own=UserId(user))
    for seq, table, kind, record, old, recipient in psql.all(
        "select seq, table_name, type, record, old_record, recipient from events where room_id = %s order by seq",
        room,
    ):
        data = {"seq": seq, "table": table, "type": kind, "record": record, "old_record": old}
        if recipient in (None, user):
            event = event_of(Frame(table, {**data, "recipient": recipient}))
            assert event is not None
            state = state.after(event)
    return state


def check_known(psql: Psql, room: int, user: int) -> None:
    """Everything that this user has learned from the log is as the seats are, and nothing is missing that they must know."""
    state = known_after_the_log(psql, room, user)
    records = [
        r
        for (r,) in psql.all("select seat_record(p) from participants p where p.room_id = %s", room)
    ]
    seats = {seat.user: seat for seat in map(seat_of, records)}
    if state.counted:
        assert set(state.seats) == {u for u, s in seats.items() if not s.is_quiet or u == user}
    else:
        assert set(state.seats) == set(seats)
    for who, seat in state.seats.items():
        assert seat.record == seats[who].record
