"""How a follower begins, while relays may not answer, or many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

import psycopg
from psycopg.rows import TupleRow

from ..identity.tokens import Tokens
from ..settings import Settings
from ..tools.http import UNREACHABLE, Refused
from ..tools.waiting import bounded
from ..types import UserId
from .follower import Follower

ASKS_AGAIN: Final = 0.2  # seconds


async def join_at_once(
    psql: psycopg.AsyncConnection[TupleRow], followers: Sequence[Follower], secret: str
) -> None:
    """Users, tokens signed with this secret, and seats: made in psql, because a request for each takes much longer. They do not follow yet."""
    tokens = Tokens.from_settings(Settings(jwt_secret=secret), secret)
    made = await psql.execute(
        "insert into users (username) select unnest(%s::text[]) returning username, id",
        ([follower.name for follower in followers],),
    )
    users: dict[str, int] = dict(await made.fetchall())
    for follower in followers:
        follower.user = users[follower.name]
        follower.token = tokens.issue(UserId(follower.user))
    taken = await psql.execute(
        "insert into participants (room_id, user_id) select unnest(%s::bigint[]), unnest(%s::bigint[])"
        " returning user_id, peer_id::text",
        ([follower.room for follower in followers], [follower.user for follower in followers]),
    )
    peers: dict[int, str] = dict(await taken.fetchall())
    for follower in followers:
        follower.peer = peers[follower.user]


async def until_signed_in(follower: Follower) -> None:
    """Sign in, trying again until the relay answers."""
    await _retry_until_reachable(follower.sign_in)


async def until_joined(follower: Follower) -> None:
    """Sign in, join and follow, trying each again until the relay answers."""
    await until_signed_in(follower)
    await _retry_until_reachable(follower.join)
    follower.follow()


async def _retry_until_reachable(ask_for: Callable[[], Awaitable[None]]) -> None:
    async with bounded("an answer to a new follower"):
        while True:
            with suppress(*UNREACHABLE, Refused):
                return await ask_for()
            await asyncio.sleep(ASKS_AGAIN)
