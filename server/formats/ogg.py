"""Files of recordings: their names, and the length of an Ogg/Opus file from its last complete page (RFC 3533, 6; RFC 7845, 4)."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Final

FILE_NAME: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{36}\.ogg")
"""The names that the database gives to recordings."""

RATE: Final = 48_000  # granule positions count samples of 48 kHz
LARGEST_PAGE: Final = 65_307  # bytes
HEAD: Final = struct.Struct(
    "<4sBBqIIIB"
)  # magic, version, flags, granule, serial, page, checksum, segments
PRE_SKIP: Final = struct.Struct("<8sBBH")  # OpusHead: magic, version, channels, pre-skip


def seconds_of(path: Path) -> float:
    """Its length in seconds; 0 for a file without audio. An incomplete page at the end does not count. Raises OSError."""
    with path.open("rb") as file:
        start = file.read(512)
        size = file.seek(0, 2)
        # The last page may be incomplete, so the last complete one begins within the length of two pages.
        file.seek(max(0, size - 2 * LARGEST_PAGE))
        end = file.read()
    granule = 0
    place = end.rfind(b"OggS")
    while place >= 0:
        if (found := _granule_at(end, place)) is not None:
            granule = found
            break
        place = end.rfind(b"OggS", 0, place)
    return max(0, granule - _pre_skip(start)) / RATE


def _granule_at(data: bytes, place: int) -> int | None:
    """The granule position of a page; None if the page is incomplete, or no packet ends on it (-1)."""
    if place + HEAD.size > len(data):
        return None
    _, _, _, granule, _, _, _, segments = HEAD.unpack_from(data, place)
    table = data[place + HEAD.size : place + HEAD.size + segments]
    whole = len(table) == segments and place + HEAD.size + segments + sum(table) <= len(data)
    return int(granule) if whole and granule >= 0 else None


def _pre_skip(start: bytes) -> int:
    place = start.find(b"OpusHead")
    if place < 0 or place + PRE_SKIP.size > len(start):
        return 0
    return int(PRE_SKIP.unpack_from(start, place)[3])
