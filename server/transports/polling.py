"""Polling and long-polling: the same log by the same cursor, asked for.

An answer is `{"events", "cursor"}`: what came after the cursor that was asked for, and the next one to
ask for. Beside them, where there is something to say: `snapshot` (there was no cursor, or the log does
not reach back to it), `hallway` with `hallway_cursor` (if the question had a `hallway`), `invitations`
with `invitations_cursor` (if it had `invitations`, and they are others than those it names), and `bye`
(nothing more will come, and why). Of many events it holds the first 500: ask on from its cursor. With `wait` nothing to say is worth waiting for.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ..identity.tokens import ends_at, user_of
from ..log.frame import Frame
from ..postgres.room_events import Seat, missed, snapshot
from ..problem import Problem
from ..relay.hallway import Hallway, HallwayReader
from ..relay.invitations import InvitationsReader
from ..relay.relay import Relay
from ..types import Claims, Cursor
from .following import (
    RoomSubscription,
    StreamEnded,
    reason_to_end,
    require_signed_in,
    subscribe_to_room,
    take,
    wait_for_news,
)

LONGEST_WAIT: Final = 60.0  # seconds; proxies give up on a silent request about then
TOGETHER: Final = (
    0.05  # seconds an event waits for its room's row in the hallway: one answer, not two
)


@dataclass
class PollAnswer:
    """What an answer will say."""

    snapshot: str | None = None
    events: list[Frame] = field(default_factory=list)
    hallway: list[Frame] = field(default_factory=list)
    invitations: str | None = None
    end: StreamEnded | None = None

    def __bool__(self) -> bool:
        return bool(self.snapshot or self.events or self.hallway or self.invitations or self.end)

    @property
    def can_wait(self) -> bool:
        """Whether there is an event, and none that somebody waits for in silence."""
        return bool(self.events) and not any(event.event == "signals" for event in self.events)


@dataclass(frozen=True)
class PollPositions:
    """Where the asker positions, as far as they ask: in a room's log, in the hallway, in their invitations."""

    room: RoomSubscription | None
    visitor: HallwayReader | None
    invitee: InvitationsReader | None


async def poll_room(request: Request, claims: Claims, seat: Seat) -> Response:
    """`?after=cursor[&wait=seconds][&hallway=cursor]`; `hallway=` alone asks for all of it."""
    state = request.state
    wait, after = wait_of(request), cursor_of(request, "after")
    place = cursor_of(request, "hallway")
    wake = asyncio.Event()
    async with contextlib.AsyncExitStack() as held:
        held.enter_context(state.relay.revocations.using(claims, wake))
        follow = subscribe_to_room(state.relay, state.presence, seat, wake)
        room = await held.enter_async_context(follow)
        found = PollAnswer()
        known = None if after is None else await missed(state.database, claims, seat, after)
        if known is None:
            cursor, found.snapshot = await snapshot(state.database, claims, seat)
        else:
            cursor, found.events = known.cursor, known.frames
        if known is None or known.complete:
            room.reader.position = cursor
        visitor = None
        if "hallway" in request.query_params:
            visitor = await _enter(request, HallwayReader(wake, seat.user), place, found, held)
        positions = PollPositions(room, visitor, await _invited(request, claims, wake, held))
        if room.reader.position is not None:  # else there is more to ask for at once
            await _gather(request, claims, positions, wake, wait, found)
        answer = {
            "events": _array(found.events),
            "cursor": json.dumps(str(room.reader.position or cursor)),
        }
        if visitor is not None:
            answer["hallway"] = _array(found.hallway)
            answer["hallway_cursor"] = json.dumps(str(state.relay.hallway.cursor(visitor)))
        return answered(found, answer, positions)


async def poll_hallway(request: Request, claims: Claims) -> Response:
    """`?after=cursor[&wait=seconds]`: the rows that changed; without a cursor a snapshot of all of them."""
    wait, after = wait_of(request), cursor_of(request, "after")
    wake = asyncio.Event()
    async with contextlib.AsyncExitStack() as held:
        held.enter_context(request.state.relay.revocations.using(claims, wake))
        await require_signed_in(request.state.database, claims)
        found = PollAnswer()
        visitor = await _enter(request, HallwayReader(wake, user_of(claims)), after, found, held)
        positions = PollPositions(None, visitor, await _invited(request, claims, wake, held))
        await _gather(request, claims, positions, wake, wait, found)
        cursor = json.dumps(str(request.state.relay.hallway.cursor(visitor)))
        return answered(found, {"hallway": _array(found.hallway), "cursor": cursor}, positions)


async def _enter(
    request: Request,
    visitor: HallwayReader,
    place: Cursor | None,
    found: PollAnswer,
    held: contextlib.AsyncExitStack,
) -> HallwayReader:
    """Stand in the hallway where one stood before, or see it anew, until `held` ends."""
    hallway: Hallway = request.state.relay.hallway
    await hallway.until_filled()
    if place is None or not hallway.resume(visitor, place):
        _see(f'{{"hallway":{hallway.rows(visitor)}}}', found)
    hallway.subscribe(visitor)
    held.callback(hallway.unsubscribe, visitor)
    return visitor


async def _invited(
    request: Request, claims: Claims, wake: asyncio.Event, held: contextlib.AsyncExitStack
) -> InvitationsReader | None:
    """Read one's invitations until `held` ends, if one asks: those told before are no news."""
    told = request.query_params.get("invitations")
    if told is None:
        return None
    read = request.state.relay.invitations.read(user_of(claims), wake)
    invitee: InvitationsReader | None = await held.enter_async_context(read)
    if invitee is not None:
        invitee.seen = told
    return invitee


async def _gather(
    request: Request,
    claims: Claims,
    positions: PollPositions,
    wake: asyncio.Event,
    wait: float,
    found: PollAnswer,
) -> None:
    """Take what there is; if that is nothing, wait for something, for so many seconds."""
    relay, room = request.state.relay, positions.room
    clock = asyncio.get_running_loop()
    until = clock.time() + wait
    expires = ends_at(claims)
    while True:
        end = _take(relay, positions, found)
        if room and positions.visitor and end is None and found.can_wait:
            await relay.hallway.caught_up(room.seat.room, TOGETHER)
            end = _take(relay, positions, found)
        found.end = found.end or reason_to_end(relay, claims)
        left = until - clock.time()
        lost = room is not None and room.reader.lost
        if found or lost or end is not None or left <= 0:
            return
        try:
            if not await wait_for_news(wake, left, expires):
                return
        except StreamEnded as expired:
            found.end = expired
            return


def _take(relay: Relay, positions: PollPositions, found: PollAnswer) -> StreamEnded | None:
    """Take what there is just now; why nothing more will come, if so."""
    frames, end = take(positions.room)
    found.events += frames
    # Who fell too far behind is told nothing: the next question is answered by the database.
    if end is not None and end.reason != "too slow":
        found.end = end
    for frame in [] if positions.visitor is None else relay.hallway.take(positions.visitor):
        if frame.event == "snapshot":
            found.hallway.clear()
            _see(frame.data, found)
        else:
            found.hallway.append(frame)
    if positions.invitee is not None and positions.invitee.take():
        found.invitations = positions.invitee.all()
    return end


def _see(hallway: str, found: PollAnswer) -> None:
    """Put the whole hallway, `{"hallway": […]}`, beside whatever else is shown whole."""
    room = found.snapshot
    found.snapshot = hallway if room is None else f"{room[:-1]},{hallway[1:]}"


def answered(
    found: PollAnswer, answer: dict[str, str], positions: PollPositions | None = None
) -> Response:
    """The answer; its values are JSON texts already."""
    if found.snapshot is not None:
        answer = {"snapshot": found.snapshot, **answer}
    if found.invitations is not None:
        answer["invitations"] = found.invitations
    if positions is not None and positions.invitee is not None:
        answer["invitations_cursor"] = json.dumps(positions.invitee.seen)
    if found.end is not None:
        answer["bye"] = found.end.frame().data
    text = ",".join(f'"{name}":{value}' for name, value in answer.items())
    return Response(
        f"{{{text}}}", media_type="application/json", headers={"Cache-Control": "no-store"}
    )


def gone(reason: str, after: Cursor) -> Response:
    """The answer to somebody whose seat went since they last asked."""
    answer = {"events": "[]", "cursor": json.dumps(str(after))}
    return answered(PollAnswer(end=StreamEnded(reason)), answer)


def _array(frames: list[Frame]) -> str:
    return f"[{','.join(frame.data for frame in frames)}]"


def wait_of(request: Request) -> float:
    """The `wait` of the question, in seconds. Raises Problem PGRST100."""
    text = request.query_params.get("wait", "0")
    try:
        wait = float(text)
    except ValueError:
        wait = -1.0
    if not 0 <= wait <= LONGEST_WAIT:
        raise Problem(
            400,
            "PGRST100",
            "wait is not a number of seconds that one can wait",
            details=f"wait={text[:60]}",
            hint=f"Ask for 0 to {LONGEST_WAIT:g} seconds, then ask again.",
        )
    return wait


def cursor_of(request: Request, name: str) -> Cursor | None:
    """The cursor this parameter gives; an empty or missing one is none. Raises Problem PGRST100."""
    text = request.query_params.get(name)
    try:
        return Cursor.parse(text) if text else None
    except ValueError:
        raise Problem(
            400,
            "PGRST100",
            f"{name} is not a cursor",
            details=f"{name}={text[:60] if text else ''}",
            hint="A cursor looks like 1795397652999-17. Leave it out for a snapshot.",
        ) from None
