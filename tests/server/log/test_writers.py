"""The loop that writes an event to all subscribers that are caught up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from roomtone.log.frame import Frame, websocket_frame
from roomtone.log.framing import Framing, chunked_event_stream, event_stream, socket_frames
from roomtone.log.writers import Sent, Writers

FRAMES = [Frame("messages", '{"seq":1}'), Frame("rooms", '{"seq":2}')]


class Outlet:
    def __init__(self, framing: Framing, fault: Exception | None = None) -> None:
        self.framing = framing
        self.written: list[Any] = []
        self.has_failed = False
        self._fault = fault

    @property
    def write(self) -> Callable[[Any], object]:
        return self._write

    def _write(self, data: Any) -> None:
        if self._fault is not None:
            raise self._fault
        self.written.append(data)

    def failed(self) -> None:
        self.has_failed = True


def test_those_with_the_same_framing_are_written_the_same_bytes() -> None:
    sent = Sent()
    writers = Writers(sent)
    outlets = [Outlet(chunked_event_stream) for _ in range(3)] + [Outlet(socket_frames)]
    for outlet in outlets:
        writers.add(outlet)
    writers.send(FRAMES)
    [first], [second], [third], [socket] = (outlet.written for outlet in outlets)
    assert first is second is third
    assert first == b"%x\r\n%b\r\n" % (len(event_stream(FRAMES)), event_stream(FRAMES))
    assert socket == b"".join(websocket_frame(frame.socket) for frame in FRAMES)
    assert (sent.frames, sent.size) == (8, 3 * len(first) + len(socket))


def test_a_transport_that_raises_is_dropped_alone() -> None:
    writers = Writers(Sent())
    outlets = [Outlet(event_stream) for _ in range(2)]
    broken = Outlet(event_stream, RuntimeError("the handle is closed"))
    for outlet in (outlets[0], broken, outlets[1]):
        writers.add(outlet)
    writers.send(FRAMES)
    assert [len(outlet.written) for outlet in outlets] == [1, 1]
    assert broken.has_failed
    assert not any(outlet.has_failed for outlet in outlets)


def test_one_that_leaves_while_it_is_written_to_disturbs_nobody() -> None:
    writers = Writers(Sent())

    class Full(Outlet):
        def _write(self, data: Any) -> None:
            super()._write(data)
            writers.discard(self)

    outlets = [Full(event_stream), Outlet(event_stream)]
    for outlet in outlets:
        writers.add(outlet)
    writers.send(FRAMES)
    writers.send(FRAMES)
    assert [len(outlet.written) for outlet in outlets] == [1, 2]


def test_frames_of_a_websocket_have_the_three_forms_of_a_length() -> None:
    assert websocket_frame("a" * 125)[:2] == b"\x81\x7d"
    assert websocket_frame("a" * 126)[:4] == b"\x81\x7e\x00\x7e"
    assert websocket_frame("ä" * 32768)[:10] == b"\x81\x7f" + (65536).to_bytes(8, "big")
