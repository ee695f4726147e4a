"""`roomtone captions`: a participant in the audience that hears each speaker, and writes what those say who let the operator write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import psycopg
from psycopg_pool import PoolTimeout

from ...settings import Settings
from ...supervision import Supervisor, TaskFailed, supervised
from ...types import RoomId, UserId
from ..bot import REASONS
from ..ice import ice_of
from ..node_rules import EDGE
from ..participant_program import run_participant
from ..received_audio import ReceivedAudio
from ..room_session import RoomSession, room_session
from ..signaling.client import ConnectionLost
from ..signaling.database_client import database_connections
from ..signaling.events import Seat
from .recogniser import Recogniser
from .speaker import Report, SpeakerCaptions
from .writer import CaptionWriter, NotTheOperator, caption_writer

LOOK_EVERY: Final = 1.0  # seconds
MIXED: Final = (
    "This room is mixed by an MCU, and in a mix voices cannot be told apart: nobody could be asked whether they agree. So nothing is"
    " written. Move the room to an SFU: update rooms set topology = 'sfu' where id = …"
)


@dataclass(frozen=True)
class Plan:
    """The options of the command line."""

    room: RoomId
    name: str
    database_url: str
    recogniser: Callable[[], Recogniser]
    settings: Settings = Settings()  # noqa: RUF009 - frozen; only its ICE settings are used
    loopback: bool = False


def run(plan: Plan, report: Report) -> int:
    """Run until a signal, or the end of the session; the exit status: 0, or 1 when the room could not be entered."""
    try:
        return run_participant(_caption(plan, report), report, NotTheOperator)
    except TaskFailed as failed:
        report(f"It had to end: {failed}. The log says why.")
    except (ConnectionLost, PoolTimeout) as lost:
        report(f"The database does not answer ({lost}).")
    except psycopg.Error as error:
        report(f"The database refused it: {error.diag.message_primary or error}.")
    return 1


async def _caption(plan: Plan, report: Report) -> int:
    ice = partial(ice_of, plan.settings, loopback=plan.loopback)
    async with (
        caption_writer(plan.database_url, plan.room) as writer,
        database_connections(plan.database_url, ice=ice) as connections,
        supervised() as tasks,
    ):
        client = await connections.client(plan.name)
        async with room_session(client, plan.room, role="AUDIENCE", report=report) as session:
            report(f"{client.user.username} is in room {plan.room}. Ctrl-C ends it.")
            captioner = Captioner(session, plan.recogniser, writer, tasks, report)
            session.on_audio(captioner.hear)
            tasks.keep(captioner.look, "look at who agrees")
            await session.ended.wait()
        reason = session.reason or "the room is closed to us"
        report(f"{client.user.username}: {REASONS.get(reason, reason)}.")
        return 0 if reason == "room ended" else 1


class Captioner:
    """Gives the sound of each speaker who agrees to a recogniser of their own, as long as they agree. The sound of others goes nowhere."""

    def __init__(
        self,
        session: RoomSession,
        make_recogniser: Callable[[], Recogniser],
        writer: CaptionWriter,
        tasks: Supervisor,
        report: Report,
    ) -> None:
        self._session = session
        self._make_recogniser = make_recogniser
        self._writer = writer
        self._tasks = tasks
        self._report = report
        self._speakers: dict[UserId, tuple[SpeakerCaptions, asyncio.Task[None]]] = {}
        self._said_mixed = False

    def hear(self, audio: ReceivedAudio) -> None:
        """20 ms of one participant, or of a node's mix."""
        if audio.seat.is_node:
            # The mix of an edge is only heard until the stage's own node serves this session.
            if audio.seat.kind != EDGE and not self._said_mixed:
                self._said_mixed = True
                self._report(MIXED)
        elif self._agrees(audio.seat):
            if audio.seat.user not in self._speakers:
                self._begin(audio.seat)
            self._speakers[audio.seat.user][0].put(audio)

    async def look(self) -> None:
        """Forget who agrees no longer, and have the stage's own node serve this session."""
        while True:
            for user in [*self._speakers]:
                seat = self._session.seats.get(user)
                if seat is None or not self._agrees(seat):
                    _, task = self._speakers.pop(user)
                    task.cancel()
            me = self._session.me
            if me is not None and me.peer is not None and me.edge is not None:
                await self._writer.be_served_directly(me.peer)
            await asyncio.sleep(LOOK_EVERY)

    def _agrees(self, seat: Seat) -> bool:
        return bool(self._session.room.get("captions")) and (
            seat.record.get("captioned_by") == "operator"
        )

    def _begin(self, seat: Seat) -> None:
        self._report(f"captions of {seat.username}")
        speaker = SpeakerCaptions(seat.user, self._make_recogniser, self._writer, self._report)
        task = self._tasks.keep(speaker.run, f"captions of {seat.username}")
        self._speakers[seat.user] = (speaker, task)
