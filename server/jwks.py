"""An issuer's published signing keys (RFC 7517), kept fresh without making a request wait."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import jwt

logger = logging.getLogger("roomtone.jwks")

STALE_AFTER_S = 300.0
AGAIN_AFTER_S = 10.0  # so that tokens with invented key ids cannot make us hammer the issuer
FETCH_TIMEOUT_S = 5.0


class UnknownKey(Exception):
    """No key has this id. `being_fetched`: the set is being read anew, so it may have one soon."""

    def __init__(self, *, being_fetched: bool) -> None:
        super().__init__("no such key")
        self.being_fetched = being_fetched


class Jwks:
    """The key set at `url`. `find` never blocks: it starts a fetch and answers from what it has."""

    def __init__(self, url: str) -> None:
        self._client = jwt.PyJWKClient(url, cache_jwk_set=False, timeout=FETCH_TIMEOUT_S)
        self._keys: dict[str | None, Any] = {}
        self._asked_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    def find(self, kid: str | None) -> Any:
        """The key with this id. Raises UnknownKey."""
        age = time.monotonic() - self._asked_at
        if kid in self._keys:
            if age > STALE_AFTER_S:
                self._fetch_soon()
            return self._keys[kid]
        if age > AGAIN_AFTER_S:
            self._fetch_soon()
        raise UnknownKey(being_fetched=self._fetching is not None)

    @property
    def under_way(self) -> asyncio.Task[None] | None:
        """The fetch that is under way, if any."""
        return self._fetching

    async def fetch(self) -> None:
        """Read the set now. A set that cannot be read leaves the known keys as they are."""
        self._asked_at = time.monotonic()
        try:
            document = await asyncio.to_thread(self._client.fetch_data)
            keys = jwt.PyJWKSet.from_dict(document).keys
        except jwt.PyJWTError as error:
            logger.warning("the signing keys could not be read: %s", error)
            return
        self._keys = {key.key_id: key for key in keys}

    async def close(self) -> None:
        """Stop a fetch that is under way."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait([self._fetching])

    def _fetch_soon(self) -> None:
        if self._fetching is None:
            self._fetching = asyncio.create_task(self.fetch(), name="fetch signing keys")
            self._fetching.add_done_callback(self._fetched)

    def _fetched(self, _task: asyncio.Task[None]) -> None:
        self._fetching = None
