"""Revocations: streams end when their token is revoked, on this relay or on another.

The relay that signs a user out knows at once. The others receive a notification with a digest of the token's id, and ask
the database about the tokens in use here that have this digest.
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
from ..types import Claims

QUERIES_PER_S: Final = 20.0  # queries that notifications can cause: they can be false
QUERIES_AT_ONCE: Final = 20

log = logging.getLogger(__name__)


class Revocations:
    """Which of the tokens in use here were revoked while they were in use.

    A stream calls `use` first and then asks the database about its token, so no revocation in between is missed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._in_use: Multimap[str, Subscriber] = Multimap()
        self._by_digest: Multimap[str, str] = Multimap()
        self._throttle = TokenBucket(QUERIES_PER_S, QUERIES_AT_ONCE)
        self._revoked: set[str] = set()
        self._to_check: set[str] = set()
        self._signing_out: Counter[str] = Counter()
        self._work = asyncio.Event()

    def use(self, claims: Claims, subscriber: Subscriber) -> None:
        """The subscriber uses this token until `end_use`; it advances when the token is revoked."""
        jti = _id_of(claims)
        if jti is None:  # without an id it cannot be revoked
            return
        if jti not in self._in_use:
            self._by_digest.add(_digest(jti), jti)
        self._in_use.add(jti, subscriber)

    def end_use(self, claims: Claims, subscriber: Subscriber) -> None:
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
        return bool(self._revoked) and _id_of(claims) in self._revoked

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
        self._check(self._by_digest[digest])

    def resync(self) -> None:
        """Notifications may have been missed: any token may have been revoked."""
        self._check(tuple(self._in_use.keys()))

    async def run(self) -> None:
        """Ask the database which of the tokens to check were revoked, until cancelled."""
        while True:
            await self._work.wait()
            await self._throttle.turn()
            self._work.clear()
            to_check, self._to_check = self._to_check, set()
            try:
                async with self._database.relay() as connection:
                    answer = await connection.execute(
                        "select jti from unnest(%s::text[]) jti where roomtone.token_is_revoked(jti)",
                        (list(to_check),),
                    )
                    for (jti,) in await answer.fetchall():
                        self._end(jti)
            except Exception as error:
                self._check(to_check)
                if not isinstance(error, psycopg.Error):
                    raise
                log.warning("revoked tokens could not be read: %s", str(error).strip())
                await asyncio.sleep(0.5)

    def _check(self, tokens: Collection[str]) -> None:
        if tokens:
            self._to_check.update(tokens)
            self._work.set()

    def _end(self, jti: str) -> None:
        if jti in self._in_use:
            self._revoked.add(jti)
            for subscriber in self._in_use[jti]:
                subscriber.advance()


def _id_of(claims: Claims) -> str | None:
    """The id by which this token can be revoked."""
    jti = claims.get("jti")
    return None if jti is None else str(jti)


def _digest(jti: str) -> str:
    """The digest that `tg_revoked_tokens__notify` sends: it distinguishes tokens and does not reveal them."""
    return hashlib.md5(jti.encode(), usedforsecurity=False).hexdigest()
