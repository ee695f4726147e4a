"""Frames in the form that a transport takes. Subscribers with the same framing are written the same object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .frame import Frame

Framing = Callable[[Sequence[Frame]], Any]


def event_stream(frames: Sequence[Frame]) -> bytes:
    return b"".join([frame.stream for frame in frames])


def chunked_event_stream(frames: Sequence[Frame]) -> bytes:
    """An event stream in the chunked transfer coding."""
    return chunk(event_stream(frames))


def socket_messages(frames: Sequence[Frame]) -> list[str]:
    return [frame.socket for frame in frames]


def socket_frames(frames: Sequence[Frame]) -> bytes:
    return b"".join([frame.socket_frame for frame in frames])


def chunk(data: bytes) -> bytes:
    """One chunk of an HTTP/1.1 response (RFC 9112, 7.1)."""
    return b"%x\r\n%b\r\n" % (len(data), data)
