"""A push service of a test: an HTTPS server that takes messages as RFC 8030 says, and a browser with keys that reads them as RFC 8291 says.

The messages are decrypted by http_ece, and not by code of ours.
"""

from __future__ import annotations

import json
import os
import queue
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import http_ece
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from roomtone.formats.push_message import of_base64, point_of, to_base64
from roomtone.push import push_service

from .certificates import AUTHORITY, write_certificates
from .patience import PATIENCE

LOOPBACK = ("127.0.0.0/8", "::1/128")
"""For the setting `push_networks`."""


@dataclass(frozen=True)
class Received:
    """One request of a relay. `content` is what the browser reads, and `claims` are those of the checked token of the site."""

    path: str
    headers: dict[str, str]
    body: bytes
    content: dict[str, Any]
    claims: dict[str, Any]


@dataclass
class PushService:
    """`answers`: what is answered to the next requests, by default 201."""

    port: int
    received: queue.Queue[Received] = field(default_factory=queue.Queue)
    answers: queue.Queue[tuple[int, dict[str, str]]] = field(default_factory=queue.Queue)
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    def subscription(self, name: str = "first") -> dict[str, str]:
        """A row of push_subscriptions."""
        return {
            "endpoint": f"https://localhost:{self.port}/{name}",
            "p256dh": to_base64(point_of(self.key)),
            "auth": to_base64(self.auth),
        }

    def next(self) -> Received:
        return self.received.get(timeout=PATIENCE)

    def read(self, path: str, headers: dict[str, str], body: bytes) -> Received:
        content = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth)
        scheme, _, rest = headers["authorization"].partition(" ")
        given = dict(each.strip().split("=", 1) for each in rest.split(","))
        assert scheme == "vapid"
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), of_base64(given["k"]))
        claims = jwt.decode(
            given["t"], public, algorithms=["ES256"], audience=f"https://localhost:{self.port}"
        )
        return Received(path, headers, body, json.loads(content), {**claims, "key": given["k"]})


@contextmanager
def run_push_service(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    """A push service on localhost that relays of this process trust, until the block ends."""
    made = write_certificates(folder)
    monkeypatch.setenv("SSL_CERT_FILE", str(made / AUTHORITY))
    push_service.trusted.cache_clear()

    class Requests(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                service.received.put(service.read(self.path, headers, body))
                status, more = service.answers.get_nowait()
            except queue.Empty:
                status, more = 201, {}
            self.send_response(status)
            for name, value in ({"Content-Length": "0"} | more).items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(made / "all.pem")
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    service = PushService(server.server_port)
    thread = threading.Thread(target=server.serve_forever, name="push service", daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        push_service.trusted.cache_clear()
