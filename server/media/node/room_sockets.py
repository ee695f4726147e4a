"""The sockets of one room: ports that all its connections share, and what is sent from them together."""

from __future__ import annotations

from ..aiortc_internals.datagrams import Datagrams, kernel
from ..aiortc_internals.shared_ports import SharedPorts


class RoomSockets:
    """`together` collects the packets of one pass over the listeners; `ports` are closed after all connections."""

    def __init__(self) -> None:
        self.ports = SharedPorts()
        self.together = Datagrams(kernel())
