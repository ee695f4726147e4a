"""Event streams are parsed by the HTML standard, however they are divided."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomtone.log import sse_parser
from roomtone.log.sse_parser import LineTooLong, SseEvent, SseParser

from ...fuzz.examples import examples

STREAM = (
    "\ufeff: a comment\r\nretry: 1000\r\n\r\n"
    'event: rooms\ndata: {"a":"\u2028\u00fc"}\nid: 7-1\n\n'
    "data: one\rdata:two\r\r"
    "event: nothing\n\n"
    "id: bad\0id\nretry: 1s\ndata\n\n"
    "data: never completed"
).encode()

EVENTS = [
    SseEvent("rooms", '{"a":"\u2028\u00fc"}', "7-1"),
    SseEvent("message", "one\ntwo", None),
    SseEvent("message", "", None),
]


def parse(*chunks: bytes) -> tuple[list[SseEvent], SseParser]:
    parser = SseParser()
    return [event for chunk in chunks for event in parser.feed(chunk)], parser


def test_fields_comments_and_line_ends_are_read_as_the_standard_says() -> None:
    events, parser = parse(STREAM)
    assert events == EVENTS
    assert parser.retry == 1000


@examples(100)
@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_it_does_not_matter_how_the_network_divides_the_stream(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    events, parser = parse(*(STREAM[a:b] for a, b in pairwise(places)))
    assert events == EVENTS
    assert parser.retry == 1000


def test_one_byte_at_a_time_gives_the_same_events() -> None:
    assert parse(*(STREAM[i : i + 1] for i in range(len(STREAM))))[0] == EVENTS


def test_a_line_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse_parser, "LONGEST_LINE", 100)
    with pytest.raises(LineTooLong):
        parse(b"data: " + b"x" * 60, b"x" * 60)
