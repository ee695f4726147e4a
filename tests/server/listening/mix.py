"""A room with a mix, as a media node would send it, and what is heard of it."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from uuid import UUID

import httpx
import imageio_ffmpeg
import numpy as np
from roomtone.formats.ogg import HEAD
from roomtone.media.node.mix_sender import MixReceiver, MixSender
from roomtone.media.opus import FRAME_SAMPLES, RATE, Decoder, Encoder

from ...conftest import Connect
from ...patience import PATIENCE
from ...people import Psql


class PlayedMix:
    """Sends a tone of 440 Hz to all who ask the database for the mix. `new_node` goes on as another node does: with a new stream."""

    def __init__(self, psql: Psql) -> None:
        self._psql = psql
        self._senders: dict[UUID, MixSender] = {}
        self._stop = threading.Event()
        self._new_node = threading.Event()
        self.silent = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mix", daemon=True)
        self._thread.start()

    def new_node(self) -> None:
        self._new_node.set()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)
        self._forget()

    def _forget(self) -> None:
        for sender in self._senders.values():
            sender.close()
        self._senders.clear()

    def _run(self) -> None:
        encoder, began = Encoder(), time.monotonic()
        steps = np.arange(FRAME_SAMPLES)
        for tick in count():
            if self._stop.wait(max(0.0, began + tick * FRAME_SAMPLES / RATE - time.monotonic())):
                return
            if self._new_node.is_set():
                self._new_node.clear()
                self._forget()
            if tick % 10 == 0:
                self._follow()
            at = (tick * FRAME_SAMPLES + steps) / RATE
            opus = encoder.encode((0.25 * np.sin(2 * np.pi * 440 * at)).astype(np.float32))
            for sender in self._senders.values():
                if not self.silent.is_set():
                    sender(tick, np.empty(0, np.float32), opus)

    def _follow(self) -> None:
        rows = self._psql.all("select id, host(address), port, key from mix_receivers")
        for gone in {*self._senders} - {row[0] for row in rows}:
            self._senders.pop(gone).close()
        for name, address, port, key in rows:
            if name not in self._senders:
                self._senders[name] = MixSender(MixReceiver(address, port, key))


@contextmanager
def played_mix(connect: Connect) -> Iterator[PlayedMix]:
    mix = PlayedMix(Psql(connect()))
    try:
        yield mix
    finally:
        mix.close()


def broadcast_room(psql: Psql, name: str = "Radio") -> int:
    """An open room on an SFU that anybody may hear."""
    psql.run("select node_register('sfu-1', 'sfu', 50, 'nowhere 1')")
    psql.run("update nodes set heartbeat_at = now() + interval '1 hour' where id = 'sfu-1'")
    room = psql.room("rick", name)
    psql.run("update rooms set topology = 'sfu', broadcast = true where id = %s", room)
    return room


def heard_by_ffmpeg(url: str, seconds: float) -> np.ndarray:
    """What ffmpeg plays of this address, for so long: samples at 48 kHz."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", url, "-t", str(seconds), "-ac", "1", "-ar", "48000", "-f", "f32le", "-"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=2 * PATIENCE, check=False)
    # It says as an error, too, when it had to connect again.
    assert done.returncode == 0, done.stderr.decode()
    return np.frombuffer(done.stdout, np.float32)


def pitch(samples: np.ndarray) -> float:
    """The loudest frequency, in Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(spectrum.argmax()) * RATE / samples.size


class Ear:
    """Listens to a stream, and decodes each page of it as it comes."""

    def __init__(self, stream: httpx.Response) -> None:
        self._parts = stream.iter_bytes()
        self._data = b""
        self._decoder = Decoder()
        self._positions: list[int] = []

    def hears(self, levels: str) -> None:
        """Read on until sound (s) and silence (-) follow each other like this, a sign for each page."""
        heard = ""
        while not heard.endswith(levels):
            for frames in self._pages():
                samples = np.concatenate([self._decoder.decode(frame) for frame in frames])
                heard += "s" if np.abs(samples).max() > 0.01 else "-"
            self._data += next(self._parts)

    def _pages(self) -> Iterator[list[bytes]]:
        """The frames of each page that is complete; each page says how many samples came until its end."""
        while len(self._data) >= HEAD.size:
            magic, _, _, granule, _, _, _, segments = HEAD.unpack_from(self._data)
            assert magic == b"OggS"
            lacing = self._data[HEAD.size : HEAD.size + segments]
            size = HEAD.size + segments + sum(lacing)
            if len(lacing) < segments or len(self._data) < size:
                return
            body, frames, frame = self._data[HEAD.size + segments : size], [], b""
            self._data = self._data[size:]
            for length in lacing:
                frame, body = frame + body[:length], body[length:]
                if length < 255:
                    frames.append(frame)
                    frame = b""
            if granule:
                before = self._positions[-1] if self._positions else 0
                assert granule - before == len(frames) * FRAME_SAMPLES
                self._positions.append(granule)
                yield frames
