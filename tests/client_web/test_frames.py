"""Reading `text/event-stream`, however the network cuts it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

READ = """async (chunks) => {
    const { createFrames } = await import('/client/signaling/frames.js')
    const seen = []
    const frames = createFrames({ onFrame: (frame) => seen.push(frame), onRetry: (retry) => seen.push({ retry }) })
    for (const chunk of chunks) frames.push(chunk)
    return seen
}"""


def read(page: Page, *chunks: str) -> Any:
    return page.evaluate(READ, list(chunks))


def frame(type: str, data: str, id: str | None = None) -> dict[str, str | None]:
    return {"type": type, "data": data, "id": id}


def test_a_frame_has_a_type_data_and_an_id(quiet_page: Page) -> None:
    assert read(quiet_page, "event: rooms\ndata: {}\nid: 1-7\n\n") == [frame("rooms", "{}", "1-7")]


def test_a_comment_is_no_frame(quiet_page: Page) -> None:
    assert read(quiet_page, ":\n\n: still here\n\ndata: x\n\n") == [frame("message", "x")]


def test_data_of_several_lines_is_joined(quiet_page: Page) -> None:
    assert read(quiet_page, "data: a\ndata:\ndata:  b\n\n") == [frame("message", "a\n\n b")]


def test_a_frame_without_an_id_does_not_inherit_one(quiet_page: Page) -> None:
    text = "id: 1-7\ndata: a\n\nevent: hallway\ndata: b\n\n"
    assert read(quiet_page, text) == [frame("message", "a", "1-7"), frame("hallway", "b")]


def test_retry_is_told(quiet_page: Page) -> None:
    assert read(quiet_page, "retry: 1000\nretry: soon\n\n") == [{"retry": 1000}]


def test_an_unfinished_frame_waits(quiet_page: Page) -> None:
    assert read(quiet_page, "data: a\n") == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_cut_gives_the_same_frames(quiet_page: Page, end: str) -> None:
    text = f"\ufeffevent: signals{end}data: α{end}id: 2-9{end}{end}data: b{end}{end}"
    whole = [frame("signals", "α", "2-9"), frame("message", "b")]
    # The last line end of all may be half of a \r\n: something has to follow it.
    for cut in range(len(text)):
        assert read(quiet_page, text[:cut], text[cut:], ":") == whole
    assert read(quiet_page, *text, ":") == whole
