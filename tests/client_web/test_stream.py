"""Subscriptions by Server-Sent Events, against a relay that the page simulates."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from ..patience import PATIENCE

# Each answer is for the next request; `say` writes to the open response.
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
    const end = performance.now() + PATIENCE
    while (!condition()) {
        if (performance.now() > end) throw new Error('it did not come true: ' + JSON.stringify({ states, requests }))
        await new Promise((resolve) => setTimeout(resolve, 5))
    }
}
const subscribe = (options = {}) => {
    const subscription = createStream({ url: '/events', fetch, onFrame: (frame) => frames.push(frame),
        onState: ({ state, reason, problem }) => states.push([state, reason, problem?.rule ?? problem?.status ?? null].join(' ').trim()), ...options })
    subscription.start()
    return subscription
}
const hello = 'retry: 100\\n\\nevent: snapshot\\nid: 1-7\\ndata: {"hallway":[]}\\n\\n'
"""


def play(page: Page, script: str) -> Any:
    return page.evaluate(f"async () => {{ const PATIENCE = {PATIENCE * 1000}; {PLAY} {script} }}")


def test_it_is_live_with_the_first_frame(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """const subscription = subscribe()
        await until(() => say)
        say(': warm\\n\\n')
        const before = subscription.state
        say(hello)
        await until(() => frames.length)
        const { type, cursor } = frames[0]
        const state = subscription.state
        subscription.close()
        return { before, state, type, cursor, after: subscription.state }""",
    )
    assert seen == {
        "before": "connecting",
        "state": "live",
        "type": "snapshot",
        "cursor": "1-7",
        "after": "ended",
    }


def test_it_resumes_at_its_cursor(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """const subscription = subscribe()
        await until(() => say)
        say(hello + 'event: hallway\\ndata: {"id": 1}\\n\\nevent: rooms\\nid: 1-8\\ndata: {"seq": 8}\\n\\n')
        await until(() => frames.length === 3)
        hangUp()
        await until(() => requests.length === 2)
        say(hello)
        await until(() => subscription.state === 'live')
        subscription.close()
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


def test_it_reconnects_after_a_relay_was_down_or_failed(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """answers.push('nothing', refuse(503, {}, { 'Retry-After': '0' }), refuse(429))
        const subscription = subscribe()
        subscription.probe()
        for (const count of [2, 3, 4]) { await until(() => requests.length === count || (subscription.probe(), false)) }
        say(hello)
        await until(() => subscription.state === 'live')
        subscription.close()
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
        """answers.push(refuse(403, { code: '23514', rule: 'participants_peer_id_is_current' }))
        const subscription = subscribe()
        await until(() => subscription.state === 'ended')
        return { states, requests: requests.length }""",
    )
    assert seen["states"] == ["connecting", "ended refused participants_peer_id_is_current"]
    assert seen["requests"] == 1


def test_a_bye_ends_it_unless_the_log_continues(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """const subscription = subscribe()
        await until(() => say)
        say(hello + 'event: bye\\ndata: {"reason": "relay stopping", "retry": 20}\\n\\nevent: rooms\\ndata: {"seq": 1}\\n\\n')
        await until(() => requests.length === 2)
        const framesBefore = frames.length
        say(hello + 'event: bye\\ndata: {"reason": "taken over"}\\n\\n')
        await until(() => subscription.state === 'ended')
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


def test_a_silent_connection_is_replaced(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """const subscription = subscribe({ silentAfter: 200 })
        await until(() => say)
        say(hello)
        await until(() => requests.length === 2)
        subscription.close()
        return states""",
    )
    assert seen == ["connecting", "live", "reconnecting silent", "ended closed"]


def test_after_a_change_of_network_it_reconnects_at_once(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """const subscription = subscribe()
        await until(() => say)
        say(hello)
        await until(() => subscription.state === 'live')
        subscription.probe()
        const after = requests.length
        subscription.probe(true)
        await until(() => requests.length === 2)
        subscription.close()
        return { after, requests }""",
    )
    assert seen == {"after": 1, "requests": [None, "1-7"]}
