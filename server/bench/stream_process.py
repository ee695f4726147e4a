"""A process that holds thousands of connections, with as little as possible between the kernel and the clock.

Bare sockets in one thread: what arrives is searched for marks, which are numbers in the text of an event, and timed.
"""

from __future__ import annotations

import asyncio
import re
import selectors
import socket
import threading
import time
from typing import Any, Final

from ..tools.worker import execute_commands

AT_ONCE: Final = 48  # connections that wait for their first answer
BUFFER: Final = 1 << 20  # bytes
TAIL: Final = 64  # bytes kept of a chunk that ends within an event
ANSWERS_WITHIN: Final = 120.0  # seconds
ARRIVES_WITHIN: Final = 30.0  # seconds, for an event


class StreamProcess:
    """Its commands. Times are of the monotonic clock, which all processes of a machine share."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._requests: list[bytes] = []
        self._pattern = re.compile(b"(?!)")
        self._ready = b""
        self._unanswered: dict[int, bytes] = {}
        self._free = threading.Semaphore(AT_ONCE)
        self._all_answered = threading.Condition()
        self._arrivals: dict[int, dict[int, float]] = {}
        self._tails: dict[int, bytes] = {}
        self._changed = threading.Condition()
        self._closed = 0
        self._done = -1
        self._many = 0
        self._size = self._answer_size = self._total = 0
        self._fault = ""
        self._poster: socket.socket | None = None
        self._awake = socket.socketpair()
        self._selector.register(self._awake[0], selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._read, daemon=True)

    async def close(self) -> None:
        self._awake[1].close()
        if self._thread.is_alive():
            self._thread.join()

    async def load(self, requests: list[str]) -> None:
        """Add requests for the next `open`, one for each connection."""
        self._requests += [request.encode() for request in requests]

    async def open(self, port: int, ready: str, pattern: str) -> dict[str, float]:
        """Send each request on a connection of its own; the seconds until every answer contained `ready`.

        `pattern` has one group, the number of a mark.
        """
        return await asyncio.to_thread(self._open, port, ready.encode(), pattern.encode())

    async def received(self, mark: int, many: int, since: float) -> dict[str, Any]:
        """Wait until this mark arrived on `many` connections; the milliseconds after `since`."""
        return await asyncio.to_thread(self._received, mark, many, since)

    async def post(self, port: int, request: str, mark: int, many: int) -> dict[str, Any]:
        """Send a request on one kept connection, and wait for its answer and for the mark as in `received`."""
        return await asyncio.to_thread(self._post, port, request.encode(), mark, many)

    def _open(self, port: int, ready: bytes, pattern: bytes) -> dict[str, float]:
        self._pattern, self._ready = re.compile(pattern), ready
        if not self._thread.is_alive():
            self._thread.start()
        began, used = time.monotonic(), time.process_time()
        for request in self._requests:
            if not self._free.acquire(timeout=ANSWERS_WITHIN):
                raise TimeoutError("no answer to the opened connections")
            if self._fault:
                raise RuntimeError(self._fault)
            opened = socket.create_connection(("127.0.0.1", port))
            self._unanswered[opened.fileno()] = b""
            opened.sendall(request)
            opened.setblocking(False)
            self._selector.register(opened, selectors.EVENT_READ)
        self._requests = []
        with self._all_answered:
            done = self._all_answered.wait_for(
                lambda: not self._unanswered or bool(self._fault), ANSWERS_WITHIN
            )
        if self._fault or not done:
            raise RuntimeError(self._fault or f"{len(self._unanswered)} streams did not begin")
        return {
            "seconds": time.monotonic() - began,
            "cpu": time.process_time() - used,
            "answer": self._answer_size,
        }

    def _read(self) -> None:
        buffer = bytearray(BUFFER)
        while True:
            for key, _ in self._selector.select():
                end: Any = key.fileobj
                if end is self._awake[0]:
                    return
                try:
                    size = end.recv_into(buffer)
                except OSError:
                    size = 0
                at = time.monotonic()
                if size == 0:
                    self._selector.unregister(end)
                    self._closed += 1
                    if key.fd in self._unanswered:
                        self._answer(key.fd, b"(the connection was closed)")
                    end.close()
                elif key.fd in self._unanswered:
                    self._answer(key.fd, bytes(buffer[:size]))
                else:
                    self._look(key.fd, buffer, size, at)

    def _answer(self, fd: int, data: bytes) -> None:
        """The first bytes of an answer: whether the stream began."""
        text = self._unanswered[fd] + data
        self._unanswered[fd] = text
        if text.startswith(b"HTTP/1.1 200") and self._ready not in text:
            return
        if not text.startswith(b"HTTP/1.1 200"):
            self._fault = f"a stream was refused: {text[:300].decode(errors='replace')}"
        self._answer_size = len(text)
        del self._unanswered[fd]
        self._free.release()
        if not self._unanswered or self._fault:
            with self._all_answered:
                self._all_answered.notify_all()

    def _look(self, fd: int, buffer: bytearray, size: int, at: float) -> None:
        self._total += size
        tail = self._tails.pop(fd, None)
        chunk: bytes | memoryview = memoryview(buffer)[:size]
        if tail is not None:
            chunk = tail + bytes(chunk)
        for found in self._pattern.finditer(chunk):
            mark = int(found[1])
            if mark > self._done:
                arrived = self._arrivals.setdefault(mark, {})
                arrived.setdefault(fd, at)
                self._size = size
                if len(arrived) >= self._many:
                    with self._changed:
                        self._changed.notify_all()
        if buffer[size - 1] != 10:  # not the end of a line: a mark may be in two parts
            self._tails[fd] = bytes(chunk[-TAIL:])

    def _received(self, mark: int, many: int, since: float) -> dict[str, Any]:
        self._many = many
        with self._changed:
            self._changed.wait_for(
                lambda: len(self._arrivals.get(mark, ())) >= many, ARRIVES_WITHIN
            )
        arrived = self._arrivals.pop(mark, {})
        self._done = mark
        times = [round((at - since) * 1000, 3) for at in list(arrived.values())]
        return {
            "times": times,
            "bytes": self._size,
            "total": self._total,
            "closed": self._closed,
        }

    def _post(self, port: int, request: bytes, mark: int, many: int) -> dict[str, Any]:
        if self._poster is None:
            self._poster = socket.create_connection(("127.0.0.1", port), timeout=ARRIVES_WITHIN)
            self._poster.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        began = time.monotonic()
        self._poster.sendall(request)
        answer = self._poster.recv(BUFFER)
        answered = time.monotonic()
        if not re.match(rb"HTTP/1.1 2\d\d ", answer):
            raise RuntimeError(answer[:600].decode(errors="replace"))
        seen = self._received(mark, many, began)
        return seen | {"answered": round((answered - began) * 1000, 3)}


if __name__ == "__main__":
    execute_commands(StreamProcess)
