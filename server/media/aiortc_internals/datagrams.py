"""RTP packets for many receivers: encrypted where they lie, and handed to the kernel in one call (`sendmmsg`, Linux).

One that cannot be sent is lost, as any packet may be, and no other is.
"""

from __future__ import annotations

import errno
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any, Final, Protocol

import cffi
from pylibsrtp import Session
from pylibsrtp._binding import ffi as srtp_ffi
from pylibsrtp._binding import lib as srtp

from ..rtp import HEAD, Head
from .names import DatagramTransport
from .shared_ports import Address, PortTransport, SharedPort

TOGETHER: Final = 64  # datagrams in one call
TRAILER: Final = 144  # bytes: SRTP_MAX_TRAILER_LEN of libsrtp
SEND_BUFFER_LIMIT: Final = 16_384
"""Bytes that the kernel has not taken yet. Beyond that packets are dropped: late audio is worse than none."""

LONGEST: Final = 1500  # bytes, as aiortc's own buffer
NOT_NOW: Final = frozenset({errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM})
"""The kernel has no place for more: late audio is worse than none, so what is left is dropped."""

DECLARATIONS: Final = """
struct iovec { void *iov_base; size_t iov_len; };
struct msghdr { void *msg_name; uint32_t msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
                void *msg_control; size_t msg_controllen; int msg_flags; };
struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
int sendmmsg(int sockfd, struct mmsghdr *msgvec, unsigned int vlen, int flags);
"""
"""From sendmmsg(2), recvmmsg(2) and sendmsg(2), for 64-bit Linux."""

ffi: Final = cffi.FFI()
ffi.cdef(DECLARATIONS)


class Kernel(Protocol):
    """`sendmmsg`: how many of the first `many` datagrams were sent; below 0 for none, and then `errno` says why."""

    def sendmmsg(self, file_number: int, messages: Any, many: int, flags: int) -> int: ...


def kernel() -> Kernel | None:
    """The C library, if it has what is needed."""
    if not sys.platform.startswith("linux") or ffi.sizeof("size_t") != 8:
        return None
    library = ffi.dlopen(None)
    return library if hasattr(library, "sendmmsg") else None


def socket_address(family: int, address: Address) -> bytes | None:
    """A `struct sockaddr` of ip(7) or ipv6(7); None for an address with a scope, such as fe80::1%eth0."""
    host, port = address
    try:
        if family == socket.AF_INET:
            return struct.pack("=H", family) + struct.pack("!H4s8x", port, socket.inet_aton(host))
        packed = socket.inet_pton(socket.AF_INET6, host)
    except OSError:
        return None
    return struct.pack("=H", family) + struct.pack("!HL16sL", port, 0, packed, 0)


class Target:
    """Where one receiver's packets go: its transport, its address as the kernel wants it, and the keys of its connection.

    `port` is set if the kernel can be asked directly; `lost` is called with the length of each packet that could not be sent.
    """

    __slots__ = ("address", "length", "lost", "name", "port", "session", "srtp", "transport")

    def __init__(
        self,
        transport: DatagramTransport,
        address: Address,
        session: Session,
        lost: Callable[[int], None],
    ) -> None:
        self.transport = transport
        self.address = address
        self.session = session  # which frees `srtp` at its end
        self.srtp = session._srtp[0]
        self.lost = lost
        self.port: SharedPort | None = None
        self.name: Any = ffi.NULL
        self.length = 0
        if isinstance(transport, PortTransport):
            family = transport.get_extra_info("socket").family
            packed = socket_address(family, address)
            if packed is not None:
                self.port = transport.port
                self.name = ffi.new("char[]", packed)
                self.length = len(packed)

    def send(self, data: bytes) -> bool:
        """Through the transport; false if the kernel has not taken enough of what was sent before."""
        # a TURN allocation does not count them
        unsent = getattr(self.transport, "get_write_buffer_size", None)
        if unsent is not None and unsent() > SEND_BUFFER_LIMIT:
            return False
        self.transport.sendto(data, self.address)
        return True


class Datagrams:
    """`add` packets, then `send`.

    A room's SFU does this for each packet and listener, so what costs is looked up before: memory through `memoryview`, which
    takes a third of the time of cffi's own items, and nothing is written that is there from the last pass.
    """

    def __init__(self, library: Kernel | None = None) -> None:
        self._kernel = library
        self._data = [srtp_ffi.new(f"char[{LONGEST}]") for _ in range(TOGETHER)]
        self._bytes = [memoryview(srtp_ffi.buffer(data)) for data in self._data]
        lengths = srtp_ffi.new("int[]", TOGETHER)
        self._lengths = memoryview(srtp_ffi.buffer(lengths)).cast("i")
        self._length_of = [lengths + place for place in range(TOGETHER)]
        self._targets: list[Target] = []
        self._parts = ffi.new("struct iovec[]", TOGETHER)
        self._sizes = [0] * TOGETHER  # as they stand in the parts
        self._messages = ffi.new("struct mmsghdr[]", TOGETHER)
        # Only the addresses: a reference to a target would keep a closed connection in memory.
        self._names: list[Any] = [None] * TOGETHER
        for place in range(TOGETHER):
            self._parts[place].iov_base = self._data[place]
            head = self._messages[place].msg_hdr
            head.msg_iov, head.msg_iovlen = self._parts + place, 1

    def add(self, target: Target, head: Head, rest: bytes) -> int:
        """Encrypt a packet (RFC 3711) for this receiver. Returns its length; 0 if it is too old or too large to be encrypted."""
        place = len(self._targets)
        if place == TOGETHER:
            self.send()
            place = 0
        size = HEAD.size + len(rest)
        if size > LONGEST - TRAILER:
            return 0
        data = self._bytes[place]
        HEAD.pack_into(data, 0, *head)
        data[HEAD.size : size] = rest
        self._lengths[place] = size
        if srtp.srtp_protect(target.srtp, self._data[place], self._length_of[place]):
            return 0
        size = self._lengths[place]
        if size != self._sizes[place]:
            self._parts[place].iov_len = self._sizes[place] = size
        if self._names[place] is not target.name:
            # Usually this slot has this receiver's address from the last pass.
            name = self._messages[place].msg_hdr
            name.msg_name, name.msg_namelen = target.name, target.length
            self._names[place] = target.name
        self._targets.append(target)
        return size

    def send(self) -> None:
        """Hand all of them to the kernel, in order. Those of one port that follow each other go together."""
        targets, self._targets = self._targets, []
        first, many = 0, len(targets)
        while first < many:
            port, end = targets[first].port, first + 1
            if port is None or self._kernel is None:
                size = self._lengths[first]
                failed = [] if targets[first].send(bytes(self._bytes[first][0:size])) else [first]
            else:
                while end < many and targets[end].port is port:
                    end += 1
                failed = self._send_together(self._kernel, port.file_number, first, end)
            for place in failed:
                targets[place].lost(self._lengths[place])
            first = end

    def _send_together(self, kernel: Kernel, file_number: int, first: int, end: int) -> list[int]:
        """The places of those that were not sent."""
        failed: list[int] = []
        retried = False
        while first < end:
            sent = kernel.sendmmsg(
                file_number, self._messages + first, end - first, socket.MSG_DONTWAIT
            )
            if sent > 0:
                first += sent
                retried = False
            elif ffi.errno in NOT_NOW:
                return [*failed, *range(first, end)]
            elif ffi.errno in (errno.EINTR, errno.ECONNREFUSED) and not retried:
                retried = True  # interrupted, or the refusal of an earlier datagram: try once more
            else:
                failed.append(first)  # its address is refused; the next may be better
                first += 1
                retried = False
        return failed
