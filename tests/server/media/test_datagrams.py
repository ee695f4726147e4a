"""Packets that are handed to the kernel together, on real sockets: what is not sent costs nobody else anything."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import struct
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pylibsrtp import Policy, Session
from roomtone.media.aiortc_internals.datagrams import (
    LONGEST,
    TOGETHER,
    Datagrams,
    Kernel,
    Target,
    ffi,
    kernel,
    socket_address,
)
from roomtone.media.aiortc_internals.shared_ports import PortTransport, SharedPort
from roomtone.media.rtp import HEAD

from ...patience import PATIENCE

pytestmark = pytest.mark.anyio

KEY = os.urandom(30)  # AES-128 and its salt (RFC 3711, 8.2)
FORBIDDEN = ("255.255.255.255", 9)  # a broadcast, which the kernel refuses on such a socket


class Listener:
    """A socket, and what arrives there, decrypted."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self._session = Session(Policy(key=KEY, ssrc_type=Policy.SSRC_ANY_INBOUND))

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.socket.getsockname()
        return host, port

    async def next(self) -> bytes:
        loop = asyncio.get_running_loop()
        data = await asyncio.wait_for(loop.sock_recv(self.socket, 2048), PATIENCE)
        return self._session.unprotect(data)

    def nothing(self) -> bool:
        try:
            self.socket.recv(2048)
        except BlockingIOError:
            return True
        return False


class Partly:
    """The kernel, but each call sends two datagrams at most; `refuses` says when it has no place, by the number of the call."""

    def __init__(self, refuses: dict[int, int] | None = None) -> None:
        real = kernel()
        assert real is not None
        self._real = real
        self._refuses = refuses or {}
        self.calls = 0

    def sendmmsg(self, file_number: int, messages: Any, many: int, flags: int) -> int:
        self.calls += 1
        if (why := self._refuses.get(self.calls)) is not None:
            ffi.errno = why
            return -1
        return self._real.sendmmsg(file_number, messages, min(2, many), flags)


def rtp(seq: int, payload: bytes = b"opus") -> bytes:
    return HEAD.pack(0x80, 111, seq, 960 * seq, 4711) + payload


class Pass:
    """One pass over listeners, from one port."""

    def __init__(self, port: SharedPort, library: Kernel | None) -> None:
        self.port = port
        self.together = Datagrams(library)
        self.lost: list[int] = []

    def add(self, address: tuple[str, int], packet: bytes) -> int:
        place = len(self.lost)
        session = Session(Policy(key=KEY, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
        self.lost.append(0)

        def lost(size: int) -> None:
            self.lost[place] = size

        transport = PortTransport(self.port, None)  # type: ignore[arg-type]
        target = Target(transport, address, session, lost)
        return self.together.add(target, HEAD.unpack(packet[: HEAD.size]), packet[HEAD.size :])


@pytest.fixture
async def port() -> AsyncIterator[SharedPort]:
    loop = asyncio.get_running_loop()
    _, made = await loop.create_datagram_endpoint(SharedPort, local_addr=("127.0.0.1", 0))
    yield made
    made.transport.close()
    await made.closed


@pytest.fixture
def listeners() -> Any:
    made = [Listener() for _ in range(5)]
    yield made
    for each in made:
        each.socket.close()


@pytest.mark.parametrize("library", [kernel(), None], ids=["one call", "a loop"])
async def test_each_listener_gets_its_own_packet(
    port: SharedPort, listeners: list[Listener], library: Kernel | None
) -> None:
    one = Pass(port, library)
    for seq in (1, 2):
        for number, each in enumerate(listeners):
            assert one.add(each.address, rtp(seq, bytes([number]) * 20)) > 32
        one.together.send()
    for number, each in enumerate(listeners):
        assert [await each.next(), await each.next()] == [
            rtp(seq, bytes([number]) * 20) for seq in (1, 2)
        ]
    assert not any(one.lost)


async def test_what_the_kernel_took_in_part_is_continued(
    port: SharedPort, listeners: list[Listener]
) -> None:
    partly = Partly({2: errno.EINTR})
    one = Pass(port, partly)
    for each in listeners:
        one.add(each.address, rtp(1))
    one.together.send()
    for each in listeners:
        assert await each.next() == rtp(1)
    assert partly.calls == 4  # two, interrupted, two, one
    assert not any(one.lost)


@pytest.mark.parametrize("why", [errno.EAGAIN, errno.ENOBUFS])
async def test_when_the_kernel_has_no_place_the_rest_is_dropped_and_the_next_packets_are_sent(
    port: SharedPort, listeners: list[Listener], why: int
) -> None:
    one = Pass(port, Partly({2: why}))
    sizes = [one.add(each.address, rtp(1)) for each in listeners]
    one.together.send()
    assert one.lost == [0, 0, *sizes[2:]]
    for each in listeners:
        one.add(each.address, rtp(2))
    one.together.send()
    for number, each in enumerate(listeners):
        assert await each.next() == rtp(1 if number < 2 else 2)


@pytest.mark.parametrize("place", [0, 2, 5])
async def test_a_refused_address_costs_nobody_else_anything(
    port: SharedPort, listeners: list[Listener], place: int
) -> None:
    one = Pass(port, kernel())
    addresses = [each.address for each in listeners]
    for address in [*addresses[:place], FORBIDDEN, *addresses[place:]]:
        one.add(address, rtp(1))
    one.together.send()
    for each in listeners:
        assert await each.next() == rtp(1)
    assert [bool(size) for size in one.lost] == [number == place for number in range(6)]


async def test_a_listener_whose_socket_is_closed_costs_nobody_else_anything(
    port: SharedPort, listeners: list[Listener]
) -> None:
    gone, *others = listeners
    address = gone.address
    gone.socket.close()
    one = Pass(port, kernel())
    for seq in (1, 2):
        for to in [address, *(each.address for each in others)]:
            one.add(to, rtp(seq))
        one.together.send()
    for each in others:
        assert [await each.next(), await each.next()] == [rtp(1), rtp(2)]


async def test_what_cannot_be_encrypted_takes_no_place(
    port: SharedPort, listeners: list[Listener]
) -> None:
    one = Pass(port, kernel())
    assert one.add(listeners[0].address, rtp(1, bytes(LONGEST))) == 0
    assert one.add(listeners[1].address, b"\x9f" + rtp(1)[1:]) == 0  # shorter than it says
    assert one.add(listeners[2].address, rtp(1))
    one.together.send()
    assert await listeners[2].next() == rtp(1)
    assert listeners[0].nothing()
    assert listeners[1].nothing()


async def test_more_than_one_call_takes_are_sent_in_several(
    port: SharedPort, listeners: list[Listener]
) -> None:
    one = Pass(port, kernel())
    many = TOGETHER + 10
    for number in range(many):
        one.add(listeners[number % 5].address, rtp(number // 5))
    one.together.send()
    for number in range(many):
        assert await listeners[number % 5].next() == rtp(number // 5)


def test_addresses_are_as_the_kernel_has_them() -> None:
    family = struct.pack("=H", socket.AF_INET)
    assert socket_address(socket.AF_INET, ("127.0.0.1", 9)) == family + bytes(
        [0, 9, 127, 0, 0, 1]
    ) + bytes(8)
    family = struct.pack("=H", socket.AF_INET6)
    loopback = bytes([0, 9]) + bytes(4) + bytes(15) + b"\x01" + bytes(4)
    assert socket_address(socket.AF_INET6, ("::1", 9)) == family + loopback


def test_an_address_with_a_scope_is_left_to_the_transport() -> None:
    assert socket_address(socket.AF_INET6, ("fe80::1%eth0", 9)) is None
    assert socket_address(socket.AF_INET6, ("fe80::1", 9)) is not None
