"""Revocations: streams end when their token is revoked or their user disabled, on this relay or on another.

The relay that signs a user out knows at once. The others receive a notification with a digest of the token's id, and ask
the database about the tokens in use here that have this digest. That a user was
disabled, or that earlier tokens of theirs are refused from now on, is a notification with their id.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final

import psycopg

from ..log.multimap import Multimap
from ..log.subscriber import Subscriber
from ..postgres.pools import Database
from ..token_bucket import TokenBucket
from ..types import Claims, UserId

QUERIES_PER_S: Final = 20.0  # queries that notifications can cause: they can be false
QUERIES_AT_ONCE: Final = 20

TOKENS: Final = "select jti from unnest(%s::text[]) jti where roomtone.token_is_revoked(jti)"
USERS: Final = (
    "select id, seconds from unnest(%s::bigint[]) id, roomtone.user_tokens_ended_at(id) seconds"
    " where seconds is not null"
)

log = logging.getLogger(__name__)


class Revocations:
    """Which of the tokens in use here were revoked, and which of their users refuse them, while they were in use.

    A stream calls `use` first and then asks the database about its token, so no revocation in between is missed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._in_use: Multimap[str, Subscriber] = Multimap()
        self._by_digest: Multimap[str, str] = Multimap()
        self._users: Multimap[UserId, Subscriber] = Multimap()
        self._throttle = TokenBucket(QUERIES_PER_S, QUERIES_AT_ONCE)
        self._revoked: set[str] = set()
        self._tokens_ended_at: dict[UserId, float] = {}
        """When tokens of a user count that were issued then or later; infinity: the user is disabled."""
        self._tokens_to_check: set[str] = set()
        self._users_to_check: set[UserId] = set()
        self._signing_out: Counter[str] = Counter()
        self._work = asyncio.Event()

    def use(self, claims: Claims, subscriber: Subscriber) -> None:
        """The subscriber uses this token until `end_use`; it advances when the token may be refused."""
        if (user := _user_of(claims)) is not None:
            self._users.add(user, subscriber)
        jti = _id_of(claims)
        if jti is None:  # without an id it cannot be revoked
            return
        if jti not in self._in_use:
            self._by_digest.add(_digest(jti), jti)
        self._in_use.add(jti, subscriber)

    def end_use(self, claims: Claims, subscriber: Subscriber) -> None:
        if (user := _user_of(claims)) is not None:
            self._users.discard(user, subscriber)
            if user not in self._users:
                self._tokens_ended_at.pop(user, None)
        jti = _id_of(claims)
        if jti is None:
            return
        self._in_use.discard(jti, subscriber)
        if jti not in self._in_use:
            self._revoked.discard(jti)
            self._by_digest.discard(_digest(jti), jti)

    @contextmanager
    def using(self, claims: Claims, subscriber: Subscriber) -> Iterator[None]:
        """Use this token until the block ends."""
        self.use(claims, subscriber)
        try:
            yield
        finally:
            self.end_use(claims, subscriber)

    def __contains__(self, claims: Claims) -> bool:
        return (bool(self._revoked) and _id_of(claims) in self._revoked) or (
            bool(self._tokens_ended_at) and self._is_earlier(claims)
        )

    @contextmanager
    def signing_out(self, claims: Claims) -> Iterator[None]:
        """Revoke this token in the block. Its streams may read that their user left before the block has ended."""
        jti = _id_of(claims)
        if jti is None:
            yield
            return
        self._signing_out[jti] += 1  # one token may sign out twice at once
        try:
            yield
            self._end(jti)
        finally:
            self._signing_out[jti] -= 1
            if not self._signing_out[jti]:
                del self._signing_out[jti]

    def is_signing_out(self, claims: Claims) -> bool:
        return bool(self._signing_out) and _id_of(claims) in self._signing_out

    def notified(self, digest: str) -> None:
        """A notification said that a token with this digest was revoked."""
        self._check(self._by_digest[digest], ())

    def disabled(self, user: UserId) -> None:
        """A notification said that this user was disabled, or that earlier tokens of theirs are refused."""
        self._check((), (user,) if user in self._users else ())

    def resync(self) -> None:
        """Notifications may have been missed: any token may have been revoked, and any user's tokens refused."""
        self._check(tuple(self._in_use.keys()), tuple(self._users.keys()))

    async def run(self) -> None:
        """Ask the database which of the tokens to check were revoked, and which users' tokens are refused, until cancelled."""
        while True:
            await self._work.wait()
            await self._throttle.turn()
            self._work.clear()
            tokens, self._tokens_to_check = self._tokens_to_check, set()
            users, self._users_to_check = self._users_to_check, set()
            try:
                async with self._database.relay() as connection:
                    if tokens:
                        answer = await connection.execute(TOKENS, (list(tokens),))
                        for (jti,) in await answer.fetchall():
                            self._end(jti)
                    if users:
                        answer = await connection.execute(USERS, (list(users),))
                        for user, tokens_ended_at in await answer.fetchall():
                            self._end_user(user, tokens_ended_at)
            except Exception as error:
                self._check(tokens, users)
                if not isinstance(error, psycopg.Error):
                    raise
                log.warning("revoked tokens could not be read: %s", str(error).strip())
                await asyncio.sleep(0.5)

    def _check(self, tokens: Collection[str], users: Collection[UserId]) -> None:
        if tokens or users:
            self._tokens_to_check.update(tokens)
            self._users_to_check.update(users)
            self._work.set()

    def _end(self, jti: str) -> None:
        if jti in self._in_use:
            self._revoked.add(jti)
            for subscriber in self._in_use[jti]:
                subscriber.advance()

    def _is_earlier(self, claims: Claims) -> bool:
        user, issued_at = _user_of(claims), claims.get("iat")
        if user not in self._tokens_ended_at:
            return False
        return not isinstance(issued_at, int | float) or issued_at < self._tokens_ended_at[user]

    def _end_user(self, user: UserId, tokens_ended_at: float) -> None:
        if user in self._users:
            self._tokens_ended_at[user] = tokens_ended_at
            for subscriber in self._users[user]:
                subscriber.advance()


def _id_of(claims: Claims) -> str | None:
    """The id by which this token can be revoked."""
    jti = claims.get("jti")
    return None if jti is None else str(jti)


def _user_of(claims: Claims) -> UserId | None:
    return UserId(int(str(claims["sub"]))) if "sub" in claims else None


def _digest(jti: str) -> str:
    """The digest that `tg_revoked_tokens__notify` sends: it distinguishes tokens and does not reveal them."""
    return hashlib.md5(jti.encode(), usedforsecurity=False).hexdigest()
