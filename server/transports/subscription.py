"""What one stream or socket is sent: first a snapshot or the missed events, then the changes as they commit.

A subscriber that has received everything is written to in the loops of `log/writers.py`, and runs no code of its own. It leaves
them while its client does not read, and continues from its position: pages of the log in memory, or of the database.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any, Final

import psycopg
from starlette.requests import HTTPConnection

from ..log import control_events
from ..log.frame import Frame
from ..log.writers import size_of
from ..postgres.room_events import Seat
from ..problem import Problem
from ..relay.hallway_changes import HallwayReader
from ..relay.invitations import InvitationsReader
from ..relay.relay import Relay
from ..types import Cursor
from .client_outlet import ClientOutlet
from .following import (
    RoomSubscription,
    StreamEnded,
    reason_to_end,
    require_signed_in,
    take,
)
from .token_in_use import TokenInUse

QUIET: Final = 15.0  # seconds without a frame until a comment is sent; proxies close silent connections after 60
AT_ONCE: Final = 64
"""Events of the log in memory, written before looking whether the client reads them."""


log = logging.getLogger(__name__)


class Subscription:
    """One client's stream. `open` it, send the `opening_frames`, `begin`; it closes itself with the connection."""

    __slots__ = (
        "_closed", "_database", "_hallway", "_invitations", "_outlet", "_paused_at", "_reading",
        "_relay", "_tasks", "_token", "_written_at", "room",
    )  # fmt: skip

    def __init__(self, connection: HTTPConnection) -> None:
        """Counts as a stream of the connection's user until `close`. Raises Problem."""
        state = connection.state
        self._relay: Relay = state.relay
        self._database = state.database
        self._tasks = state.tasks
        self._token = TokenInUse(connection)
        self._hallway: HallwayReader | None = None
        self._invitations: InvitationsReader | None = None
        self._outlet: ClientOutlet | None = None
        self._reading: asyncio.Task[None] | None = None
        self._paused_at = 0.0
        self._written_at = time.monotonic()  # until the first frames: when the request came
        self._closed = False
        self.room: RoomSubscription | None = None

    async def open(self, seat: Seat | None = None, after: Cursor | None = None) -> None:
        """Follow the hallway, the user's invitations, and a room if given, until `close`. Raises Problem and psycopg errors."""
        if seat is not None:
            self.room = await RoomSubscription.open(self._relay, seat, self, after)
        self._token.watch(self)
        self._hallway = await self._relay.hallway.open(self, self._token.user)
        self._invitations = await self._relay.invitations.open(self._token.user, self)

    async def opening_frames(self) -> list[Frame]:
        """The first frames. Raises psycopg errors if the user may not follow the room."""
        assert self._hallway is not None
        if self.room is None:
            await require_signed_in(self._database, self._token.claims)
        hallway = self._relay.hallway.snapshot(self._hallway)
        caught_up = (
            []
            if self.room is None
            else await self.room.catch_up(self._database, self._token.claims)
        )
        if self.room is not None and caught_up is None:
            return [await self._snapshot(self.room, hallway)]
        return [
            control_events.snapshot(self._with_invitations(f"{{{hallway}")),
            *(caught_up or []),
        ]

    def begin(self, outlet: ClientOutlet, frames: list[Frame]) -> None:
        """Send these, and then everything that is new."""
        self._outlet = outlet
        self._relay.metrics.streams.inc()
        asked_at = self._written_at
        self._write(frames)
        self._relay.metrics.openings.add(time.monotonic() - asked_at)
        if not self._closed:
            self._relay.keep_alives.add(self, self._written_at)
            self.advance()

    def close(self) -> None:
        """Follow nothing any more: the client is gone, or the end was written."""
        if self._closed:
            return
        self._closed = True
        self._leave()
        if self._reading is not None:
            self._reading.cancel()
        if self._outlet is not None:
            self._relay.metrics.streams.dec()
            self._relay.metrics.reader_resumed(self)
        if self.room is not None:
            self.room.close()
        if self._hallway is not None:
            self._hallway.close()
        if self._invitations is not None:
            self._invitations.close()
        self._token.close(self)
        # No circle of references is left, so that all of it is freed now and not by the garbage collector.
        self._outlet = self._hallway = self._invitations = self._reading = self.room = None

    def suspend_room(self) -> RoomSubscription | None:
        """Send nothing of the room until `follow_room`; returns the room."""
        self._leave()
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        room, self.room = self.room, None
        self.advance()
        return room

    def follow_room(self, room: RoomSubscription) -> None:
        """Follow this room from now on. It begins with a snapshot unless its reader has a position."""
        if self._closed:
            room.close()
            return
        self.room = room
        self.advance()

    def pause(self) -> None:
        """The client does not read what is written."""
        if self._outlet is None:  # what it does not read is the end
            return
        self._paused_at = asyncio.get_running_loop().time()
        self._relay.metrics.reader_paused(self)
        self._leave()

    def advance(self) -> None:
        """There may be something that was not written."""
        if self._outlet is None:  # not begun, or closed
            return
        if (end := reason_to_end(self._relay, self._token.claims)) is not None:
            self._end(end)
        elif self._reading is None and not self._outlet.paused:
            self._relay.metrics.reader_resumed(self)
            self._leave()
            room = self.room
            if room is not None and room.must_be_read:
                self._reading = self._tasks.once(self._read(room), "reading of a room")
            else:
                self._write_news()

    def cut(self) -> None:
        """What was not written is no longer kept, or the client does not read at all."""
        if self._outlet is not None:
            self._relay.metrics.cut.inc()
            self.failed()

    def failed(self) -> None:
        """The connection or the database is broken: the client has to come back."""
        outlet = self._outlet
        if outlet is not None:
            self.close()
            outlet.cut()

    def due(self, now: float) -> float | None:
        """See `TimingWheel`: end with the token, cut off a client that reads nothing, show that the connection works."""
        if self._outlet is None:
            return None
        left = self._token.seconds_left()
        if left is not None and left <= 0:
            self._end(StreamEnded("token expired"))
            return None
        if self._outlet.paused:
            again = self._paused_at + self._outlet.cut_off_after
            if again <= now:
                self.cut()
                return None
        else:
            again = self._last_written() + QUIET
            if again <= now:
                self._write_data(self._outlet.still_here)
                again = now + QUIET
        return min(again, now + QUIET, now + left) if left is not None else min(again, now + QUIET)

    def _last_written(self) -> float:
        assert self._hallway is not None
        last = max(self._written_at, self._hallway.written_at)
        return last if self.room is None else max(last, self.room.reader.written_at)

    def _write_news(self) -> None:
        """Write all that is new, and join those that are written to at once."""
        assert self._outlet is not None
        assert self._hallway is not None
        end = None
        while end is None:
            frames, end = take(self.room, AT_ONCE)
            whole = len(frames) < AT_ONCE
            if whole:
                frames += self._relay.hallway.take(self._hallway)
                frames += [] if self._invitations is None else self._invitations.take()
            self._write(frames)
            if self._closed or (self._outlet.paused and end is None):
                return
            if whole:
                break
        if end is not None:
            signed_out = self._relay.revocations.is_signing_out(self._token.claims)
            self._end(StreamEnded("signed out") if signed_out else end)
        else:
            self._hallway.join(self._outlet)
            if self.room is not None:
                self.room.reader.join(self._outlet)

    def _leave(self) -> None:
        if self._hallway is not None:
            self._hallway.leave()
        if self.room is not None:
            self.room.reader.leave()

    def _end(self, end: StreamEnded) -> None:
        outlet = self._outlet
        assert outlet is not None
        self.close()
        try:
            outlet.end(end)
        except Exception as error:  # noqa: BLE001 - as in `_write_data`
            log.debug("the end of a stream could not be written: %r", error)
            outlet.cut()

    def _write(self, frames: list[Frame]) -> None:
        if frames and self._outlet is not None:
            self._relay.metrics.sent.frames += len(frames)
            self._write_data(self._outlet.framing(frames))

    def _write_data(self, data: Any) -> None:
        assert self._outlet is not None
        self._written_at = asyncio.get_running_loop().time()
        self._relay.metrics.sent.size += size_of(data)
        try:
            self._outlet.write(data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it concerns this connection alone
            log.debug("a stream could not be written: %r", error)
            self.failed()

    async def _read(self, room: RoomSubscription) -> None:
        """Write the next frames of the database: a page of missed events, or a snapshot."""
        end = None
        frames: list[Frame] = []
        try:
            if room.after is not None:
                frames = await room.next_page(self._database, self._token.claims)
            if room.after is None and room.must_be_read:
                frames = [*frames, await self._snapshot(room)]
        except StreamEnded as ended:
            end = ended
        except (Problem, psycopg.Error) as error:
            log.warning("a stream ends, as its room could not be read: %s", str(error).strip())
            self.failed()
            return
        except Exception:
            self.failed()
            raise
        self._reading = None
        self._write(frames)
        if self._closed:
            return
        if end is not None:
            self._end(end)
        else:
            self.advance()

    async def _snapshot(self, room: RoomSubscription, hallway: str | None = None) -> Frame:
        text = await room.snapshot(self._database, self._token.claims)
        start = text[:-1] if hallway is None else f"{text[:-1]},{hallway}"
        return control_events.snapshot(self._with_invitations(start), room.reader.position)

    def _with_invitations(self, start: str) -> str:
        """Complete a snapshot's JSON text with the open invitations of a user who is signed in."""
        invitations = None if self._invitations is None else self._invitations.all()
        return start + ("}" if invitations is None else f',"invitations":{invitations}}}')
