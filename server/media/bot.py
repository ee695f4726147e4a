"""`roomtone bot`: a participant that sends one sound, or listens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from ..settings import Settings
from ..supervision import all_of, first_of
from ..types import RoomId, UserId
from .echo import Echo
from .ice import ice_of
from .participant_program import run_participant
from .received_audio import ReceivedAudio
from .room_session import ENCRYPTED, RECORDED, room_session
from .signaling.client import ConnectionLost, SignalingClient
from .signaling.database_client import database_connections
from .signaling.http_client import http_signaling_client
from .sounds import Sound, SoundError, tone
from .sounds import play as sound_of_file

Report = Callable[[str], None]

LOUD: Final = -40  # dBov: louder than the noise of a room
PAUSE: Final = 25  # blocks, 0.5 s; a shorter pause is one between words

BANNED: Final = "we are banned from the room"
REASONS: Final = {
    "room ended": "the room has ended",
    "removed": "a moderator removed us from the room",
    "banned": BANNED,
    "left": "our seat was deleted",
    "taken over": "another bot of this name took the seat",
    "signed out": "we were signed out",
    "token expired": "the token has expired",
    ENCRYPTED: "the room is encrypted, which only browsers can do",
    RECORDED: "the room is recorded, and we do not stay for that",
    "participants_is_not_banned": BANNED,
}


@dataclass(frozen=True)
class Plan:
    """The options of the command line."""

    room: RoomId
    name: str | None = None
    tone: float | None = None
    play: Path | None = None
    echo: bool = False
    leaves_when_recorded: bool = False
    count: int = 1
    url: str = ""
    token: str | None = None
    database_url: str | None = None
    settings: Settings = Settings()  # noqa: RUF009 - frozen; only its ICE settings are used

    @property
    def username(self) -> str:
        """The given name, or what the bot does."""
        if self.name is not None:
            return self.name
        if self.tone is not None:
            return f"a tone of {self.tone:g} Hz"
        if self.play is not None:
            return f"player of {self.play.stem}"[:36]
        return "echo" if self.echo else "a listener"


def run(plan: Plan, report: Report) -> int:
    """Run until a signal, or the end of the session; the exit status: 0, or 1 when the room could not be entered."""
    try:
        return run_participant(_run(plan, report), report, SoundError)
    except ConnectionLost as lost:
        where = "the database" if plan.database_url else plan.url
        report(f"Nobody answers at {where} ({lost}).")
        return 1


async def _run(plan: Plan, report: Report) -> int:
    async with _clients(plan) as clients:
        return max(
            await all_of(*(_run_bot(plan, client, report) for client in clients), name="bot")
        )


@asynccontextmanager
async def _clients(plan: Plan) -> AsyncIterator[list[SignalingClient]]:
    """A signaling client for each bot."""
    names = (
        [plan.username]
        if plan.count == 1
        else [f"{plan.username} {n + 1}" for n in range(plan.count)]
    )
    if plan.database_url is not None:
        ice = partial(ice_of, plan.settings, loopback=False)
        async with database_connections(plan.database_url, ice=ice) as connections:
            yield [await connections.client(name) for name in names]
        return
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                http_signaling_client(
                    plan.url, name, token=plan.token, networks=plan.settings.media_networks
                )
            )
            for name in names
        ]


async def _run_bot(plan: Plan, client: SignalingClient, report: Report) -> int:
    """Run one bot; 0 when it ended as it should."""
    who = client.user.username
    echo = Echo() if plan.echo else None
    sound: Sound | None = None
    if plan.tone is not None:
        sound = tone(plan.tone)
    elif plan.play is not None:
        sound = sound_of_file(plan.play)
    elif echo is not None:
        sound = echo.sound()
    listens = sound is None
    async with room_session(
        client,
        plan.room,
        sound=sound,
        receives=listens or echo is not None,
        role="AUDIENCE" if listens else None,
        report=lambda words: report(f"{who}: {words}"),
        leaves_when_recorded=plan.leaves_when_recorded,
    ) as session:
        report(f"{who} is in room {plan.room}. Ctrl-C ends it.")
        if echo is not None:
            session.on_audio(echo.add)
        if listens:
            session.on_audio(Speaking(lambda words: report(f"{who} hears {words}")).update)
        ends = {"session": session.ended.wait()}
        if session.sent_audio is not None:
            ends["sent audio"] = session.sent_audio.ended.wait()
        await first_of(**ends)
        if not session.ended.is_set():
            report(f"{who} has nothing more to play, and leaves.")
            return 0
        reason = session.reason or "the room is closed to us"
        report(f"{who}: {REASONS.get(reason, reason)}.")
        return 0 if reason in ("room ended", RECORDED) else 1


class Speaking:
    """Reports when a participant starts to speak and when they stop."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._quiet: dict[UserId, int] = {}

    def update(self, audio: ReceivedAudio) -> None:
        user, name = audio.seat.user, audio.seat.username
        if audio.level >= LOUD:
            if user not in self._quiet:
                self._report(f"{name} speak ({audio.level} dB)")
            self._quiet[user] = 0
        elif user in self._quiet:
            self._quiet[user] += 1
            if self._quiet[user] >= PAUSE:
                del self._quiet[user]
                self._report(f"{name} fall silent")
