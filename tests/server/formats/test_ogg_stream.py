"""Streams of Ogg/Opus: libogg's checks, by FFmpeg, and the times in them."""

from __future__ import annotations

import io
import re

import av
from roomtone.formats.ogg import HEAD
from roomtone.formats.ogg_stream import FRAME_SAMPLES, PRE_SKIP, SILENCE, OggStream


def test_a_player_finds_all_frames_in_order() -> None:
    stream = OggStream()
    ogg = stream.head() + stream.pages([SILENCE] * 95) + stream.pages([SILENCE] * 5) + stream.end()
    with av.open(io.BytesIO(ogg), "r") as file:
        packets = [packet for packet in file.demux(audio=0) if packet.size]
        assert len(packets) == 100
        file.seek(0)
        assert (
            sum(frame.samples for frame in file.decode(audio=0)) == 100 * FRAME_SAMPLES - PRE_SKIP
        )


def test_pages_are_numbered_and_say_how_many_samples_came() -> None:
    stream = OggStream()
    ogg = stream.head() + stream.pages([SILENCE] * 95) + stream.end()
    pages = [HEAD.unpack_from(ogg, found.start()) for found in re.finditer(b"OggS", ogg)]
    assert [page[2] for page in pages] == [2, 0, 0, 0, 0, 4]
    assert [page[3] for page in pages] == [0, 0, *(FRAME_SAMPLES * n for n in (40, 80, 95, 95))]
    assert [page[5] for page in pages] == [*range(6)]


def test_a_long_frame_has_several_segments() -> None:
    stream = OggStream()
    ogg = stream.head() + stream.pages([b"\xf8" + bytes(1000), b"\xf8" + bytes(254)]) + stream.end()
    with av.open(io.BytesIO(ogg), "r") as file:
        assert [packet.size for packet in file.demux(audio=0) if packet.size] == [1001, 255]
