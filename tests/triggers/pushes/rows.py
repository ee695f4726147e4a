"""Rows of the tests of pushes, and what relays do with them."""

from __future__ import annotations

from ...people import Psql

KEY = "B" + "A" * 86
SECRET = "A" * 22


def subscribe(psql: Psql, username: str, endpoint: str | None = None) -> int:
    return int(
        psql.one(
            "insert into push_subscriptions (user_id, endpoint, p256dh, auth) values (%s, %s, %s, %s) returning id",
            psql.person(username),
            endpoint or f"https://push.example/{username}",
            KEY,
            SECRET,
        )
    )


def taken(psql: Psql) -> list[tuple[str, str]]:
    """Takes what is due: the kind, and the name of the browser's user."""
    rows = psql.all(
        "select t.kind, u.username from relay_take_pushes(100, interval '1 minute') t"
        " join push_subscriptions s on s.id = t.subscription_id join users u on u.id = s.user_id order by 1, 2"
    )
    return [(str(kind), str(name)) for kind, name in rows]


def settle(psql: Psql, outcome: str, again: str | None = None) -> None:
    psql.run(
        "select relay_settle_push(occasion_id, subscription_id, %s, %s::interval) from pushes",
        outcome,
        again,
    )


def plan(psql: Psql, host: str = "amara") -> int:
    return int(
        psql.one(
            "insert into rooms (name, host_id, starts_at) values ('Later', %s, now() + interval '1 day') returning id",
            psql.person(host),
        )
    )


def remind(psql: Psql, room: int, username: str) -> None:
    psql.run(
        "insert into reminders (room_id, user_id) values (%s, %s)", room, psql.person(username)
    )


def open_now(psql: Psql, room: int) -> None:
    psql.run("update rooms set opened_at = now() where id = %s", room)
