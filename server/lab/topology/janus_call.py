"""A person in a room of Janus: the same voice and the same connections by aiortc as in a room of ours, by Janus's own API.

As its documentation has it (https://janus.conf.meetecho.com/docs/videoroom.html and audiobridge.html): in a VideoRoom a speaker offers a connection
to send, and Janus offers one to receive, with a media section for each speaker; in an AudioBridge everybody offers one for both.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

from aiortc import RTCPeerConnection, RTCRtpTransceiver

from ...media.aiortc_internals.packets import receive_packets
from ...media.audio_connection import AudioConnection, AudioOptions, ConnectionCallbacks
from ...media.edge.janus import Handle, Janus, JanusLost, JanusRefused, Patience, Reply
from ...media.opus import EFFORT
from ...media.rtp import RtpPacket
from ...media.sent_audio import SentAudio
from ...media.signaling.client import Ice
from ...media.sounds import Sound
from ...supervision import beside, first_of
from .call import OnPacket

VIDEOROOM: Final = "janus.plugin.videoroom"
AUDIOBRIDGE: Final = "janus.plugin.audiobridge"
MIX: Final = 0
"""Who is heard in a mix. Speakers of a VideoRoom have numbers from 1 on."""

PATIENCE: Final = Patience(answer=30.0, keep_alive_every=25.0, kept_alive=60.0)
"""A process whose core is full answers late; that Janus has ended, a closed connection tells at once."""

EVENTS_WAITING: Final = 1000
"""What Janus reports by itself of a room, until it is read: one event for each who comes and goes."""


class JanusConnection(AudioConnection):
    """One connection with Janus. `on_packet(mid, packet)` gets what comes on each media section."""

    def __init__(
        self,
        audio: AudioOptions,
        on_packet: Callable[[str, RtpPacket], None],
        on_broken: Callable[[str], None],
        *,
        offers: bool,
    ) -> None:
        callbacks = ConnectionCallbacks(send=lambda kind, body: None, on_broken=on_broken)
        super().__init__(Ice(), audio, callbacks, offers=offers)
        self._on_packet = on_packet
        self._read = 0

    async def offer(self) -> str:
        """Our offer, with all candidates."""
        self._read_new()
        return (await self._describe())["sdp"]

    async def accept(self, answer: str) -> None:
        """Take Janus's answer."""
        await self._set_remote_description({"type": "answer", "sdp": answer})

    async def answer(self, offer: str) -> str:
        """The answer to an offer of Janus, the first or a further one."""
        await self._set_remote_description({"type": "offer", "sdp": offer})
        self._read_new()
        return (await self._describe())["sdp"]

    def _read_new(self) -> None:
        every = self._pc.getTransceivers()
        for transceiver in every[self._read :]:
            receive_packets(transceiver, partial(self._receive, transceiver))
        self._read = len(every)

    def _receive(self, transceiver: RTCRtpTransceiver, packet: RtpPacket) -> None:
        self._on_packet(str(transceiver.mid), packet)


class JanusCall:
    """A person's handles and connections; see `call.py`. `room` is Janus's number of it."""

    def __init__(self, janus: Janus, room: int, sound: Sound | None, on_packet: OnPacket) -> None:
        self.room = room
        self.sent_audio = None if sound is None else SentAudio(sound)
        self.hear = on_packet
        self._janus = janus
        self._handles: list[Handle] = []
        self._connections: list[JanusConnection] = []
        self._mix: JanusConnection | None = None
        self._over: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @property
    def spoken(self) -> int:
        return 0 if self.sent_audio is None else self.sent_audio.encoded_blocks

    @property
    def pcs(self) -> list[RTCPeerConnection]:
        return [each.pc for each in self._connections]

    @property
    def mix(self) -> RTCPeerConnection | None:
        return self._mix.pc if self._mix is not None and self._mix.connected else None

    async def attach(
        self, plugin: str, on_event: Callable[[dict[str, Any]], None] = lambda data: None
    ) -> Handle:
        """A handle of this person. `on_event` gets what the plugin says by itself."""

        def heard(event: dict[str, Any]) -> None:
            match event["janus"]:
                case "event":
                    on_event(event["plugindata"]["data"])
                case "hangup" | "detached":
                    self.end(f"Janus ended a connection: {event.get('reason', '')}")

        handle = await self._janus.attach(plugin, heard)
        self._handles.append(handle)
        return handle

    def connection(
        self,
        sent_audio: SentAudio | None,
        on_packet: Callable[[str, RtpPacket], None],
        *,
        offers: bool,
        receives: bool = True,
        mixed: bool = False,
    ) -> JanusConnection:
        """A connection of this person, to be negotiated."""
        audio = AudioOptions(sent_audio, receives)
        made = JanusConnection(audio, on_packet, self.end, offers=offers)
        self._connections.append(made)
        if mixed:
            self._mix = made
        return made

    def end(self, why: str) -> None:
        """It does not work any more."""
        if not self._over.done():
            self._over.set_result(why)

    async def until_over(self) -> None:
        """Raises JanusLost when it does not work any more."""
        await first_of(over=asyncio.wait({self._over}), lost=self._janus.lost.wait())
        raise JanusLost(self._over.result() if self._over.done() else "the session is over")

    async def close(self) -> None:
        for handle in self._handles:
            await handle.detach()
        await asyncio.gather(*(each.close() for each in self._connections))


@asynccontextmanager
async def janus_call(
    janus: Janus, plugin: str, room: int, number: int, sound: Sound | None, on_packet: OnPacket
) -> AsyncIterator[JanusCall]:
    """In this room until the block ends, as `number` if they speak. Raises JanusLost and JanusRefused."""
    call = JanusCall(janus, room, sound, on_packet)
    try:
        if call.sent_audio is not None:
            call.sent_audio.allowed = True
        enter = _enter_videoroom if plugin == VIDEOROOM else _enter_audiobridge
        running = {"subscriptions": await enter(call, number), "call": call.until_over()}
        if call.sent_audio is not None:
            running["sent audio"] = call.sent_audio.run()
        async with beside(**running):
            yield call
    finally:
        await call.close()


async def _enter_audiobridge(call: JanusCall, _number: int) -> Coroutine[Any, Any, None]:
    handle = await call.attach(AUDIOBRIDGE)
    muted = call.sent_audio is None
    both = call.connection(
        call.sent_audio, lambda mid, packet: call.hear(MIX, packet), offers=True, mixed=True
    )
    await handle.say({"request": "join", "room": call.room, "muted": muted})
    configure = {"request": "configure", "muted": muted, "quality": EFFORT}
    reply = await handle.say(configure, offer=await both.offer())
    await both.accept(_sdp(reply))
    return nothing()


async def _enter_videoroom(call: JanusCall, number: int) -> Coroutine[Any, Any, None]:
    """As whoever speaks, or to learn who does; what is to run then subscribes to the speakers."""
    speakers: asyncio.Queue[dict[str, Any]] = asyncio.Queue(EVENTS_WAITING)
    handle = await call.attach(VIDEOROOM, speakers.put_nowait)
    enter = {"request": "join", "ptype": "publisher", "room": call.room}
    if call.sent_audio is None:
        reply = await handle.say(enter)
    else:
        up = call.connection(call.sent_audio, lambda mid, packet: None, offers=True, receives=False)
        enter |= {"request": "joinandconfigure", "id": number}
        reply = await handle.say(enter, offer=await up.offer())
        await up.accept(_sdp(reply))
    speakers.put_nowait(reply.data)
    return _subscribe(call, speakers)


async def _subscribe(call: JanusCall, events: asyncio.Queue[dict[str, Any]]) -> None:
    """Subscribe to each speaker as they come: one connection for all."""
    numbers: dict[str, int] = {}  # by mid

    def hear(mid: str, packet: RtpPacket) -> None:
        call.hear(numbers[mid], packet)

    handle, down = None, None
    while True:
        waiting = [await events.get()]
        while not events.empty():
            waiting.append(events.get_nowait())
        speakers = {each["id"] for event in waiting for each in event.get("publishers", ())}
        streams = [{"feed": each} for each in sorted(speakers - {*numbers.values()})]
        if not streams:
            continue
        if handle is None or down is None:
            handle = await call.attach(VIDEOROOM)
            down = call.connection(None, hear, offers=False)
            asked = {"request": "join", "ptype": "subscriber", "room": call.room}
        else:
            asked = {"request": "subscribe"}
        reply = await handle.say(asked | {"streams": streams})
        numbers |= {str(each["mid"]): int(each["feed_id"]) for each in reply.data["streams"]}
        await handle.say({"request": "start"}, answer=await down.answer(_sdp(reply)))


async def nothing() -> None:
    """A mix has everybody in it."""


def number_of(voice: int | None) -> int:
    """Of a speaker, by the number of their marks."""
    return MIX if voice is None else voice + 1


def _sdp(reply: Reply) -> str:
    if reply.sdp is None:
        raise JanusRefused(0, f"it made no description: {reply.data}")
    return reply.sdp
