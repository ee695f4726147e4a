"""Frames that are put into one packet are decoded as if each had its own."""

from __future__ import annotations

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomtone.formats.opus_packets import fit_together, together
from roomtone.media.opus import FRAME_SAMPLES, RATE, Decoder, Encoder


@pytest.mark.parametrize("many", [1, 2, 3, 6])
@pytest.mark.parametrize(
    "bit_rate", [16_000, 40_000, 250_000]
)  # frames of about 40, 100 and 600 bytes
def test_frames_in_one_packet_sound_as_one_by_one(many: int, bit_rate: int) -> None:
    encoder, noise = Encoder(bit_rate), np.random.default_rng(1)
    at = np.arange(FRAME_SAMPLES * 62) / RATE
    sound = (0.3 * np.sin(2 * np.pi * 440 * at) + 0.05 * noise.standard_normal(len(at))).astype(
        np.float32
    )
    frames = [opus for part in np.split(sound, 62) if (opus := encoder.encode(part))]
    frames = frames[: len(frames) - len(frames) % many]
    alone, joined = Decoder(), Decoder()
    expected = np.concatenate([alone.decode(frame) for frame in frames])
    heard = []
    for first in range(0, len(frames), many):
        some = frames[first : first + many]
        if all(fit_together(some[0], each) for each in some):
            heard.append(joined.decode(together(some)))
            assert len(heard[-1]) == many * FRAME_SAMPLES
        else:
            heard += [joined.decode(each) for each in some]
    assert sum(map(len, heard)) == len(frames) * FRAME_SAMPLES
    assert np.allclose(np.concatenate(heard), expected, atol=1e-6)


@given(st.lists(st.binary(max_size=1275), min_size=1, max_size=6))
def test_libopus_finds_each_frame_of_any_length(bodies: list[bytes]) -> None:
    frames = [b"\xf8" + body for body in bodies]
    parser = av.CodecContext.create("libopus", "r")
    parser.sample_rate = RATE
    decoded = parser.decode(av.Packet(together(frames)))
    assert sum(frame.samples for frame in decoded) == len(frames) * FRAME_SAMPLES


def test_frames_of_another_kind_do_not_fit() -> None:
    assert fit_together(b"\xf8\x01", b"\xf8\x02")
    assert not fit_together(b"\xf8\x01", b"\x78\x01")
    assert not fit_together(b"\xfb\x02\x00\x00", b"\xfb\x02\x00\x00")
