"""A Janus that ends, stands still, or whose plugin does, is noticed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import pytest
from roomtone.local_address import LOOPBACK
from roomtone.media.edge.janus import JanusLost, Patience, janus_session
from roomtone.media.edge.janus_process import JanusProcess
from roomtone.media.edge.led_janus import LedJanus, check
from roomtone.media.edge.mountpoint import mountpoint
from roomtone.supervision import beside
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from ....patience import PATIENCE

NOTICES: Final = Patience(answer=PATIENCE, keep_alive_every=0.05, kept_alive=2.0)
"""Two keep-alives in a row take longer than this machine stands still."""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_janus_that_is_killed_or_stands_still_is_lost(
    janus: JanusProcess, how: signal.Signals
) -> None:
    async with (
        janus_session(janus.session.url, janus.secret, NOTICES) as session,
        mountpoint(session, janus.secret) as point,
    ):
        os.kill(janus.process.pid, how)
        async with asyncio.timeout(PATIENCE):
            await session.lost.wait()
        with pytest.raises(JanusLost):
            await point.watch(lambda _event: None)


@asynccontextmanager
async def a_plugin_that_may_stand_still(url: str) -> AsyncIterator[tuple[str, set[str]]]:
    """Another address of this Janus, and which kinds of request get lost on the way there."""
    lost: set[str] = set()
    subprotocols = [Subprotocol("janus-protocol")]

    async def forward(edge: ServerConnection) -> None:
        async with (
            connect(url, subprotocols=subprotocols) as janus,
            beside(back=copied(janus, edge)),
        ):
            async for text in edge:
                if json.loads(text)["janus"] not in lost:
                    await janus.send(text)

    async def copied(janus: ClientConnection, edge: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            async for text in janus:
                await edge.send(text)

    async with serve(forward, "127.0.0.1", 0, subprotocols=subprotocols) as proxy:
        yield f"ws://127.0.0.1:{next(iter(proxy.sockets)).getsockname()[1]}", lost


async def test_a_janus_whose_plugin_stands_still_is_lost_though_its_keep_alives_are_answered(
    janus: JanusProcess,
) -> None:
    async with (
        a_plugin_that_may_stand_still(janus.session.url) as (url, lost),
        janus_session(url, janus.secret, NOTICES) as session,
    ):
        await check(LedJanus(session, janus.secret, LOOPBACK, "Janus"))
        for _ in range(3):
            answered = await session.ask(**session.heartbeat)
            assert "No such mountpoint" in answered["plugindata"]["data"]["error"]
        lost.add("message")
        await session.ask("keepalive")
        async with asyncio.timeout(PATIENCE):
            await session.lost.wait()
