"""The captions of one speaker: their sound, a recogniser, and the row that their words belong to."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Final

import numpy as np

from ...backoff import backoff
from ...types import UserId
from ..received_audio import ReceivedAudio
from .caption import Caption
from .recogniser import Recogniser
from .recogniser_thread import RecogniserFailed, RecogniserThread
from .resampling import Downsampler
from .writer import CaptionWriter

log = logging.getLogger(__name__)

WAITING_LIMIT: Final = 500  # blocks of 20 ms; of a recogniser that is too slow the oldest are lost
AT_ONCE: Final = 25  # blocks, half a second
QUIET: Final = 1.0  # s without sound, not even silence: the microphone is off
LONGEST: Final = 30.0  # s of one caption; the room takes corrections for a minute
TRIES: Final = 5  # of a recogniser that raises, in about three seconds
STEADY_AFTER: Final = 500  # blocks; a recogniser that heard so many has recovered

Report = Callable[[str], None]


class SpeakerCaptions:
    """`run` recognises what `put` is given, in a thread of its own, and writes it, until it is cancelled.

    A recogniser that raises is made anew, `TRIES` times in a row; then `report` gets a sentence, and this speaker has no captions.
    """

    def __init__(
        self,
        user: UserId,
        make_recogniser: Callable[[], Recogniser],
        writer: CaptionWriter,
        report: Report,
    ) -> None:
        self._make_recogniser = make_recogniser
        self._report = report
        self._caption = Caption(user, writer)
        self._waiting: deque[tuple[float, ReceivedAudio]] = deque(maxlen=WAITING_LIMIT)
        self._arrived = asyncio.Event()
        self._name = ""
        self._lost = self._given_up = False
        self._heard = 0  # blocks, by the present recogniser

    def put(self, audio: ReceivedAudio) -> None:
        if self._given_up:
            return
        self._name = audio.seat.username
        if len(self._waiting) == WAITING_LIMIT and not self._lost:
            self._lost = True
            log.warning("the recogniser is slower than %s speaks: words are lost", self._name)
        self._waiting.append((time.monotonic(), audio))
        self._arrived.set()

    async def run(self) -> None:
        failures = 0
        while failures < TRIES:
            if failures:
                await asyncio.sleep(backoff(failures - 1, base=0.2, most=15.0))
            thread = RecogniserThread(self._make_recogniser, "recogniser")
            self._heard = 0
            try:
                await self._recognise(thread)
            except RecogniserFailed as error:
                failures = 1 if self._heard >= STEADY_AFTER else failures + 1
                log.warning("the recogniser of %s failed: %s", self._name, error, exc_info=error)
            finally:
                thread.close()
            await self._caption.finish()
        self._given_up = True
        self._waiting.clear()
        self._report(
            f"No captions of {self._name}: the recogniser failed {TRIES} times in a row. The log says why. Who agrees anew is tried again."
        )
        await asyncio.Event().wait()  # the captions of others go on

    async def _recognise(self, thread: RecogniserThread) -> None:
        slower, caption, quiet = Downsampler(), self._caption, True
        while True:
            if await self._sound_comes(None if quiet else QUIET):
                blocks = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
                for arrived, audio in blocks:
                    caption.sound(arrived, audio.level)
                sound = np.concatenate([slower(audio.samples) for _, audio in blocks])
                await caption.take(await thread.hear(sound))
                self._heard += len(blocks)
                quiet = False
            else:
                quiet = True
            if quiet or caption.age > LONGEST:
                await caption.take(await thread.end())
                await caption.finish()

    async def _sound_comes(self, within: float | None) -> bool:
        """Wait until there is some; False when there was none for so many seconds."""
        while not self._waiting:
            self._arrived.clear()
            try:
                async with asyncio.timeout(within):
                    await self._arrived.wait()
            except TimeoutError:
                return bool(self._waiting)
        return True
