"""A proxy in the environment is for the world, and not for what runs on this machine."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from roomtone.identity.jwks import Jwks
from roomtone.media.signaling.http_client import http_client, http_signaling_client

from ...running import RunningRelay

PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


@pytest.fixture(autouse=True)
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """One that answers nobody."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        for name in PROXIES:
            monkeypatch.setenv(name, f"http://127.0.0.1:{listener.getsockname()[1]}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        yield listener


async def test_a_bot_reaches_the_relay_beside_it(relay: RunningRelay) -> None:
    async with http_signaling_client(relay.url, "hettie") as hettie:
        assert hettie.user.username == "hettie"


async def test_the_world_is_asked_by_the_proxy_and_loopback_is_not(proxy: socket.socket) -> None:
    for host in ("127.0.0.1", "localhost", "[::1]"):
        async with http_client(f"http://{host}:1") as client:
            assert not client.trust_env
    proxy.settimeout(30)
    async with http_client("http://relay.example") as client:
        asking = asyncio.create_task(client.get("/"))
        line, _ = await asyncio.to_thread(proxy.accept)
        with line:
            assert (await asyncio.to_thread(line.recv, 100)).startswith(
                b"GET http://relay.example/ "
            )
        with pytest.raises(httpx.TransportError):
            await asking


class Keys(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"keys": [KEY]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


KEY = {"kty": "oct", "kid": "k", "k": "AAAA", "alg": "HS256"}


async def test_an_issuer_on_this_machine_is_asked_for_its_keys_directly() -> None:
    with HTTPServer(("127.0.0.1", 0), Keys) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            jwks = Jwks(f"http://127.0.0.1:{server.server_port}/keys")
            await jwks.fetch()
            assert jwks.known
        finally:
            server.shutdown()
            serving.join()
