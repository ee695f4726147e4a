"""One relay: what requests use of it, and the listener whose notifications keep its parts up to date."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from ..log.page import Page
from ..postgres.listener import HallwayChanged, Listener, Resync
from ..postgres.notifications import (
    ClubChanged,
    InvitationChanged,
    NodeAssigned,
    PersonMoved,
    RecordingDeleted,
    RoomChanged,
    TokenRevoked,
    UserChanged,
    UserDisabled,
)
from ..postgres.pools import Database
from ..supervision import Supervisor
from ..types import RoomId
from .club_changes import ClubChanges
from .hallway import Hallway
from .housekeeping import Housekeeping
from .invitations import Invitations
from .metrics import Metrics
from .openings import Openings
from .periodic import every
from .presence import Presence
from .reaper import Reaper
from .recording_files import RecordingFiles
from .revocations import Revocations
from .room_logs import RoomLogs
from .slow_paths import CHECK_EVERY, SlowPaths
from .timing_wheel import TimingWheel

if TYPE_CHECKING:
    from ..bus.listener import BusListener
    from ..settings import Settings


READY_WITHIN: Final = 10.0  # seconds; after that, it starts although the hallway was not read

log = logging.getLogger(__name__)


EMPTY_AFTER: Final = 1800.0
"""Seconds until an empty room leaves the hallway, if the settings do not say."""


class Relay:
    """What requests use of a relay. `stopping` is set when its streams are to end."""

    def __init__(
        self, database: Database, settings: Settings, bus: BusListener | None = None
    ) -> None:
        days = settings.recordings_days
        keep = timedelta(days=days) if days else None
        address = f"{settings.host}:{settings.port}"
        self.metrics = Metrics()
        self.logs = RoomLogs(database, self.metrics, bus)
        self.openings = Openings(database)
        empty_after = settings.hallway_empty_after
        if empty_after is None:  # the demo's rooms are to be found, though nobody enters them
            empty_after = 0 if settings.demo_rooms else EMPTY_AFTER
        self.hallway = Hallway(
            database,
            on_room_ended=self._room_ended,
            sent=self.metrics.sent,
            empty_after=timedelta(seconds=empty_after) if empty_after else None,
        )
        self.invitations = Invitations(database, on_rooms=self.hallway.users.invited)
        self.clubs = ClubChanges(self.hallway.announce)
        self.revocations = Revocations(database)
        self.recording_files = RecordingFiles(database, settings.recordings, keep)
        self.presence = Presence(database, grace=settings.grace, address=address)
        self.keep_alives = TimingWheel(self.metrics.loop_lag)
        self.stopping = asyncio.Event()

    def _room_ended(self, room: RoomId) -> None:
        self.invitations.room_ended(room)

    def stop_streams(self) -> None:
        """Have every stream end with a `bye` that tells its client to come back in a moment, to another relay."""
        self.stopping.set()
        self.hallway.advance_all()
        self.logs.advance_all()


async def dispatch(listener: Listener, relay: Relay, database: Database) -> None:
    """Give each notification to the part that it concerns, until cancelled."""
    async for wakeup in listener.wakeups():
        if not isinstance(wakeup, Resync | Page):
            relay.metrics.notifications.inc()
        match wakeup:
            case RoomChanged(room=room, seq=seq, hallway=hallway):
                relay.hallway.notified(room, hallway)
                relay.logs.notified(room, seq)
            case HallwayChanged(room=room, hallway=hallway):
                relay.hallway.notified(room, hallway)
            case Page():
                if relay.logs.pages is not None:
                    relay.logs.pages.received(wakeup)
            case InvitationChanged(invitation=invitation):
                relay.invitations.notified(invitation)
            case ClubChanged(club=club):
                relay.clubs.notified(club)
            case TokenRevoked(digest=digest):
                relay.revocations.notified(digest)
            case UserDisabled(user=user):
                relay.revocations.disabled(user)
            case UserChanged(user=user):
                relay.hallway.users.notified(user)
            case PersonMoved(person=person):
                relay.hallway.people.notified(person)
            case RecordingDeleted():
                relay.recording_files.notified()
            case NodeAssigned():
                pass  # for media nodes
            case Resync(fresh=fresh):
                relay.metrics.resyncs.inc()
                relay.logs.resync()
                relay.hallway.resync()
                relay.invitations.resync()
                relay.revocations.resync()
                relay.recording_files.notified()
                if fresh:
                    relay.clubs.resync()
                    await database.refresh()
                    relay.presence.renew()


@asynccontextmanager
async def running_relay(
    database: Database,
    listener: Listener,
    settings: Settings,
    tasks: Supervisor,
    bus: BusListener | None = None,
) -> AsyncIterator[Relay]:
    """A relay that runs until the block ends. Then its streams end, its tasks, and its lease.

    With a bus, it is the listener, too. The block begins when LISTEN is in force and the hallway was read, so that the first client finds the relay ready.
    """
    relay = Relay(database, settings, bus)
    relay.metrics.count_database(database.counted, database.pool_statistics)
    relay.metrics.count_failures(tasks, listener.parser)

    async def listen() -> None:
        await dispatch(listener, relay, database)

    tasks.keep(listen, "listener")
    if bus is not None and relay.logs.pages is not None:
        relay.metrics.count_bus(bus)
        tasks.keep(bus.run, "bus")
        tasks.keep(relay.logs.pages.run, "gaps on the bus")
    tasks.keep(relay.logs.run, "log reader")
    tasks.keep(relay.hallway.run, "hallway")
    tasks.keep(relay.hallway.send_numbers, "numbers of the hallway")
    tasks.keep(relay.hallway.users.run, "windows of the hallway")
    tasks.keep(relay.hallway.people.run, "followed people")
    tasks.keep(relay.clubs.run, "changes of clubs")
    tasks.keep(relay.invitations.run, "invitations")
    tasks.keep(relay.revocations.run, "revoked tokens")
    tasks.keep(relay.keep_alives.run, "keep-alives")
    slow_paths = SlowPaths(relay.metrics, database.pool_statistics)
    tasks.keep(partial(every, CHECK_EVERY, slow_paths.check), "check of what is slow")
    relay.presence.start(tasks)
    relay.recording_files.start(tasks)
    Reaper(database, relay.presence, grace=settings.grace, role_kept=settings.role_kept).start(
        tasks
    )
    Housekeeping(
        database, listener, relay.hallway, relay.metrics, deserted_after=settings.deserted_after
    ).start(tasks)
    try:
        try:
            async with asyncio.timeout(READY_WITHIN):
                await relay.hallway.filled.wait()
        except TimeoutError:
            log.warning("the relay is not ready after %g s; /ready says why", READY_WITHIN)
        yield relay
    finally:
        relay.stop_streams()
        await tasks.close()
        await relay.presence.end()
