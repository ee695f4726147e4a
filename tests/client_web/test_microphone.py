"""The states of the microphone."""

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
    const wanted = microphone.open()
    if (error === 'closed') { microphone.close(); answer.resolve(stream) }
    else if (error === 'insecure') {}
    else if (error && !error.startsWith('unplugged')) answer.reject(new DOMException('', error))
    else answer.resolve(stream)
    const got = (await wanted) === track
    if (error?.startsWith('unplugged')) {
        track.dispatchEvent(new Event('ended'))
        if (error === 'unplugged') answer.reject(new DOMException('', 'NotFoundError'))
        else answer.resolve(plug())
        await turn()
        return { seen, stopped, ...error === 'unplugged' ? {} : { another: (await microphone.open()) !== track } }
    }
    return { seen, got, stopped, again: error === null && (await microphone.open()) === track }
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
def test_each_failure_has_a_state_and_a_problem(
    quiet_page: Page, error: str, ends: list[object]
) -> None:
    seen = quiet_page.evaluate(MICROPHONE, error)
    assert (seen["seen"], seen["got"]) == ([["asking", False], ends], False)


def test_the_microphone_is_requested_once(quiet_page: Page) -> None:
    seen = quiet_page.evaluate(MICROPHONE, None)
    assert seen == {
        "seen": [["asking", False], ["on", False]],
        "got": True,
        "stopped": 0,
        "again": True,
    }


def test_a_microphone_that_was_closed_before_the_answer_is_released(quiet_page: Page) -> None:
    seen = quiet_page.evaluate(MICROPHONE, "closed")
    assert (seen["got"], seen["stopped"]) == (False, 1)
    assert seen["seen"] == [["asking", False], ["off", False]]


def test_an_unplugged_microphone_is_noticed(quiet_page: Page) -> None:
    assert quiet_page.evaluate(MICROPHONE, "unplugged")["seen"][-1] == ["missing", True]


def test_another_microphone_is_used_before_the_unplugged_one_is_released(quiet_page: Page) -> None:
    seen = quiet_page.evaluate(MICROPHONE, "unplugged, another is there")
    assert seen == {
        "seen": [["asking", False], ["on", False], ["replaced", 0]],
        "stopped": 1,
        "another": True,
    }
