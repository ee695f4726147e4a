"""An event stream that is read in a thread of its own, for tests that are no coroutines."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from typing import Any
from urllib.parse import urlencode, urlsplit

from roomtone.log.sse_parser import SseParser

from ..following import Frame
from ..patience import PATIENCE


class ThreadedStream:
    """Reads one stream until it ends or `disconnect` is called. `problem` is the refusal, if it was refused."""

    def __init__(
        self, url: str, path: str, token: str, query: dict[str, str], after: str | None
    ) -> None:
        where = urlsplit(url)
        self._connection = http.client.HTTPConnection(
            where.hostname or "", where.port, timeout=PATIENCE
        )
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        if after is not None:
            headers["Last-Event-ID"] = after
        self._connection.request("GET", f"{path}?{urlencode(query)}", headers=headers)
        assert isinstance(self._connection.sock, socket.socket)
        self._socket = self._connection.sock
        self._response = self._connection.getresponse()
        self.frames: list[Frame] = []
        self.ended = False
        self.problem: dict[str, Any] | None = None
        self._news = threading.Condition()
        if self._response.status != 200:
            self.problem = json.loads(self._response.read())
            self.ended = True
            return
        self._thread = threading.Thread(target=self._read, name="event stream", daemon=True)
        self._thread.start()

    def until_seen(self, seq: int) -> None:
        """Wait for the event with this `seq`, or for the end of the stream."""

        def seen() -> bool:
            return self.ended or any(
                f.event != "snapshot" and f.id and _seq(f.id) >= seq for f in self.frames
            )

        with self._news:
            assert self._news.wait_for(seen, PATIENCE), (
                f"event {seq} did not arrive: {self.frames[-3:]}"
            )

    def until_first_frame(self) -> None:
        """Wait for the first frame."""
        with self._news:
            assert self._news.wait_for(lambda: self.ended or self.frames, PATIENCE)

    def until_ended(self) -> str:
        """Wait for the stream's end; returns the reason in its bye, or "disconnected"."""
        with self._news:
            assert self._news.wait_for(lambda: self.ended, PATIENCE), (
                f"the stream did not end: {self.frames[-3:]}"
            )
        return (
            str(self.frames[-1].data["reason"])
            if self.frames[-1].event == "bye"
            else "disconnected"
        )

    def disconnect(self) -> None:
        """Close the socket without a word, as a lost network does. `frames` keeps what was read until then."""
        if self.problem is None:
            with self._news:
                if not self.ended:
                    self._socket.shutdown(socket.SHUT_RDWR)
            self._thread.join(PATIENCE)
            assert not self._thread.is_alive()
        self._response.close()
        self._connection.close()

    def _read(self) -> None:
        parser = SseParser()
        try:
            while chunk := self._response.read1(65_536):
                for event in parser.feed(chunk):
                    with self._news:
                        self.frames.append(Frame(event.type, event.id, json.loads(event.data)))
                        self._news.notify_all()
        except (OSError, http.client.HTTPException, ValueError):
            pass  # disconnected within a frame, which is then not read
        finally:
            with self._news:
                self.ended = True
                self._news.notify_all()


def _seq(cursor: str) -> int:
    return int(cursor.partition("-")[2])
