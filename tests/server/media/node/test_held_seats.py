"""The seat of a program that follows no log lives as long as its connection, or the next one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, cast

from roomtone.media.node.hosted_room import HostedRoom
from roomtone.types import PeerId, RoomId

from ....patience import comes_true

PROGRAM = PeerId("program")
OFFER = {"sdp": "", "presence": "connection"}


class Connection:
    def __init__(self) -> None:
        self.over = asyncio.Event()

    async def until(self, *states: str) -> str:
        if "connected" in states:
            return "connected"
        await self.over.wait()
        return "closed"


class Media:
    def __init__(self) -> None:
        self.connections: dict[str, Connection] = {}

    async def answer(self, peer: str, _offer: str) -> str:
        self.connections[peer] = Connection()
        return ""


async def test_an_offer_while_the_end_of_the_connection_before_is_written_holds_the_seat_again() -> (
    None
):
    began, ending = 0, asyncio.Event()
    written = asyncio.Event()

    @asynccontextmanager
    async def holding(_peer: PeerId, _grace: timedelta) -> AsyncIterator[bool]:
        nonlocal began
        began += 1
        yield True
        ending.set()
        await written.wait()

    media = Media()
    room = HostedRoom(
        cast(Any, None), RoomId(1), PeerId("node"), cast(Any, media), holding, cast(Any, None)
    )
    try:
        await room._take_offer(PROGRAM, OFFER)
        await comes_true(lambda: began == 1)
        media.connections[PROGRAM].over.set()
        await ending.wait()
        await room._take_offer(PROGRAM, OFFER)
        await asyncio.sleep(0)
        written.set()
        await comes_true(lambda: began == 2)
    finally:
        await room._tasks.close()
