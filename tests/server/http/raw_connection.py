"""A TCP connection to a relay, for requests that no HTTP client sends."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from ...patience import PATIENCE
from ...running import RunningRelay


@contextmanager
def connected(relay: RunningRelay) -> Iterator[socket.socket]:
    host, port = relay.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        yield connection


def received_until_closed(connection: socket.socket) -> bytes:
    """All bytes until the relay closes the connection."""
    received = b""
    with contextlib.suppress(
        ConnectionError
    ):  # it closed the connection while the test was sending
        while chunk := connection.recv(65536):
            received += chunk
    return received
