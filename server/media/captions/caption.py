"""The row of what one speaker is saying, from the first words until they are final."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from typing import Final

from ...types import UserId
from . import words
from .recogniser import Words
from .writer import LONGEST, CaptionWriter, NotWritten, TakenBack

BETWEEN: Final = 0.5  # s between two corrections: everybody in the room receives each
LOUD: Final = -50  # dBov; quieter sound is not the begin of words
FORGOTTEN: Final = 5.0  # s of quiet after which a sound, such as a cough, does not begin words
NO_WORDS: Final = 20.0  # s of sound without words, such as music, after which the same holds


class Caption:
    """Written with the first words, corrected not too often, and complete when they are final; then it is the next caption.

    Another one goes on where this one is full, or where somebody took it back: then with the words after those.
    """

    def __init__(self, user: UserId, writer: CaptionWriter) -> None:
        self._user = user
        self._writer = writer
        self._wrote = self._loud = self._arrived = monotonic()
        self._next()

    def _next(self) -> None:
        self._text = ""
        self._before = 0  # words of the text that belong to earlier rows
        self._refused = False  # what is still being said belongs to nothing
        self._began: float | None = None
        self._next_row()

    def _next_row(self) -> None:
        self._id: int | None = None
        self._written = ""

    @property
    def age(self) -> float:
        """Seconds since the sound of its words began; 0 without words."""
        return monotonic() - (self._began or self._arrived) if self._text else 0.0

    def sound(self, arrived: float, level: int) -> None:
        """A block of sound came at this time of the monotonic clock, so loud (dBov)."""
        self._arrived = arrived
        if level < LOUD:
            return
        forgotten = arrived - self._loud > FORGOTTEN or arrived - (self._began or 0) > NO_WORDS
        if self._began is None or (not self._text and forgotten):
            self._began = arrived
        self._loud = arrived

    async def take(self, heard: Iterable[Words]) -> None:
        """Write what the recogniser said, and what had to wait."""
        for text, final in heard:
            self._text = text or self._text
            self._began = self._began or self._arrived
            await self._write(final=final)
            if final:
                self._next()
        await self._write(final=False)

    async def finish(self) -> None:
        """What is written is complete: nothing more comes of it."""
        await self._write(final=True)
        self._next()

    async def _write(self, *, final: bool) -> None:
        while not self._refused:
            line = words.without(self._text, self._before)
            row = words.first_part(line, LONGEST)
            complete = final or row != line
            if not row or (not complete and (row == self._written or self._too_soon())):
                return
            try:
                if self._id is None:
                    self._id = await self._writer.begin(
                        self._user, row, final=complete, ago=self.age
                    )
                else:
                    await self._writer.correct(self._id, row, final=complete)
            except TakenBack:
                self._before += words.count(self._written)
                self._goes_on()
                continue
            except NotWritten:
                self._refused = True
                return
            self._wrote, self._written = monotonic(), row
            if row == line:
                return
            self._before += words.count(row)
            self._goes_on()

    def _too_soon(self) -> bool:
        return self._id is not None and monotonic() - self._wrote < BETWEEN

    def _goes_on(self) -> None:
        """In another row, with what was said last."""
        self._next_row()
        self._began = self._arrived
