"""The captions of one speaker: their sound, a recogniser, and the row that their words belong to."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

import numpy as np

from ...types import UserId
from ..received_audio import ReceivedAudio
from .recogniser import RATE, Recogniser, Samples, Words
from .resampling import Downsampler
from .writer import CaptionWriter

log = logging.getLogger(__name__)

WAITING_LIMIT: Final = 500  # blocks of 20 ms; of a recogniser that is too slow the oldest are lost
AT_ONCE: Final = 25  # blocks, half a second
QUIET: Final = 1.0  # s without sound, not even silence: the microphone is off
LONGEST: Final = 30.0  # s of one caption; the room takes corrections for a minute
BETWEEN: Final = (
    0.5  # s between two corrections of one caption: everybody in the room receives each
)


class SpeakerCaptions:
    """`run` recognises what `put` is given, in a thread, and writes it, until it is cancelled."""

    def __init__(
        self, user: UserId, make_recogniser: Callable[[], Recogniser], writer: CaptionWriter
    ) -> None:
        self.user = user
        self._make_recogniser = make_recogniser
        self._writer = writer
        self._waiting: deque[ReceivedAudio] = deque(maxlen=WAITING_LIMIT)
        self._arrived = asyncio.Event()
        self._lost = False

    def put(self, audio: ReceivedAudio) -> None:
        if len(self._waiting) == WAITING_LIMIT and not self._lost:
            self._lost = True
            log.warning(
                "the recogniser is slower than %s speaks: words are lost", audio.seat.username
            )
        self._waiting.append(audio)
        self._arrived.set()

    async def run(self) -> None:
        recogniser = await asyncio.to_thread(self._make_recogniser)
        slower = Downsampler()
        words = _Caption(self.user, self._writer)
        while True:
            sound = await self._next(slower)
            if sound is None:
                heard = await asyncio.to_thread(lambda: [*recogniser.end()])
            else:
                heard = await asyncio.to_thread(_hear, recogniser, sound)
                words.passed(len(sound) / RATE)
                if words.age > LONGEST:
                    heard += await asyncio.to_thread(lambda: [*recogniser.end()])
            await words.take(heard)

    async def _next(self, slower: Downsampler) -> Samples | None:
        """What has arrived; None when nothing arrives for a while, once."""
        while not self._waiting:
            self._arrived.clear()
            try:
                async with asyncio.timeout(QUIET):
                    await self._arrived.wait()
            except TimeoutError:
                if not self._waiting:
                    return None
        blocks = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
        return np.concatenate([slower(audio.samples) for audio in blocks])


def _hear(recogniser: Recogniser, sound: Samples) -> list[Words]:
    return [*recogniser.hear(sound)]


class _Caption:
    """The row of what is being said: written with the first words, corrected not too often, and complete when they are final."""

    def __init__(self, user: UserId, writer: CaptionWriter) -> None:
        self._user = user
        self._writer = writer
        self._id: int | None = None
        self._text = ""
        self._dropped = False  # refused: what is still being said belongs to nothing
        self._since_write = BETWEEN
        self.age = 0.0  # seconds of sound since the first words

    def passed(self, seconds: float) -> None:
        """So much sound was heard."""
        self._since_write += seconds
        if self._text:
            self.age += seconds

    async def take(self, heard: Iterable[Words]) -> None:
        for text, final in heard:
            begins = not self._text
            self._text = text or self._text
            if (
                self._text
                and not self._dropped
                and (final or begins or self._since_write >= BETWEEN)
            ):
                self._since_write = 0.0
                self._id = await self._writer.write(
                    self._id, self._user, self._text, final=final, ago=min(self.age, LONGEST)
                )
                self._dropped = self._id is None
            if final:
                self._id, self._text, self._dropped, self.age = None, "", False, 0.0
