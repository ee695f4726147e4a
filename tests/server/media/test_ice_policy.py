"""Where only TURN may be used, nobody's address leaks because the relay could not be asked."""

from __future__ import annotations

import json
import threading
from contextlib import AsyncExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from roomtone.media.signaling.client import ConnectionLost
from roomtone.media.signaling.http_client import HttpSignalingClient, http_signaling_client

from ...running import run_relay


async def test_the_policy_stays_known_when_the_relay_is_gone(database_url: str) -> None:
    async with AsyncExitStack() as stack:
        with run_relay(
            database_url,
            turn_uris=("turn:127.0.0.1:9?transport=udp",),
            turn_secret="shared",
            ice_transport_policy="relay",
        ) as relay:
            client = await stack.enter_async_context(http_signaling_client(relay.url, "hettie"))
            known = await client.ice()
            assert known.relay_only
        assert isinstance(client, HttpSignalingClient)
        client._ice_until = 0.0  # what is known is old
        assert await client.ice() == known


class Busy(BaseHTTPRequestHandler):
    """Signs in, and cannot say which ICE servers there are."""

    def do_POST(self) -> None:
        self._answer(200, {"token": "t", "user": {"id": 1, "username": "hettie"}})

    def do_GET(self) -> None:
        self._answer(503, {"message": "busy"})

    def _answer(self, status: int, body: object) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


async def test_there_is_no_connection_to_a_room_before_the_policy_is_known() -> None:
    with HTTPServer(("127.0.0.1", 0), Busy) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            with pytest.raises(ConnectionLost, match="busy"):
                async with http_signaling_client(
                    f"http://127.0.0.1:{server.server_port}", "hettie"
                ):
                    pass
        finally:
            server.shutdown()
            serving.join()
