"""An issuer's published signing keys (RFC 7517), read in the background so that no request waits for them.

A failure is logged and tried again, and the known keys stay in use.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from typing import Any, Final

import jwt

from ..backoff import backoff
from ..token_keys import too_short
from .bounded_http import ask

logger = logging.getLogger("roomtone.jwks")

STALE_AFTER_S: Final = 300.0
AGAIN_AFTER_S: Final = 10.0  # so that tokens with invented key ids cause few requests to the issuer
ARRIVES_WITHIN_S: Final = 10.0


class UnknownKey(Exception):
    """No key has this id. `being_fetched`: the set is being read, so the key may be known soon."""

    def __init__(self, *, being_fetched: bool) -> None:
        super().__init__("no such key")
        self.being_fetched = being_fetched


class Jwks:
    """The key set at `url`, kept up to date while `run` runs. `find` never waits: it uses the known keys."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: dict[str | None, Any] = {}
        self._asked_at = float("-inf")
        self._wanted = asyncio.Event()
        self._fetching = False
        self._tried = asyncio.Event()
        self.answered = asyncio.Event()

    @property
    def known(self) -> bool:
        """Whether the set was read at least once."""
        return self.answered.is_set()

    def find(self, kid: str | None) -> Any:
        """The key with this id. Raises UnknownKey."""
        if kid in self._keys:
            return self._keys[kid]
        if time.monotonic() - self._asked_at > AGAIN_AFTER_S:
            self._wanted.set()
        fetching = self._fetching or self._wanted.is_set()
        raise UnknownKey(being_fetched=fetching or not self.known)

    async def arrives(self) -> None:
        """Wait until `run` has read the set the next time, whether or not that fails, but not for long.

        However many wait, only `run` asks the issuer, so there is one request at a time.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(ARRIVES_WITHIN_S):
                await self._tried.wait()

    async def run(self) -> None:
        """Read the set now, when it is old, and when a token names an unknown key, until cancelled."""
        failures = 0
        while True:
            failures = 0 if await self.fetch() else failures + 1
            # After failures 1 2 4 8 16 32 60 60 … seconds, each times 0.5 to 1
            again = backoff(failures - 1, base=1.0, most=60.0) if failures else STALE_AFTER_S
            with suppress(TimeoutError):
                async with asyncio.timeout(again):
                    await self._wanted.wait()

    async def fetch(self) -> bool:
        """Read the set now, which only `run` does. False if that failed; then the known keys stay."""
        self._asked_at = time.monotonic()
        self._fetching = True
        self._wanted.clear()
        try:
            self._keys = await _keys_at(self._url)
        except Exception as error:  # noqa: BLE001 - the library may raise anything for an invalid document
            logger.warning("the signing keys at %s could not be read: %.200s", self._url, error)
            return False
        finally:
            self._fetching = False
            self._tried.set()
            self._tried = asyncio.Event()  # who waits from now on waits for the next time
        self.answered.set()
        return True


async def _keys_at(url: str) -> dict[str | None, Any]:
    """The keys by id. Raises any error of the connection or the document."""
    answer = await ask(url)
    if answer.status != 200:
        raise ValueError(f"the answer has status {answer.status}")
    keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(answer.content).keys}
    for kid in [kid for kid, key in keys.items() if too_short(key.key)]:
        logger.warning("the signing key %.100r at %s is too short to be trusted", kid, url)
        del keys[kid]
    return keys
