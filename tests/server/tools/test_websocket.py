"""The WebSocket of labs and drills: what cannot be sent any more is an error, not silence."""

from __future__ import annotations

import asyncio

import pytest
from roomtone.tools.network import Place, Tally
from roomtone.tools.websocket import WebSocket
from websockets.asyncio.server import ServerConnection, serve


@pytest.mark.parametrize("orderly", [True, False])
def test_sending_after_the_connection_ended_is_an_error(orderly: bool) -> None:
    async def answer(socket: ServerConnection) -> None:
        await socket.send(await socket.recv())
        if not orderly:
            socket.transport.abort()

    async def run() -> None:
        async with serve(answer, "127.0.0.1", 0) as server:
            place = Place(next(iter(server.sockets)).getsockname()[1])
            socket = await WebSocket.connect(place, "/", Tally())
            socket.send(b"heard")
            assert (await socket.receive())[1] == b"heard"
            with pytest.raises(EOFError):
                await socket.receive()
            with pytest.raises(ConnectionResetError):
                socket.send(b"too late")
            socket.close()

    asyncio.run(run())
