"""What the tests of the stage look at."""

from __future__ import annotations

from ...people import Psql

ROLE = "select role from roster where username = %s"


def words(psql: Psql, room: int) -> list[str]:
    return [what for (what,) in psql.act_as(None).all("select what from replay_room(%s)", room)]


def seat(psql: Psql, username: str) -> tuple[object, ...]:
    """Role, and whether a hand is up, an invitation is out, a question is open."""
    [row] = psql.all(
        "select role, hand_raised_at is not null, invited_to_speak_at is not null,"
        " asked_to_unmute_at is not null from roster where username = %s",
        username,
    )
    return row


LISTENS = ("AUDIENCE", False, False, False)


SPEAKS = ("SPEAKER", False, False, False)
