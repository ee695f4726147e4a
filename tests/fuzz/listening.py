"""A follower that a plain function can hold: an event stream read in a thread of its own."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from typing import Any
from urllib.parse import urlencode, urlsplit

from ..following import Frame
from ..patience import PATIENCE


class Listening:
    """Reads one stream until it ends or is hung up on. `problem` is the refusal, if it was refused."""

    def __init__(
        self, url: str, path: str, token: str, query: dict[str, str], after: str | None
    ) -> None:
        where = urlsplit(url)
        self._line = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        if after is not None:
            headers["Last-Event-ID"] = after
        self._line.request("GET", f"{path}?{urlencode(query)}", headers=headers)
        assert isinstance(self._line.sock, socket.socket)
        self._socket = self._line.sock
        self._response = self._line.getresponse()
        self.frames: list[Frame] = []
        self.ended = False
        self.problem: dict[str, Any] | None = None
        self._news = threading.Condition()
        if self._response.status != 200:
            self.problem = json.loads(self._response.read())
            self.ended = True
            return
        self._thread = threading.Thread(target=self._read, name="listening", daemon=True)
        self._thread.start()

    def until_seen(self, seq: int) -> None:
        """Wait for the event at this place in the log, or for the end of the stream."""

        def seen() -> bool:
            return self.ended or any(
                f.event != "snapshot" and f.id and _seq(f.id) >= seq for f in self.frames
            )

        with self._news:
            assert self._news.wait_for(seen, PATIENCE), f"{seq} did not come: {self.frames[-3:]}"

    def until_begun(self) -> None:
        """Wait for the first frame."""
        with self._news:
            assert self._news.wait_for(lambda: self.ended or self.frames, PATIENCE)

    def until_ended(self) -> str:
        """Wait for the stream's end: the reason in its bye."""
        with self._news:
            assert self._news.wait_for(lambda: self.ended, PATIENCE), f"goes on: {self.frames[-3:]}"
        return str(self.frames[-1].data["reason"]) if self.frames[-1].event == "bye" else "hung up"

    def hang_up(self) -> None:
        """As a lost network does: without a word. What was read until then is in `frames`."""
        if self.problem is None:
            with self._news:
                if not self.ended:
                    self._socket.shutdown(socket.SHUT_RDWR)
            self._thread.join(PATIENCE)
            assert not self._thread.is_alive()
        self._response.close()
        self._line.close()

    def _read(self) -> None:
        fields: dict[str, str] = {}
        try:
            while line := self._response.readline():
                name, _, value = line.decode().rstrip("\n").partition(":")
                if name:
                    fields[name] = value.removeprefix(" ")
                    continue
                if "data" in fields:
                    frame = Frame(fields["event"], fields.get("id"), json.loads(fields["data"]))
                    with self._news:
                        self.frames.append(frame)
                        self._news.notify_all()
                fields = {}
        except (OSError, http.client.HTTPException, ValueError):
            pass  # hung up in the middle of something, which then was not read
        finally:
            with self._news:
                self.ended = True
                self._news.notify_all()


def _seq(cursor: str) -> int:
    return int(cursor.partition("-")[2])
