"""The microphone as a table, my mute between wish and row, and who counts as speaking."""

from __future__ import annotations

from typing import Any

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


MUTING = """
const { createMuting } = await import('/client/room/muting.js')
const writes = [], changes = []
let answer
const muting = createMuting({ onChange: (muted) => changes.push(muted),
    write: (muted) => { writes.push(muted); return new Promise((resolve, reject) => (answer = { resolve, reject })) } })
const turn = () => new Promise((resolve) => setTimeout(resolve))
"""


def muting(page: Page, script: str) -> Any:
    return page.evaluate(
        f"async () => {{ {MUTING} {script}; return {{ writes, changes, muted: muting.muted }} }}"
    )


def test_a_wish_is_shown_at_once_and_written(quiet_page: Page) -> None:
    seen = muting(
        quiet_page,
        "const done = muting.set(false); muting.seen(true); answer.resolve(); muting.seen(false); await done",
    )
    assert seen == {"writes": [False], "changes": [False], "muted": False}


def test_an_old_echo_does_not_undo_a_newer_wish(quiet_page: Page) -> None:
    seen = muting(
        quiet_page,
        """muting.set(false); const done = muting.set(true); answer.resolve(); await turn()
        muting.seen(false); answer.resolve(); await done; muting.seen(true)""",
    )
    assert seen == {"writes": [False, True], "changes": [False, True], "muted": True}


def test_a_moderator_mutes_me(quiet_page: Page) -> None:
    seen = muting(
        quiet_page,
        "const done = muting.set(false); answer.resolve(); await done; muting.seen(false); muting.seen(true)",
    )
    assert seen["changes"] == [False, True]


@pytest.mark.parametrize("answered", ["answer.resolve(); await done;", ""])
def test_a_moderators_mute_in_a_fresh_snapshot_is_obeyed_and_written_again(
    quiet_page: Page, answered: str
) -> None:
    """The snapshot left my echo out: whether it is older or newer than my write cannot be told."""
    seen = muting(
        quiet_page,
        f"""const done = muting.set(false); {answered}
        muting.seen(true, {{ fresh: true }}); const obeyed = muting.muted && muting.hushed
        for (let turns = 0; turns < 3; turns += 1) {{ answer.resolve(); await turn() }}
        muting.seen(false); muting.seen(true); changes.push(obeyed)""",
    )
    assert seen == {"writes": [False, True], "changes": [False, True, True], "muted": True}


def test_a_fresh_snapshot_from_before_my_mute_does_not_open_the_microphone(
    quiet_page: Page,
) -> None:
    seen = muting(
        quiet_page,
        """muting.set(false); answer.resolve(); await turn(); muting.seen(false)
        const done = muting.set(true); muting.seen(false, { fresh: true }); answer.resolve(); await done""",
    )
    assert seen == {"writes": [False, True], "changes": [False, True], "muted": True}


def test_a_refused_wish_is_taken_back(quiet_page: Page) -> None:
    seen = muting(
        quiet_page,
        "const done = muting.set(false).catch(() => {}); answer.reject(new Error('no')); await done",
    )
    assert seen == {"writes": [False], "changes": [False, True], "muted": True}


def test_speaking_survives_the_closure_of_a_consonant_and_ends_well_before_300_ms(
    quiet_page: Page,
) -> None:
    spoken = quiet_page.evaluate(
        """async () => {
            const { SILENT, hear } = await import('/client/media/levels.js')
            let state = SILENT
            return [[0, 0.01], [60, 0.3], [90, 0.015], [120, 0], [150, 0], [180, 0], [195, 0.015], [225, 0], [285, 0], [315, 0], [345, 0]]
                .map(([now, level]) => (state = hear(state, level, now)).speaking)
        }"""
    )
    assert spoken == [False] + [True] * 8 + [False] * 2
