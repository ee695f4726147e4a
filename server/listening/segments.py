"""HLS (RFC 8216): a mix as segments of two seconds, and the playlist of the newest.

AAC-LC in fragmented MP4: Safari plays no Opus in HLS of every release that is in use, and hls.js and Chromium hand fragmented MP4 to the
browser as it is. PyAV has the encoder and the container.
"""

from __future__ import annotations

import asyncio
import io
import secrets
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from ..formats.ogg import RATE

SECONDS: Final = 2
FRAMES: Final = SECONDS * 50  # of Opus in one segment
IN_PLAYLIST: Final = 6
KEPT: Final = 12
"""Segments in memory: a client may still ask for one that has just left the playlist (RFC 8216, 6.2.2)."""

BIT_RATE: Final = 64_000
AAC_SAMPLES: Final = 1024  # in one frame of AAC
WANTED_FOR: Final = 20.0  # seconds after the last request for the playlist
FIRST_WITHIN: Final = 15.0  # seconds that a request waits for the first segment
INIT: Final = "init.mp4"


@dataclass(frozen=True)
class Segment:
    number: int
    seconds: float
    data: bytes


class Segments:
    """The newest segments of one room's mix. Nothing is encoded while nobody asks for the playlist.

    Each beginning has a `name` of its own: an address never has another content, so caches keep it.
    """

    def __init__(self) -> None:
        self._asked_at = -WANTED_FOR
        self._ended = False
        self._changed = asyncio.Event()
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.name = secrets.token_hex(8)
        self._encoder: _Encoder | None = None
        self._frames: list[bytes] = []
        self._kept: deque[Segment] = deque(maxlen=KEPT)
        self._next = 0
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def wanted(self) -> bool:
        return time.monotonic() - self._asked_at < WANTED_FOR

    async def add(self, frames: Sequence[bytes]) -> None:
        """Frames of the mix, in order. Encoding is done in a thread."""
        if not self.wanted:
            if self._encoder is not None:
                self._begin_anew()
            return
        self._frames += frames
        while len(self._frames) >= FRAMES:
            some, self._frames = self._frames[:FRAMES], self._frames[FRAMES:]
            encoder, name = self._encoder, self.name
            if encoder is None:
                encoder = self._encoder = await asyncio.to_thread(_Encoder)
            seconds, data = await asyncio.to_thread(encoder.segment, some, self._next)
            if name == self.name:
                self._kept.append(Segment(self._next, seconds, data))
                self._next += 1
                self._changed.set()

    def end(self) -> None:
        """The room is no longer heard."""
        self._ended = True
        self._begin_anew()

    async def playlist(self, folder: str) -> str | None:
        """The playlist, as soon as it has a segment; None if there is none in time. `folder`: the address of the segments, without a name."""
        self._asked_at = time.monotonic()
        try:
            async with asyncio.timeout(FIRST_WITHIN):
                while not (self._kept or self._ended):
                    await self._changed.wait()
        except TimeoutError:
            pass
        if not self._kept:
            return None
        return "\n".join(self._lines(f"{folder}/{self.name}")) + "\n"

    def file(self, name: str, file: str) -> bytes | None:
        """What a playlist refers to; None if it is no longer kept."""
        if name != self.name or self._encoder is None:
            return None
        if file == INIT:
            return self._encoder.init
        return next((each.data for each in self._kept if f"{each.number}.m4s" == file), None)

    def _lines(self, folder: str) -> Iterator[str]:
        shown = [*self._kept][-IN_PLAYLIST:]
        yield "#EXTM3U"
        yield "#EXT-X-VERSION:7"
        yield f"#EXT-X-TARGETDURATION:{SECONDS}"
        yield f"#EXT-X-MEDIA-SEQUENCE:{shown[0].number}"
        yield "#EXT-X-INDEPENDENT-SEGMENTS"
        yield f'#EXT-X-MAP:URI="{folder}/{INIT}"'
        for each in shown:
            yield f"#EXTINF:{each.seconds:.5f},"
            yield f"{folder}/{each.number}.m4s"


class _Encoder:
    """Opus in, fragments of MP4 out; one encoder from the first segment to the last, so that there is no gap between two.

    PyAV is imported here, because most relays never need it.
    """

    def __init__(self) -> None:
        import av

        self.init = b""
        self._decoder: Any = av.CodecContext.create("libopus", "r")
        self._encoder: Any = av.CodecContext.create("aac", "w")
        for codec, form in ((self._decoder, "flt"), (self._encoder, "fltp")):
            codec.sample_rate, codec.layout, codec.format = RATE, "mono", form
        self._encoder.bit_rate = BIT_RATE
        self._encoder.time_base = Fraction(1, RATE)
        self._samples = 0
        self._written = 0

    def segment(self, frames: Sequence[bytes], number: int) -> tuple[float, bytes]:
        """Its length in seconds, and `moof` and `mdat` (ISO/IEC 14496-12, 8.8)."""
        from av.packet import Packet

        encoded = []
        for opus in frames:
            for frame in self._decoder.decode(Packet(opus)):
                frame.pts, frame.time_base = self._samples, Fraction(1, RATE)
                self._samples += frame.samples
                encoded += [bytes(packet) for packet in self._encoder.encode(frame)]
        whole = _boxes(self._fragment(encoded, number))
        if not self.init:
            self.init = b"".join(data for kind, data in whole if kind in (b"ftyp", b"moov"))
        return (
            len(encoded) * AAC_SAMPLES / RATE,
            b"".join(data for kind, data in whole if kind in (b"moof", b"mdat")),
        )

    def _fragment(self, encoded: Sequence[bytes], number: int) -> bytes:
        import av
        from av.packet import Packet

        file = _Growing()
        options = {
            "movflags": "empty_moov+default_base_moof+frag_discont+skip_trailer",
            "fragment_index": str(number + 1),
            "use_editlist": "0",
            "avoid_negative_ts": "disabled",
        }
        with av.open(file, "w", format="mp4", options=options) as container:
            stream: Any = container.add_stream("aac", rate=RATE, layout="mono")
            stream.bit_rate = BIT_RATE
            for data in encoded:
                packet = Packet(data)
                packet.stream, packet.time_base = stream, Fraction(1, RATE)
                packet.pts = packet.dts = self._written
                packet.duration = AAC_SAMPLES
                self._written += AAC_SAMPLES
                container.mux(packet)
        return bytes(file.data)


class _Growing(io.RawIOBase):
    """A file that can only be appended to: so FFmpeg writes fragments, and goes back to none."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, data: Any) -> int:
        self.data += data
        return len(data)


def _boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    """The boxes of an MP4, with their types."""
    boxes = []
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        boxes.append((data[at + 4 : at + 8], data[at : at + size]))
        at += size
    return boxes
