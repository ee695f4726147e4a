"""Participants that write by POST, each on a connection that is kept open."""

from __future__ import annotations

import asyncio
from typing import Final

from ...tools.http import Client
from ...tools.network import Place
from .followers import LOST
from .refusals import NotAccepted

WITHIN: Final = 5.0  # seconds for an answer


class Posting:
    def __init__(self, place: Place) -> None:
        self._place = place
        self._clients: dict[int, Client] = {}

    async def post(self, participant: int, path: str, value: object) -> None:
        """Returns when it was answered. Raises NotAccepted."""
        client = self._clients.setdefault(participant, Client(self._place))
        try:
            async with asyncio.timeout(WITHIN):
                (await client.ask("POST", path, value)).accepted()
        except LOST as error:
            await self._clients.pop(participant).close()
            raise NotAccepted(f"{type(error).__name__}: {error}") from error

    async def close(self) -> None:
        for client in self._clients.values():
            await client.close()
