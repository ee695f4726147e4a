"""A room's mix through a real Janus: what goes into a mountpoint comes out at its viewers, and a lost Janus is noticed."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from roomtone.local_address import LOOPBACK, address_towards
from roomtone.media.edge.janus import Janus, JanusLost, JanusRefused, janus_session
from roomtone.media.edge.janus_process import JanusProcess
from roomtone.media.edge.led_janus import janus_at
from roomtone.media.edge.mountpoint import PLUGIN, Mountpoint, destroy_abandoned, mountpoint
from roomtone.media.node.mix_sender import MixReceiver, MixSender
from roomtone.media.opus import FRAME_SAMPLES, RATE, Encoder
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from ....patience import comes_true
from ..node.people import consists_of


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
    elsewhere = url.replace(LOOPBACK, address_towards("192.0.2.1"))
    with pytest.raises(JanusLost):
        async with janus_session(elsewhere, janus.secret):
            pass
    with pytest.raises(JanusRefused):
        async with janus_session(url, "guessed"):
            pass
    with pytest.raises(JanusRefused):
        async with mountpoint(janus.session, "guessed"):
            pass
    async with mountpoint(janus.session, janus.secret) as point:
        with pytest.raises(JanusRefused):
            await replace(point, _pin="guessed").watch(lambda _event: None)


async def test_keep_alives_and_candidates_are_answered_by_their_acknowledgement(
    janus: JanusProcess,
) -> None:
    assert (await janus.session.ask("keepalive"))["janus"] == "ack"
    async with mountpoint(janus.session, janus.secret) as point:
        watching = await point.watch(lambda _event: None)
        await watching.handle.candidate(
            {"candidate": "candidate:1 1 udp 1 127.0.0.1 9 typ host", "sdpMLineIndex": 0}
        )


async def test_what_a_killed_edge_left_in_janus_is_destroyed(
    janus: JanusProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roomtone.media.edge.mountpoint.ABANDONED_AFTER", -1)
    async with mountpoint(janus.session, janus.secret) as left:
        handle = await janus.session.attach(PLUGIN, lambda _event: None)
        others = {"request": "create", "type": "rtp", "admin_key": janus.secret, "id": 7}
        audio = {"type": "audio", "mid": "0", "port": 0, "pt": 111, "codec": "opus"}
        await handle.say(others | {"media": [audio]})
        await destroy_abandoned(janus.session, janus.secret)
        with pytest.raises(JanusRefused, match="No such mountpoint"):
            await left.watch(lambda _event: None)
        await handle.say({"request": "info", "id": 7})  # it is none of ours


async def test_a_janus_that_cannot_serve_an_edge_is_refused_with_what_to_change(
    janus: JanusProcess,
) -> None:
    url, secret = janus.session.url, janus.secret
    for given, receives_at, words in (
        (("guessed", secret), None, "another api_secret than --janus-secret"),
        ((secret, "guessed"), None, "another one than --janus-admin-key"),
        ((secret, secret), "203.0.113.9", "must be an address of its machine"),
    ):
        with pytest.raises(JanusRefused, match=words):
            async with janus_at(url, *given, receives_at=receives_at):
                pass
    async with janus_at(url, secret, secret) as led:
        assert led.receives_at == "127.0.0.1"


async def test_a_janus_of_an_older_version_is_refused() -> None:
    async def answer(connection: ServerConnection) -> None:
        async for text in connection:
            asked = json.loads(text)["transaction"]
            info = {"janus": "server_info", "version": 901, "version_string": "0.9.1"}
            await connection.send(json.dumps(info | {"transaction": asked}))

    async with serve(answer, "127.0.0.1", 0, subprotocols=[Subprotocol("janus-protocol")]) as old:
        port = next(iter(old.sockets)).getsockname()[1]
        with pytest.raises(JanusRefused, match=r"is 0\.9\.1, and an edge needs 1\.0"):
            async with janus_session(f"ws://127.0.0.1:{port}", ""):
                pass


async def test_where_no_janus_is_the_reason_is_said() -> None:
    with pytest.raises(JanusLost, match="cannot be reached"):
        async with janus_session("ws://127.0.0.1:9", "secret"):
            pass


PLAYER = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
t=0 0
m=audio 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=recvonly
a=mid:0
a=rtcp-mux
a=rtpmap:96 opus/48000/2
a=ice-ufrag:view
a=ice-pwd:viewerviewerviewerviewer
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
"""


async def test_who_is_cancelled_while_entering_leaves_nothing_behind_in_janus(
    janus: JanusProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is asked of Janus just then: a mountpoint to enter by, a connection, or their end."""
    offer = PLAYER.replace("\n", "\r\n").format(fingerprint=":".join(["AA"] * 32))
    session = janus.session
    handles: set[int] = set()
    entering: asyncio.Task[Any] | None = None
    left = 0  # requests until the cancellation
    ask = session.ask

    async def cancels(kind: str, **more: Any) -> dict[str, Any]:
        nonlocal left
        left -= 1
        if left == 0 and entering is not None:
            asyncio.get_running_loop().call_soon(entering.cancel)
        if kind == "detach":
            handles.discard(more["handle_id"])
        if kind != "attach":
            return await ask(kind, **more)
        return await asyncio.shield(asyncio.ensure_future(attached(**more)))

    async def attached(**more: Any) -> dict[str, Any]:
        """Janus makes a handle for who was cancelled meanwhile, too."""
        answer = await ask("attach", **more)
        handles.add(answer["data"]["id"])
        return answer

    monkeypatch.setattr(session, "ask", cancels)
    async with mountpoint(session, janus.secret) as point:
        before = set(handles)
        for at in range(1, 50):
            entered = entering = asyncio.create_task(point.answer(offer, lambda _: None))
            left = at
            await asyncio.wait([entered])
            entering = None
            if not entered.cancelled():
                await entered.result().close()
            assert handles == before, f"cancelled at request {at}"
            assert await _numbers(session, janus) == {point.number}, f"at request {at}"
            before = set(handles)
            if left > 0:
                assert at > 8, "attach, create, attach, watch, start, switch, destroy, detach"
                break
        else:
            raise AssertionError("it never ended")


async def _numbers(session: Janus, janus: JanusProcess) -> set[int]:
    handle = await session.attach(PLUGIN, lambda _event: None)
    found = await handle.say({"request": "list", "admin_key": janus.secret})
    await handle.detach()
    return {each["id"] for each in found.data["list"]}
