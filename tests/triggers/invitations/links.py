"""Links of invitations: made, accepted, looked at, and eight days old."""

from __future__ import annotations

from ...people import Psql


def link(psql: Psql, club: int, max_uses: int | None = None) -> str:
    return str(
        psql.act_as("olga").one(
            "select code from invite_to_club(%s, max_uses => %s)", club, max_uses
        )
    )


def accept(psql: Psql, username: str, code: str) -> object:
    return psql.act_as(username).one("select accept_invitation(%s)", code)


def state(psql: Psql, username: str, code: str) -> str:
    return str(psql.act_as(username).one("select invitation(%s) ->> 'state'", code))


def age(psql: Psql, code: str) -> None:
    """Eight days go by."""
    psql.act_as(None).run(
        "update invitations set created_at = created_at - interval '8 days',"
        " expires_at = expires_at - interval '8 days' where code = %s",
        code,
    )
