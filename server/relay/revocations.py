"""Revocations: streams end when their token is revoked, on this relay or on another.

The relay that signs a user out knows at once. The others receive a notification with a digest of the token's id, and ask
the database about the tokens in use here that have this digest.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg

from ..postgres.pools import Database
from ..token_bucket import TokenBucket
from ..types import Claims

QUERIES_PER_S: Final = 20.0  # queries that notifications can cause: they can be false
QUERIES_AT_ONCE: Final = 20

log = logging.getLogger(__name__)


class Revocations:
    """Which of the tokens in use here were revoked while they were in use.

    A stream calls `using` first and then asks the database about its token, so no revocation in between is missed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._in_use: dict[str, set[asyncio.Event]] = {}
        self._by_mark: dict[str, set[str]] = {}
        self._throttle = TokenBucket(QUERIES_PER_S, QUERIES_AT_ONCE)
        self._revoked: set[str] = set()
        self._to_check: set[str] = set()
        self._work = asyncio.Event()

    @contextmanager
    def using(self, claims: Claims, wake: asyncio.Event) -> Iterator[None]:
        """Use this token until the block ends; `wake` is set when it is revoked."""
        if "jti" not in claims:  # without an id it cannot be revoked
            yield
            return
        jti = str(claims["jti"])
        mark = _mark(jti)
        wakes = self._in_use.setdefault(jti, set())
        wakes.add(wake)
        self._by_mark.setdefault(mark, set()).add(jti)
        try:
            yield
        finally:
            wakes.discard(wake)
            if not wakes:
                del self._in_use[jti]
                self._revoked.discard(jti)
                self._by_mark[mark].discard(jti)
                if not self._by_mark[mark]:
                    del self._by_mark[mark]

    def __contains__(self, claims: Claims) -> bool:
        return bool(self._revoked) and str(claims.get("jti")) in self._revoked

    def add(self, claims: Claims) -> None:
        """This token was revoked here and now."""
        if "jti" in claims:
            self._end(str(claims["jti"]))

    def notified(self, mark: str) -> None:
        """A notification said that a token with this digest was revoked."""
        self._check(self._by_mark.get(mark, set()))

    def resync(self) -> None:
        """Notifications may have been missed: any token may have been revoked."""
        self._check(set(self._in_use))

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

    def _check(self, tokens: set[str]) -> None:
        if tokens:
            self._to_check |= tokens
            self._work.set()

    def _end(self, jti: str) -> None:
        if jti in self._in_use:
            self._revoked.add(jti)
            for wake in self._in_use[jti]:
                wake.set()


def _mark(jti: str) -> str:
    """The digest that `tg_revoked_tokens__notify` sends: it distinguishes tokens and does not reveal them."""
    return hashlib.md5(jti.encode(), usedforsecurity=False).hexdigest()
