"""One room that is heard without a seat: its mix, received while somebody listens, and given to all who do."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

import psycopg

from ..postgres.budget import subject
from ..types import RoomId
from .listener import Frames, Listener
from .mix_requests import MixRequests
from .mix_socket import MixSocket, mix_socket
from .mix_timeline import STARVED_AFTER, MixTimeline
from .segments import Segments

TICK: Final = 0.2  # seconds between two batches of frames
RECENT: Final = 10
"""Batches that a new listener is given at once, two seconds: players begin at once, and have something in hand when the network pauses."""

CHECK_EVERY: Final = 5.0  # seconds between two looks whether it may still be heard
CHECK_SOON: Final = 0.5  # the same, when something says that it may not
ASK_AGAIN_AFTER: Final = 3.0  # seconds without a packet: the database may have lost what was asked
LINGER: Final = 3.0  # seconds after the last listener left

log = logging.getLogger(__name__)


class Broadcast:
    """`run` it; `listeners` come and go meanwhile. `doubtful` says whether the room may no longer be heard, as far as is known without asking."""

    def __init__(self, room: RoomId, requests: MixRequests, doubtful: Callable[[], bool]) -> None:
        self.segments = Segments()
        self.ended = False
        self._room = room
        self._requests = requests
        self._doubtful = doubtful
        self._listeners: set[Listener] = set()
        self._recent: deque[Frames] = deque(maxlen=RECENT)
        self._wanted_at = self._checked_at = self._asked_at = time.monotonic()
        self._request: UUID | None = None

    @property
    def count(self) -> int:
        """How many listen to the stream. Who reads the playlist is not known: caches answer them."""
        return len(self._listeners)

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """A listener until the block ends."""
        listener = Listener(self._recent)
        self._listeners.add(listener)
        if self.ended:
            listener.end()
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
            self._wanted_at = time.monotonic()

    def end(self) -> None:
        """Nobody hears any more of it."""
        self.ended = True
        for listener in self._listeners:
            listener.end()
        self.segments.end()

    async def run(self) -> None:
        """Receive the mix and hand it on, until nobody listens or the room may no longer be heard."""
        subject.set(None)  # it works for all listeners, not for the first one
        timeline = MixTimeline(time.monotonic())
        try:
            async with mix_socket(await self._requests.address(), timeline.push) as at:
                await self._ask(at)
                while self._is_wanted() and await self._may_be_heard(timeline.heard_at):
                    await asyncio.sleep(TICK)
                    await self._hand_on(timeline.take(time.monotonic()))
                    silent_since = max(timeline.heard_at, self._asked_at)
                    if time.monotonic() - silent_since > ASK_AGAIN_AFTER:
                        await self._ask(at)
        finally:
            self.end()
            if self._request is not None:
                await self._requests.stop(self._request)

    async def _hand_on(self, frames: list[bytes]) -> None:
        if frames and not self.ended:
            batch = tuple(frames)
            self._recent.append(batch)
            for listener in self._listeners:
                listener.give(batch)
            await self.segments.add(frames)

    async def _ask(self, at: MixSocket) -> None:
        self._asked_at = time.monotonic()
        try:
            if self._request is not None:
                await self._requests.stop(self._request)
                at.renew_key()
            self._request = await self._requests.receive(self._room, at)
        except psycopg.Error as error:
            log.warning("the mix of room %s could not be asked for: %s", self._room, error)

    def _is_wanted(self) -> bool:
        now = time.monotonic()
        if self._listeners or self.segments.wanted:
            self._wanted_at = now
        return not self.ended and now - self._wanted_at < LINGER

    async def _may_be_heard(self, heard_at: float) -> bool:
        now = time.monotonic()
        doubtful = now - heard_at > STARVED_AFTER or self._doubtful()
        if now - self._checked_at < (CHECK_SOON if doubtful else CHECK_EVERY):
            return True
        self._checked_at = now
        try:
            await self._requests.require(self._room)
        except psycopg.OperationalError as error:
            log.warning("whether room %s may be heard could not be read: %s", self._room, error)
        except psycopg.Error as refusal:
            log.info("room %s is no longer heard without a seat: %s", self._room, refusal)
            return False
        return True
