"""A room's mix through a real Janus: what goes into a mountpoint comes out at its viewers, and a lost Janus is noticed."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from roomtone.media.edge.janus import JanusLost, JanusRefused, janus_session
from roomtone.media.edge.janus_process import JanusProcess, janus_process
from roomtone.media.edge.mountpoint import Mountpoint, mountpoint
from roomtone.media.node.mix_sender import MixReceiver, MixSender
from roomtone.media.opus import FRAME_SAMPLES, RATE, Encoder

from ....patience import PATIENCE, comes_true
from ..node.people import consists_of


@pytest.fixture
async def janus() -> AsyncIterator[JanusProcess]:
    async with janus_process() as running:
        yield running


@asynccontextmanager
async def a_tone_into(point: Mountpoint, hertz: float, key: str) -> AsyncIterator[None]:
    """Send this tone to the mountpoint while the block runs."""
    output, encoder = MixSender(MixReceiver("127.0.0.1", point.port, key)), Encoder()

    async def send() -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for tick in range(100_000):
            at = tick * FRAME_SAMPLES + np.arange(FRAME_SAMPLES)
            samples = (0.3 * np.sin(2 * np.pi * hertz * at / RATE)).astype(np.float32)
            output(tick, samples, encoder.encode(samples))
            await asyncio.sleep(max(0.0, began + tick * 0.02 - loop.time()))

    sending = asyncio.create_task(send())
    try:
        yield
    finally:
        sending.cancel()
        output.close()


@asynccontextmanager
async def viewer(point: Mountpoint) -> AsyncIterator[list[Any]]:
    """A listener; the list is what they hear, in blocks of 20 ms."""
    heard: list[Any] = []
    reading: list[asyncio.Task[None]] = []
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))

    async def read(track: Any) -> None:
        while True:
            heard.append((await track.recv()).to_ndarray()[0, ::2])

    connection.on("track", lambda track: reading.append(asyncio.create_task(read(track))))
    watching = await point.watch(lambda _event: None)
    try:
        await connection.setRemoteDescription(RTCSessionDescription(watching.sdp, "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        await watching.start(connection.localDescription.sdp)
        yield heard
    finally:
        for each in reading:
            each.cancel()
        await connection.close()
        await watching.handle.detach()


def sounds(heard: list[Any], *tones: float) -> bool:
    return len(heard) >= 25 and consists_of(np.concatenate(heard[-25:]), *tones)


async def test_every_viewer_hears_what_is_sent_with_the_key_and_nothing_of_a_stranger(
    janus: JanusProcess,
) -> None:
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(mountpoint(janus.session, janus.secret))
        two = await stack.enter_async_context(mountpoint(janus.session, janus.secret))
        assert one.port != two.port
        await stack.enter_async_context(a_tone_into(one, 440, one.key))
        await stack.enter_async_context(a_tone_into(one, 990, two.key))  # a stranger
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(secrets.token_bytes(200), ("127.0.0.1", one.port))
        await stack.enter_async_context(a_tone_into(two, 660, two.key))
        first = [await stack.enter_async_context(viewer(one)) for _ in range(2)]
        second = await stack.enter_async_context(viewer(two))
        await comes_true(lambda: all(sounds(heard, 440) for heard in first))
        await comes_true(lambda: sounds(second, 660))


async def test_who_does_not_know_the_secrets_makes_and_watches_nothing(janus: JanusProcess) -> None:
    url = janus.session.url
    with pytest.raises(JanusRefused):
        async with janus_session(url, "guessed"):
            pass
    with pytest.raises(JanusRefused):
        async with mountpoint(janus.session, "guessed"):
            pass
    async with mountpoint(janus.session, janus.secret) as point:
        with pytest.raises(JanusRefused):
            await Mountpoint(point.number, point.port, point.key, "guessed", janus.session).watch(
                lambda _event: None
            )


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_janus_that_is_killed_or_stands_still_is_lost(
    janus: JanusProcess, how: signal.Signals
) -> None:
    async with mountpoint(janus.session, janus.secret) as point:
        os.kill(janus.process.pid, how)
        async with asyncio.timeout(PATIENCE):
            await janus.session.lost.wait()
        with pytest.raises(JanusLost):
            await point.watch(lambda _event: None)


async def test_where_no_janus_is_the_reason_is_said() -> None:
    with pytest.raises(JanusLost, match="cannot be reached"):
        async with janus_session("ws://127.0.0.1:9", "secret"):
            pass
