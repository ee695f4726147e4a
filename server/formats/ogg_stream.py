"""An Ogg/Opus stream that begins now and ends some time (RFC 3533; RFC 7845): frames of 20 ms, mono, to pages."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from random import randrange
from typing import Final

from .ogg import HEAD, RATE

FRAME_SAMPLES: Final = 960  # 20 ms
SILENCE: Final = b"\xf8\xff\xfe"  # 20 ms of silence (RFC 6716, 3.1: CELT, fullband, mono)
PRE_SKIP: Final = 3840
"""Samples that a player drops: a decoder that begins in the middle of a stream has found its state by then (RFC 7845, 4.2)."""

FRAMES_IN_PAGE: Final = 40  # of at most 1,275 bytes; a page has at most 255 segments of 255 bytes
FIRST: Final = 2  # flags of a page
LAST: Final = 4

REVERSED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class OggStream:
    """The pages of one stream, in order."""

    def __init__(self) -> None:
        self._serial = randrange(1 << 32)
        self._pages = 0
        self._samples = 0

    def head(self) -> bytes:
        """The two pages that every Ogg/Opus stream begins with (RFC 7845, 5)."""
        about = struct.pack("<8sBBHIhB", b"OpusHead", 1, 1, PRE_SKIP, RATE, 0, 0)
        vendor = b"Roomtone"
        tags = struct.pack(f"<8sI{len(vendor)}sI", b"OpusTags", len(vendor), vendor, 0)
        return self._page([about], FIRST) + self._page([tags])

    def pages(self, frames: Sequence[bytes]) -> bytes:
        """These Opus frames."""
        pages = []
        for at in range(0, len(frames), FRAMES_IN_PAGE):
            some = frames[at : at + FRAMES_IN_PAGE]
            self._samples += len(some) * FRAME_SAMPLES
            pages.append(self._page(some))
        return b"".join(pages)

    def end(self) -> bytes:
        """The last page, by which a player knows that nothing was lost."""
        return self._page([], LAST)

    def _page(self, packets: Sequence[bytes], flags: int = 0) -> bytes:
        lacing = b"".join(
            b"\xff" * (len(each) // 255) + bytes([len(each) % 255]) for each in packets
        )
        body = lacing + b"".join(packets)
        number, self._pages = self._pages, self._pages + 1

        def with_checksum(checksum: int) -> bytes:
            head = HEAD.pack(
                b"OggS", 0, flags, self._samples, self._serial, number, checksum, len(lacing)
            )
            return head + body

        return with_checksum(checksum_of(with_checksum(0)))


def checksum_of(page: bytes) -> int:
    """The checksum of a page whose checksum is zero (RFC 3533, 6): a CRC-32 like zlib's, but for the order of the bits and the start."""
    reflected = zlib.crc32(page.translate(REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{reflected:032b}"[::-1], 2)
