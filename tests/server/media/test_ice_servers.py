"""A server that does not answer costs nobody a wait, and one that answers is used."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest
from aioice import stun
from roomtone.media.audio_connection import AudioOptions
from roomtone.media.direct_connection import DirectCallbacks, DirectConnection
from roomtone.media.node.mcu import Mcu
from roomtone.media.node.sfu import Sfu
from roomtone.media.signaling import ice_servers
from roomtone.media.signaling.client import Ice
from roomtone.media.signaling.ice_servers import IceServers, probe

from ...patience import PATIENCE, running_time
from .seats import seat_of
from .test_candidates import offer

SILENT = "stun:198.51.100.1:3478"
"""Nothing answers there (RFC 5737)."""


class Server(asyncio.DatagramProtocol):
    """A minimal STUN server: its answer has the sender's address. It is silent while `answers` is false."""

    def __init__(self) -> None:
        self.answers = True
        self.asked = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.asked += 1
        if not self.answers:
            return
        asked = stun.parse_message(data)
        answer = stun.Message(asked.message_method, stun.Class.RESPONSE, asked.transaction_id)
        answer.attributes["XOR-MAPPED-ADDRESS"] = ("9.9.9.9", addr[1])
        self._transport.sendto(bytes(answer), addr)


@asynccontextmanager
async def server() -> AsyncIterator[tuple[Server, str]]:
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        Server, local_addr=("127.0.0.1", 0)
    )
    try:
        yield protocol, f"stun:127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    finally:
        transport.close()


def ice_of(*urls: str) -> Ice:
    return Ice(({"urls": list(urls)},))


async def description_by(ice: Ice) -> str:
    """What a peer with these servers offers."""
    said: asyncio.Queue[str] = asyncio.Queue()
    callbacks = DirectCallbacks(
        send=lambda _kind, body: said.put_nowait(body["sdp"]), on_track=lambda _: None
    )
    connection = DirectConnection(ice, AudioOptions(None, receives=True), callbacks, offers=True)
    connection.start()
    try:
        return await said.get()
    finally:
        await connection.close()


async def test_the_first_server_that_answers_is_used_and_a_silent_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # This process may get no turn for as long as it usually waits for an answer.
    monkeypatch.setattr(ice_servers, "FIRST_WITHIN", PATIENCE)
    monkeypatch.setattr(ice_servers, "PROBED_WITHIN", 5.0)
    servers = IceServers()
    async with server() as (_, url):
        try:
            left = await servers.answering(ice_of(SILENT, url, "stuns:127.0.0.1:1", "nonsense"))
            assert left == ice_of(url)
            assert " 9.9.9.9 " in await description_by(left)
        finally:
            await servers.close()


async def test_a_server_that_comes_back_is_used_and_one_that_goes_away_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ice_servers, "PROBED_AGAIN_AFTER", {True: 0.01, False: 0.01})
    monkeypatch.setattr(ice_servers, "PROBED_WITHIN", 0.5)
    servers = IceServers()
    async with server() as (other, url):
        try:
            async with asyncio.timeout(PATIENCE):
                for answers in (True, False, True):
                    other.answers = answers
                    wanted = ice_of(url) if answers else Ice()
                    while (await servers.answering(ice_of(url))) != wanted:  # noqa: ASYNC110
                        await asyncio.sleep(0.02)
        finally:
            await servers.close()


async def test_a_server_that_falls_silent_between_two_questions_costs_less_than_two_seconds() -> (
    None
):
    """Five are what a WHIP program, which gives up after eight, cannot wait for in a row."""
    with running_time() as without:
        await description_by(Ice())
    with running_time() as took:
        assert "typ host" in await description_by(ice_of(SILENT))
    # Other processes have the processors now and then.
    bound = ice_servers.PROBED_WITHIN + 2 + 10 * without()
    assert took() < bound
    node = Sfu(lambda: answered(ice_of(SILENT)))
    await node.set_participants([seat_of(1, peer="peer")])
    with running_time() as took:
        assert "typ host" in await node.answer("peer", await offer())
    assert took() < bound
    await node.close()


async def answered(ice: Ice) -> Ice:
    return ice


@pytest.mark.parametrize("uri", ["turn:127.0.0.1:{}?transport=tcp", "turns:127.0.0.1:{}"])
async def test_a_server_over_tcp_answers_when_it_takes_connections(uri: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = uri.format(listener.getsockname()[1])
        assert await probe(place) == uri.startswith("turn:")  # nobody speaks TLS here
    assert not await probe(place)


@pytest.mark.parametrize("kind", [Sfu, Mcu])
async def test_a_node_asks_for_credentials_before_each_connection(
    kind: type[Sfu] | type[Mcu],
) -> None:
    """A room lives longer than they do."""
    asked = 0

    async def ice() -> Ice:
        nonlocal asked
        asked += 1
        return Ice()

    node = kind(ice)
    await node.set_participants(map(seat_of, (1, 2)))
    for number in (1, 2):
        await node.answer(f"peer-{number}", await offer())
    assert asked == 2
    await node.close()
