"""A sender that says BYE when it pauses is heard again when it goes on."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import aioice.ice
import pytest
from aiortc import MediaStreamTrack
from aiortc.rtp import RtcpByePacket
from roomtone.media.audio_connection import AudioOptions
from roomtone.media.direct_connection import DirectCallbacks, DirectConnection
from roomtone.media.sent_audio import SentAudio
from roomtone.media.signaling.client import Ice
from roomtone.media.sounds import tone

from ...patience import PATIENCE

pytestmark = pytest.mark.anyio


async def test_what_comes_after_a_bye_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])
    ends: dict[str, DirectConnection] = {}
    tracks: asyncio.Queue[MediaStreamTrack] = asyncio.Queue()

    def send_to(name: str, kind: Any, body: Any) -> None:
        if kind != "connected":
            ends[name].receive(kind, body)

    voice = SentAudio(tone(440))
    voice.allowed = True
    talks = DirectCallbacks(send=partial(send_to, "listens"), on_track=lambda _: None)
    listens = DirectCallbacks(send=partial(send_to, "talks"), on_track=tracks.put_nowait)
    ends["talks"] = DirectConnection(Ice(), AudioOptions(voice, receives=False), talks, offers=True)
    ends["listens"] = DirectConnection(
        Ice(), AudioOptions(None, receives=True), listens, offers=False
    )
    talking = asyncio.create_task(voice.run())
    try:
        for end in ends.values():
            end.start()
        async with asyncio.timeout(PATIENCE):
            track = await tracks.get()
            await track.recv()
            sender, receiver = ends["talks"]._first.sender, ends["listens"]._first.receiver
            heard = asyncio.Event()
            handle = receiver._handle_rtcp_packet

            async def handled(packet: Any) -> None:
                await handle(packet)
                if isinstance(packet, RtcpByePacket):
                    heard.set()

            monkeypatch.setattr(receiver, "_handle_rtcp_packet", handled)
            await sender._send_rtcp([RtcpByePacket(sources=[sender._ssrc])])
            await heard.wait()
            for _ in range(50):  # more than what was decoded before it
                await track.recv()
    finally:
        talking.cancel()
        for end in ends.values():
            await end.close()
