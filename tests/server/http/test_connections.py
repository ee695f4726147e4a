"""TCP options of connections: how a lost connection is noticed."""

from __future__ import annotations

import socket

import pytest
from roomtone.http.connections import OPTIONS
from roomtone.process import bind


@pytest.mark.parametrize("name", [name for name in OPTIONS if hasattr(socket, name)])
def test_an_accepted_connection_inherits_the_options_of_the_listening_socket(name: str) -> None:
    level = socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP
    with bind("127.0.0.1", 0) as listening:
        listening.listen()
        with socket.create_connection(listening.getsockname()):
            connection, _ = listening.accept()
            with connection:
                assert connection.getsockopt(level, getattr(socket, name)) == OPTIONS[name]
