"""A seat in a room that is taken, kept and, when it expired, taken again, by any signaling client."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, suppress
from types import TracebackType
from typing import Any, Final, Self

from ...backoff import backoff
from ...supervision import Supervisor, finished
from ...types import Cursor, PeerId, RoomId
from .client import ConnectionLost, Frame, Refused, SignalingClient
from .events import Ended, Event, SignalKind, event_of, snapshot_of
from .outbox import Outbox, Outgoing

COMING_BACK: Final = frozenset({"relay stopping", "too slow"})
"""Reasons of a bye after which the same log can be followed again, from this relay or another."""

ROOM_IS_OPEN: Final = "participants_room_is_open"
LEAVES_WITHIN: Final = 10.0  # seconds; after that the seat expires by itself

log = logging.getLogger(__name__)


class HeldSeat:
    """A seat in one room, held while the block runs and left at its end.

        async with HeldSeat(client, room) as held_seat:
            async for event in held_seat.events(): ...

    Entering raises `Refused`, or `ConnectionLost` when nothing answers. `role` is requested the first time only: a role that was
    given later is kept when the seat is taken again. `on_trouble` gets a line of text for each interruption.
    """

    def __init__(
        self,
        client: SignalingClient,
        room: RoomId,
        *,
        role: str | None = None,
        on_refused: Callable[[Outgoing, Refused], None] = lambda signal, refused: None,
        on_trouble: Callable[[str], None] = lambda words: None,
    ) -> None:
        self.client = client
        self.room = room
        self.peer = PeerId("")
        self._role = role
        self._on_trouble = on_trouble
        self._outbox = Outbox(client, on_refused)
        self._tasks = Supervisor()
        self._cursor: Cursor | None = None
        self._seated = False

    async def __aenter__(self) -> Self:
        try:
            await self._join()
        except asyncio.CancelledError:
            await self._leave()
            raise
        self._tasks.keep(self._outbox.run, "outbox")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._tasks.close()
        await self._leave()

    def send(self, to_peer: PeerId, kind: SignalKind, body: Any) -> None:
        """Write a signal after those before it. Does not wait."""
        self._outbox.put(Outgoing(self.room, self.peer, to_peer, kind, body))

    def forget(self, to_peer: PeerId) -> None:
        """Drop the signals that wait for this session."""
        self._outbox.forget(to_peer)

    async def events(self) -> AsyncIterator[Event]:
        """The events of the room, a snapshot first, and `Ended` last."""
        attempt = 0
        while True:
            bye: str | None = None
            try:
                try:
                    following = self.client.follow(self.room, self.peer, self._cursor)
                    async with aclosing(following) as frames:
                        async for frame in frames:
                            attempt = 0
                            if frame.event == "bye":
                                bye = frame.data["reason"]
                            elif (event := self._read(frame)) is not None:
                                yield event
                except Refused as refused:
                    bye = await self._why(refused)
                if bye == "timeout":
                    await self._join()
                    self._on_trouble("the seat had expired, and was taken again")
                    continue
                if bye is not None and bye not in COMING_BACK:
                    self._seated = False
                    yield Ended(bye)
                    return
                trouble = bye or "the stream ended"
            except ConnectionLost as lost:
                trouble = str(lost)
            except Refused as refused:
                self._seated = False
                over = refused.rule == ROOM_IS_OPEN
                yield Ended("room ended" if over else refused.rule or str(refused))
                return
            self._on_trouble(f"interrupted ({trouble}), trying again")
            await asyncio.sleep(backoff(attempt))
            attempt += 1

    def _read(self, frame: Frame) -> Event | None:
        if frame.cursor is not None:
            self._cursor = frame.cursor
        if frame.event != "snapshot":
            return event_of(frame)
        if "participants" not in frame.data:
            return None  # a resumed log continues
        return snapshot_of(self.room, self.peer, frame.data)

    async def _why(self, refused: Refused) -> str:
        """Why this session may not follow the log, as the reason of a bye. Raises any other refusal."""
        lost = refused.rule == "participants_peer_id_is_current" or refused.code == "42501"
        if refused.rule == ROOM_IS_OPEN:
            return "room ended"
        if not lost:
            raise refused
        # Also before the first snapshot: a session that was removed must not take the seat again.
        reason = await self.client.why_gone(self.room, self.peer)
        if reason is not None:
            return reason
        seats = await self.client.select(
            "participants", "peer_id", room_id=self.room, user_id=self.client.user.id
        )
        taken = any(seat["peer_id"] is not None for seat in seats)
        return "taken over" if taken else "timeout"

    async def _join(self) -> None:
        """Take the seat. A cancellation waits for the answer: without its `peer_id` nobody could leave the seat."""
        await finished(self._take(), "join")

    async def _take(self) -> None:
        asked = {} if self._role is None else {"role": self._role}
        answer = await self.client.call("join_room", room_id=self.room, **asked)
        self.peer = PeerId(str(answer["peer_id"]))
        self._role = None
        self._cursor = None
        self._seated = True

    async def _leave(self) -> None:
        if not self._seated:
            return
        # When this fails, the seat expires by itself.
        with suppress(Refused, ConnectionLost, TimeoutError):
            async with asyncio.timeout(LEAVES_WITHIN):
                await self.client.call("leave_room", room_id=self.room, peer_id=self.peer)
