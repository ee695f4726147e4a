"""A TCP line between browsers and the relay that a test can cut; a browser's own "offline" leaves open streams running."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Wire:
    """Copies what both ends send; `cut` ends all connections and refuses new ones until `mend`."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._whole = threading.Event()
        self._whole.set()
        self._answers = True
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, name="wire", daemon=True).start()

    def lose_answers(self) -> None:
        """From now on requests arrive, and their answers do not."""
        self._answers = False

    def cut(self) -> None:
        with self._lock:
            self._whole.clear()
            ends, self._ends = self._ends, set()
        for end in ends:
            _close(end)

    def mend(self) -> None:
        self._answers = True
        self._whole.set()

    def close(self) -> None:
        _close(self._listening)
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        if not self._whole.is_set():
            return _close(near)
        try:
            far = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            return _close(near)
        with self._lock:
            whole = self._whole.is_set()
            if whole:
                self._ends |= {near, far}
        if not whole:
            _close(near)
            return _close(far)
        threading.Thread(target=self._copy, args=(far, near, True), daemon=True).start()
        return self._copy(near, far, False)

    def _copy(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if self._answers or not is_answer:
                    target.sendall(data)
        _close(source)
        _close(target)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def wire(url: str) -> Iterator[Wire]:
    """A line to the relay at this URL, until the block ends."""
    line = Wire(int(url.rsplit(":", 1)[1]))
    try:
        yield line
    finally:
        line.close()
