"""Control events: made in one place, written in each technique's form."""

from __future__ import annotations

import inspect

from roomtone.http.openapi.shapes import SCHEMAS
from roomtone.log import control_events, sse_writer
from roomtone.log.frame import Frame
from roomtone.types import Cursor


def test_every_control_event_is_part_of_the_documented_answers() -> None:
    functions = inspect.getmembers(control_events, inspect.isfunction)
    made = {name for name, each in functions if each.__module__ == control_events.__name__}
    documented = set(SCHEMAS["Log"]["properties"]) - {"events"}
    assert made == {name for name in documented if not name.endswith("cursor")}


def test_an_event_is_written_for_streams_and_sockets() -> None:
    frame = control_events.snapshot('{"room":1}', Cursor(7, 3))
    assert frame.stream == b'event: snapshot\nid: 7-3\ndata: {"room":1}\n\n'
    assert frame.socket == '{"event":"snapshot","id":"7-3","data":{"room":1}}'
    assert control_events.bye("left").stream == b'event: bye\ndata: {"reason": "left"}\n\n'
    assert sse_writer.comment("still here") == b": still here\n\n"
    first = Frame("snapshot", "{}", retry=1000)
    assert first.stream == b"retry: 1000\nevent: snapshot\ndata: {}\n\n"
