"""Polling and long-polling: the same log by the same cursor.

An answer is `{"events", "cursor"}`: the events after the cursor of the request, and the cursor for the next
request. It may also have `snapshot` (the request had no cursor, or the log does not reach back to it),
`hallway` with `hallway_cursor` (if the request had `hallway`), `clubs` and `people` (with the hallway, if some changed: the
events that a stream sends), `invitations` with `invitations_cursor` (if
the request had `invitations`, and they changed), `audience` (how many are in a room whose roster is counted), and
`bye` (the subscription ended, and why). An answer has
at most 500 events; the next request continues at its cursor. With `wait`, a request waits for the first news.
It counts as a stream until it is answered, and ends when its client closes the connection.
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
from ..log.subscriber import News
from ..postgres.room_events import Seat, missed
from ..relay.hallway_changes import HallwayReader
from ..relay.invitations import InvitationsReader
from ..relay.relay import Relay
from ..supervision import first_of
from ..types import Claims, Cursor, UserId
from .asgi_outlets import disconnected
from .following import (
    RoomSubscription,
    StreamEnded,
    reason_to_end,
    require_signed_in,
    snapshot_of,
    take,
    wait_for_news,
)
from .poll_request import counted, cursor_in, wait_of

HALLWAY_DELAY: Final = 0.05
"""Seconds that an event waits for its hallway row: one answer instead of two."""


@dataclass
class PollAnswer:
    """What the answer will contain."""

    snapshot: str | None = None
    events: list[Frame] = field(default_factory=list)
    hallway: list[Frame] = field(default_factory=list)
    clubs: list[Frame] = field(default_factory=list)
    people: list[Frame] = field(default_factory=list)
    invitations: str | None = None
    audience: Frame | None = None
    counts_changed: bool = False
    end: StreamEnded | None = None

    def __bool__(self) -> bool:
        news = (
            self.snapshot, self.events, self.hallway, self.clubs, self.people, self.invitations, self.counts_changed, self.end,
        )  # fmt: skip
        return any(map(bool, news))

    @property
    def can_wait(self) -> bool:
        """Whether there are events, and no signals: these must not be delayed."""
        return bool(self.events) and not any(event.event == "signals" for event in self.events)


@dataclass(frozen=True)
class PollPositions:
    """The positions of a request in what it asks for: a room's log, the hallway, the invitations."""

    room: RoomSubscription | None
    hallway_reader: HallwayReader | None
    invitations_reader: InvitationsReader | None


async def poll_room(request: Request, claims: Claims, seat: Seat) -> Response:
    """`?after=cursor[&wait=seconds][&hallway=cursor]`; `hallway=` alone asks for all of it."""
    state = request.state
    wait, after = wait_of(request), cursor_in(request, "after")
    hallway_after = cursor_in(request, "hallway")
    news = News()
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(counted(request, wait))
        stack.enter_context(state.relay.revocations.using(claims, news))
        room = await RoomSubscription.open(state.relay, seat, news)
        stack.callback(room.close)
        found = PollAnswer()
        known = None if after is None else await missed(state.database, claims, seat, after)
        if known is None:
            cursor, found.snapshot = await snapshot_of(state.relay, state.database, claims, seat)
        else:
            cursor, found.events = known.cursor, known.frames
            found.audience = known.audience
            found.counts_changed = known.audience is not None and known.counts_changed
        if known is None or known.complete:
            room.reader.position = cursor
        hallway_reader = None
        if "hallway" in request.query_params:
            hallway_reader = await _follow_hallway(
                request, seat.user, news, hallway_after, found, stack
            )
        positions = PollPositions(
            room, hallway_reader, await _follow_invitations(request, claims, news, stack)
        )
        if room.reader.position is not None:  # otherwise the next page is there already
            await _collect(request, claims, positions, news, wait, found)
        audience = room.reader.newest_audience(found.audience)
        answer = {
            "events": _array(found.events),
            "cursor": json.dumps(str(room.reader.position or cursor)),
        }
        if audience is not None and found.snapshot is None:
            answer["audience"] = audience.data
        if hallway_reader is not None:
            answer["hallway"] = _array(found.hallway)
            answer["hallway_cursor"] = json.dumps(str(state.relay.hallway.cursor(hallway_reader)))
        return response(found, answer, positions)


async def poll_hallway(request: Request, claims: Claims) -> Response:
    """`?after=cursor[&wait=seconds]`: the rows that changed; without a cursor all rows."""
    wait, after = wait_of(request), cursor_in(request, "after")
    news = News()
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(counted(request, wait))
        stack.enter_context(request.state.relay.revocations.using(claims, news))
        await require_signed_in(request.state.database, claims)
        found = PollAnswer()
        hallway_reader = await _follow_hallway(request, user_of(claims), news, after, found, stack)
        positions = PollPositions(
            None, hallway_reader, await _follow_invitations(request, claims, news, stack)
        )
        await _collect(request, claims, positions, news, wait, found)
        cursor = json.dumps(str(request.state.relay.hallway.cursor(hallway_reader)))
        return response(found, {"hallway": _array(found.hallway), "cursor": cursor}, positions)


async def _follow_hallway(
    request: Request,
    user: UserId | None,
    news: News,
    after: Cursor | None,
    found: PollAnswer,
    stack: contextlib.AsyncExitStack,
) -> HallwayReader:
    """Read the hallway after this cursor, or all of the user's window, until `stack` ends."""
    relay: Relay = request.state.relay
    hallway = relay.hallway
    hallway_reader = await hallway.open(news, user)
    stack.callback(hallway_reader.close)
    # Rooms to which the user is invited are in the window.
    await stack.enter_async_context(relay.invitations.read(user, news))
    if after is None or not hallway.resume(hallway_reader, after):
        _add_hallway(f"{{{hallway.snapshot(hallway_reader)}}}", found)
    return hallway_reader


async def _follow_invitations(
    request: Request, claims: Claims, news: News, stack: contextlib.AsyncExitStack
) -> InvitationsReader | None:
    """Follow the user's invitations until `stack` ends, if the request asks. `invitations` names the list it knows."""
    known = request.query_params.get("invitations")
    if known is None:
        return None
    read = request.state.relay.invitations.read(user_of(claims), news)
    invitations_reader: InvitationsReader | None = await stack.enter_async_context(read)
    if invitations_reader is not None:
        invitations_reader.seen = known
    return invitations_reader


async def _collect(
    request: Request,
    claims: Claims,
    positions: PollPositions,
    news: News,
    wait: float,
    found: PollAnswer,
) -> None:
    """Take the news. If there is none, wait for some, at most `wait` seconds and while the client is connected."""
    relay = request.state.relay
    collecting = _take_or_wait(relay, claims, positions, news, wait, found)
    if wait:
        await first_of(poll=collecting, poll_disconnect=disconnected(request.receive))
    else:
        await collecting


async def _take_or_wait(
    relay: Relay,
    claims: Claims,
    positions: PollPositions,
    news: News,
    wait: float,
    found: PollAnswer,
) -> None:
    room = positions.room
    clock = asyncio.get_running_loop()
    until = clock.time() + wait
    expires = ends_at(claims)
    while True:
        end = _take(relay, positions, found)
        if room and positions.hallway_reader and end is None and found.can_wait:
            await relay.hallway.caught_up(room.seat.room, HALLWAY_DELAY)
            end = _take(relay, positions, found)
        found.end = found.end or reason_to_end(relay, claims)
        left = until - clock.time()
        lost = room is not None and room.reader.lost
        if found or lost or end is not None or left <= 0:
            return
        try:
            if not await wait_for_news(news, left, expires):
                return
        except StreamEnded as expired:
            found.end = expired
            return


def _take(relay: Relay, positions: PollPositions, found: PollAnswer) -> StreamEnded | None:
    """Take the present news. Returns why the subscription ends if it does."""
    frames, end = take(positions.room)
    for frame in frames:
        if frame.event == "audience":
            found.audience, found.counts_changed = frame, True
        else:
            found.events.append(frame)
    # A reader too far behind gets nothing here: its next request is answered from the database.
    if end is not None and end.reason != "too slow":
        found.end = end
    for frame in (
        [] if positions.hallway_reader is None else relay.hallway.take(positions.hallway_reader)
    ):
        if frame.event == "snapshot":
            found.hallway.clear()
            found.people.clear()
            _add_hallway(frame.data, found)
        else:
            {"clubs": found.clubs, "people": found.people}.get(frame.event, found.hallway).append(
                frame
            )
    if positions.invitations_reader is not None and positions.invitations_reader.take():
        found.invitations = positions.invitations_reader.all()
    return end


def _add_hallway(hallway: str, found: PollAnswer) -> None:
    """Add the whole hallway, `{"hallway": […]}`, to the snapshot."""
    room = found.snapshot
    found.snapshot = hallway if room is None else f"{room[:-1]},{hallway[1:]}"


def response(
    found: PollAnswer, answer: dict[str, str], positions: PollPositions | None = None
) -> Response:
    """The HTTP response. The values of `answer` are JSON texts."""
    if found.snapshot is not None:
        answer = {"snapshot": found.snapshot, **answer}
    if found.clubs:
        answer["clubs"] = _array(found.clubs)
    if found.people:
        answer["people"] = _array(found.people)
    if found.invitations is not None:
        answer["invitations"] = found.invitations
    if positions is not None and positions.invitations_reader is not None:
        answer["invitations_cursor"] = json.dumps(positions.invitations_reader.seen)
    if found.end is not None:
        answer["bye"] = found.end.frame().data
    text = ",".join(f'"{name}":{value}' for name, value in answer.items())
    return Response(
        f"{{{text}}}", media_type="application/json", headers={"Cache-Control": "no-store"}
    )


def seat_lost(reason: str, after: Cursor) -> Response:
    """The answer if the session lost its seat since the last request."""
    answer = {"events": "[]", "cursor": json.dumps(str(after))}
    return response(PollAnswer(end=StreamEnded(reason)), answer)


def _array(frames: list[Frame]) -> str:
    return f"[{','.join(frame.data for frame in frames)}]"
