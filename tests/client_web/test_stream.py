"""The supervisor of the event stream, against a relay that is played by the page."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

# Each answer is what the next request gets; `say` writes to the response under way.
PLAY = """
const { createStream } = await import('/client/signaling/stream.js')
const encoder = new TextEncoder()
const requests = [], frames = [], states = []
let say, hangUp
const answers = []
const stream = () => {
    const body = new ReadableStream({ start(controller) {
        say = (text) => controller.enqueue(encoder.encode(text))
        hangUp = () => controller.close()
    } })
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
}
const refuse = (status, problem = {}, headers = {}) => () =>
    new Response(JSON.stringify(problem), { status, headers: { 'Content-Type': 'application/problem+json', ...headers } })
const fetch = async (url, { headers }) => {
    requests.push(headers['Last-Event-ID'] ?? null)
    const answer = answers.shift() ?? stream
    if (answer === 'nothing') throw new TypeError('no network')
    return answer()
}
const until = async (condition) => {
    const end = performance.now() + 8000
    while (!condition()) {
        if (performance.now() > end) throw new Error('it did not come true: ' + JSON.stringify({ states, requests }))
        await new Promise((resolve) => setTimeout(resolve, 5))
    }
}
const follow = (options = {}) => {
    const follower = createStream({ url: '/events', fetch, onFrame: (frame) => frames.push(frame),
        onState: ({ state, reason, problem }) => states.push([state, reason, problem?.rule ?? problem?.status ?? null].join(' ').trim()), ...options })
    follower.start()
    return follower
}
const hello = 'retry: 100\\n\\nevent: snapshot\\nid: 1-7\\ndata: {"hallway":[]}\\n\\n'
"""


def play(page: Page, script: str) -> Any:
    return page.evaluate(f"async () => {{ {PLAY} {script} }}")


def test_it_is_live_with_the_first_frame(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """const follower = follow()
        await until(() => say)
        say(': warm\\n\\n')
        const before = follower.state
        say(hello)
        await until(() => frames.length)
        const { type, cursor } = frames[0]
        const state = follower.state
        follower.close()
        return { before, state, type, cursor, after: follower.state }""",
    )
    assert seen == {
        "before": "connecting",
        "state": "live",
        "type": "snapshot",
        "cursor": "1-7",
        "after": "ended",
    }


def test_it_comes_back_where_it_was(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """const follower = follow()
        await until(() => say)
        say(hello + 'event: hallway\\ndata: {"id": 1}\\n\\nevent: rooms\\nid: 1-8\\ndata: {"seq": 8}\\n\\n')
        await until(() => frames.length === 3)
        hangUp()
        await until(() => requests.length === 2)
        say(hello)
        await until(() => follower.state === 'live')
        follower.close()
        return { requests, states }""",
    )
    assert seen["requests"] == [None, "1-8"]
    assert seen["states"] == [
        "connecting",
        "live",
        "reconnecting network",
        "live",
        "ended closed",
    ]


def test_it_outlives_a_relay_that_is_down_or_failing(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """answers.push('nothing', refuse(503, {}, { 'Retry-After': '0' }), refuse(429))
        const follower = follow()
        follower.probe()
        for (const count of [2, 3, 4]) { await until(() => requests.length === count || (follower.probe(), false)) }
        say(hello)
        await until(() => follower.state === 'live')
        follower.close()
        return states""",
    )
    assert seen == [
        "connecting",
        "reconnecting network 0",
        "reconnecting network 503",
        "reconnecting network 429",
        "live",
        "ended closed",
    ]


def test_a_refusal_ends_it_with_the_rule_that_refused(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """answers.push(refuse(403, { code: '23514', rule: 'participants_peer_is_current' }))
        const follower = follow()
        await until(() => follower.state === 'ended')
        return { states, requests: requests.length }""",
    )
    assert seen["states"] == ["connecting", "ended refused participants_peer_is_current"]
    assert seen["requests"] == 1


def test_a_bye_ends_it_unless_the_log_goes_on_elsewhere(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """const follower = follow()
        await until(() => say)
        say(hello + 'event: bye\\ndata: {"reason": "relay stopping", "retry": 20}\\n\\nevent: rooms\\ndata: {"seq": 1}\\n\\n')
        await until(() => requests.length === 2)
        const framesBefore = frames.length
        say(hello + 'event: bye\\ndata: {"reason": "taken over"}\\n\\n')
        await until(() => follower.state === 'ended')
        return { states, framesBefore }""",
    )
    assert seen["framesBefore"] == 1
    assert seen["states"] == [
        "connecting",
        "live",
        "reconnecting relay stopping",
        "live",
        "ended taken over",
    ]


def test_a_silent_line_is_a_dead_line(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """const follower = follow({ silentAfter: 200 })
        await until(() => say)
        say(hello)
        await until(() => requests.length === 2)
        follower.close()
        return states""",
    )
    assert seen == ["connecting", "live", "reconnecting silent", "ended closed"]


def test_a_new_network_is_tried_at_once(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """const follower = follow()
        await until(() => say)
        say(hello)
        await until(() => follower.state === 'live')
        follower.probe()
        const after = requests.length
        follower.probe(true)
        await until(() => requests.length === 2)
        follower.close()
        return { after, requests }""",
    )
    assert seen == {"after": 1, "requests": [None, "1-7"]}
