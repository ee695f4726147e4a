"""A room's log: who is written to at once, and who takes what is new."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from roomtone.log.frame import Frame
from roomtone.log.framing import Framing
from roomtone.log.room_log import Arrived, Entry, LogReader, RoomLog
from roomtone.types import Cursor, PeerId, RoomId, UserId

ANNA, BO = UserId(1), UserId(2)


def joined(frames: Sequence[Frame]) -> bytes:
    return b",".join(frame.data.encode() for frame in frames)


class Stream:
    """Takes what is new, and has the rest written. `received` has the data of all frames, `taken` of those it took."""

    def __init__(self, log: RoomLog, user: UserId, position: Cursor) -> None:
        self.received: list[str] = []
        self.taken: list[str] = []
        self.reader = LogReader(log, user, PeerId(str(user)), self)
        self.reader.position = position
        log.subscribe(self.reader)
        self.advance()

    framing: Framing = staticmethod(joined)

    @property
    def write(self) -> Callable[[Any], object]:
        return lambda data: self.received.extend(data.decode().split(","))

    def failed(self) -> None:
        raise AssertionError

    def cut(self) -> None:
        raise AssertionError

    def advance(self) -> None:
        self.reader.leave()
        new = [entry.frame.data for entry in self.reader.take()]
        self.received += new
        self.taken += new
        self.reader.join(self)


def arrived(seq: int, recipient: UserId | None = None) -> Arrived:
    return Arrived(Entry(seq, Frame("messages", str(seq), Cursor(7, seq))), recipient)


def test_one_that_read_further_in_the_database_gets_no_event_twice() -> None:
    log = RoomLog(RoomId(1), epoch=7, head=5)
    ahead, level = Stream(log, ANNA, Cursor(7, 8)), Stream(log, BO, Cursor(7, 5))
    log.append([arrived(6), arrived(7)])
    log.append([arrived(8), arrived(9)])
    log.append([arrived(10)])
    assert ahead.received == ["9", "10"]
    assert ahead.taken == ["9"]  # from then on it is written to with the others
    assert level.received == ["6", "7", "8", "9", "10"]
    assert level.taken == []


def test_a_directed_event_is_in_its_place_between_those_for_everybody() -> None:
    log = RoomLog(RoomId(1), epoch=7, head=0)
    anna, bo = Stream(log, ANNA, Cursor(7, 0)), Stream(log, BO, Cursor(7, 0))
    log.append([arrived(1), arrived(2, ANNA), arrived(3)])
    log.append([arrived(4, ANNA)])
    log.append([arrived(5)])
    assert anna.received == ["1", "2", "3", "4", "5"]
    assert bo.received == ["1", "3", "5"]
    assert bo.taken == []


def test_a_log_that_begins_again_leaves_every_reader_lost() -> None:
    log = RoomLog(RoomId(1), epoch=7, head=0)
    anna = Stream(log, ANNA, Cursor(7, 0))
    log.append([arrived(1)])
    log.reset(epoch=8, head=20)
    assert anna.reader.position == Cursor(7, 1)
    assert anna.reader.lost
