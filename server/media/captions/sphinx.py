"""The default recogniser: PocketSphinx with the model of American English that its package contains. No sound leaves the machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from pocketsphinx import Decoder, Endpointer

from .recogniser import RATE, Samples, Words


class PocketSphinx:
    """An endpointer finds where speech begins and ends, a decoder the words between.

    Decoding ordinary speech takes about a third of a core for each speaker, and the model 100 MB of memory.
    """

    def __init__(self) -> None:
        self._decoder = Decoder(samprate=RATE, loglevel="FATAL")
        self._endpointer = Endpointer(sample_rate=RATE)
        self._speaking = False
        self._last = ""
        self._rest = b""

    def hear(self, samples: Samples) -> Iterator[Words]:
        size: Final = self._endpointer.frame_bytes
        sound = self._rest + np.ascontiguousarray(samples).tobytes()
        whole = len(sound) // size * size
        self._rest = sound[whole:]
        for at in range(0, whole, size):
            speech = self._endpointer.process(sound[at : at + size])
            if speech is None:
                continue
            if not self._speaking:
                self._decoder.start_utt()
                self._speaking = True
            self._decoder.process_raw(speech, no_search=False, full_utt=False)
            if not self._endpointer.in_speech:
                yield from self._finish()
        if self._speaking and (words := self._words()) and words != self._last:
            self._last = words
            yield words, False

    def end(self) -> Iterator[Words]:
        if self._speaking:
            yield from self._finish()
        self._endpointer = Endpointer(sample_rate=RATE)
        self._rest = b""

    def _finish(self) -> Iterator[Words]:
        self._decoder.end_utt()
        self._speaking = False
        words = self._words() or self._last
        self._last = ""
        if words:
            yield words, True

    def _words(self) -> str:
        found = self._decoder.hyp()
        return "" if found is None else str(found.hypstr)
