"""A thread for the recogniser of one speaker: a recogniser that hangs keeps nobody else waiting, nor the end of the program."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress

from .recogniser import Recogniser, Samples, Words


class RecogniserFailed(Exception):
    """The recogniser raised an error, which is the cause of this one."""


class RecogniserThread:
    """One recogniser, made and called in a thread of its own, one call at a time. Every method raises RecogniserFailed.

    The thread is a daemon, which the end of the process does not wait for; asyncio waits for those of its own pool.
    """

    def __init__(self, make: Callable[[], Recogniser], name: str) -> None:
        self._make = make
        self._recogniser: Recogniser | None = None
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    async def hear(self, samples: Samples) -> list[Words]:
        return await self._call(lambda recogniser: recogniser.hear(samples))

    async def end(self) -> list[Words]:
        return await self._call(lambda recogniser: recogniser.end())

    def close(self) -> None:
        """The thread ends after its present call, if that ends."""
        self._calls.put(None)

    async def _call(self, ask: Callable[[Recogniser], Iterable[Words]]) -> list[Words]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Words]] = loop.create_future()

        def give(words: list[Words], error: RecogniserFailed | None) -> None:
            if answer.done():
                return  # cancelled meanwhile
            if error is None:
                answer.set_result(words)
            else:
                answer.set_exception(error)

        def work() -> None:
            words, failed = list[Words](), None
            try:
                if self._recogniser is None:
                    self._recogniser = self._make()
                words = [_plain(text, final) for text, final in ask(self._recogniser)]
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is the recogniser's
                failed = RecogniserFailed(f"{type(error).__name__}: {error}")
                failed.__cause__ = error
            with suppress(RuntimeError):  # the program has ended meanwhile
                loop.call_soon_threadsafe(give, words, failed)

        self._calls.put(work)
        return await answer

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            call()


def _plain(text: str, final: bool) -> Words:
    """In one line, of characters that can be stored."""
    return " ".join(text.encode("utf-8", "replace").decode().split()), bool(final)
