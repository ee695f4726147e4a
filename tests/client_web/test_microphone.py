"""The microphone as a table, my mute between wish and row, and who counts as speaking."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

MICROPHONE = """async (error) => {
    const { createMicrophone } = await import('/client/media/microphone.js')
    const seen = []
    let stopped = 0
    const plug = () => {
        const track = Object.assign(new EventTarget(), { stop: () => (stopped += 1) })
        return { track, getTracks: () => [track], getAudioTracks: () => [track] }
    }
    const stream = plug(), { track } = stream
    const turn = () => new Promise((resolve) => setTimeout(resolve))
    let answer
    const devices = { getUserMedia: () => new Promise((resolve, reject) => (answer = { resolve, reject })) }
    const microphone = createMicrophone({ devices: error === 'insecure' ? null : devices,
        onChange: (state, problem) => seen.push([state, Boolean(problem)]), onReplace: () => seen.push(['replaced', stopped]) })
    const wanted = microphone.want()
    if (error === 'dropped') { microphone.drop(); answer.resolve(stream) }
    else if (error === 'insecure') {}
    else if (error && !error.startsWith('unplugged')) answer.reject(new DOMException('', error))
    else answer.resolve(stream)
    const got = (await wanted) === track
    if (error?.startsWith('unplugged')) {
        track.dispatchEvent(new Event('ended'))
        if (error === 'unplugged') answer.reject(new DOMException('', 'NotFoundError'))
        else answer.resolve(plug())
        await turn()
        return { seen, stopped, ...error === 'unplugged' ? {} : { another: (await microphone.want()) !== track } }
    }
    return { seen, got, stopped, again: error === null && (await microphone.want()) === track }
}"""


@pytest.mark.parametrize(
    ("error", "ends"),
    [
        ("NotAllowedError", ["refused", True]),
        ("NotFoundError", ["missing", True]),
        ("NotReadableError", ["failed", True]),
        ("insecure", ["failed", True]),
    ],
)
def test_what_goes_wrong_has_a_state_and_a_sentence(
    quiet_page: Page, error: str, ends: list[object]
) -> None:
    seen = quiet_page.evaluate(MICROPHONE, error)
    assert (seen["seen"], seen["got"]) == ([["asking", False], ends], False)


def test_it_is_asked_for_once(quiet_page: Page) -> None:
    seen = quiet_page.evaluate(MICROPHONE, None)
    assert seen == {
        "seen": [["asking", False], ["on", False]],
        "got": True,
        "stopped": 0,
        "again": True,
    }


def test_it_is_not_kept_when_it_was_dropped_before_the_answer(quiet_page: Page) -> None:
    seen = quiet_page.evaluate(MICROPHONE, "dropped")
    assert (seen["got"], seen["stopped"]) == (False, 1)
    assert seen["seen"] == [["asking", False], ["off", False]]


def test_unplugging_it_is_noticed(quiet_page: Page) -> None:
    assert quiet_page.evaluate(MICROPHONE, "unplugged")["seen"][-1] == ["missing", True]


def test_another_takes_over_from_the_one_unplugged_before_that_is_let_go(quiet_page: Page) -> None:
    seen = quiet_page.evaluate(MICROPHONE, "unplugged, another is there")
    assert seen == {
        "seen": [["asking", False], ["on", False], ["replaced", 0]],
        "stopped": 1,
        "another": True,
    }
