"""A connection that is closed while it still opens its ports leaves none of them open."""

from __future__ import annotations

import asyncio

import psutil
import pytest
from roomtone.media.audio_connection import AudioOptions
from roomtone.media.direct_connection import DirectCallbacks, DirectConnection
from roomtone.media.signaling.client import Ice

pytestmark = pytest.mark.anyio


def ports() -> set[int]:
    """The UDP ports that this process has open now."""
    return {one.laddr.port for one in psutil.Process().net_connections("udp")}


async def test_no_port_stays_open_whenever_a_connection_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A machine with several addresses: each gets a port, one after the other.
    addresses = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda **_: addresses)
    callbacks = DirectCallbacks(send=lambda *_: None, on_track=lambda _: None)
    for steps in range(1, 40):
        before = ports()
        connection = DirectConnection(
            Ice(), AudioOptions(None, receives=True), callbacks, offers=True
        )
        connection.start()
        for _ in range(steps):
            await asyncio.sleep(0)
        await connection.close()
        for _ in range(5):
            await asyncio.sleep(0)  # transports close one step later
        left = ports() - before
        assert not left, f"closed after {steps} steps"
