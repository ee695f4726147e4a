"""Signals on their way out: in order, batched, retried, and only the guilty dropped."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

PLAY = """
const { createOutbox } = await import('/client/signaling/outbox.js')
const { Problem } = await import('/client/signaling/problem.js')
const posts = [], refused = []
let flights = 0, most = 0
const verdicts = []
let open = []
const post = async (signals) => {
    posts.push(signals.map(({ to_peer, kind, body }) => `${to_peer} ${kind}${kind === 'candidate' ? ' ' + [].concat(body).join('') : ''}`))
    flights += 1
    most = Math.max(most, flights)
    try {
        const verdict = verdicts.shift()
        if (verdict) { const problem = verdict(signals); if (problem) throw problem }
        if (open) await new Promise((resolve) => open.push(resolve))
    } finally { flights -= 1 }
}
const outbox = createOutbox({ post, onRefused: ({ to_peer, kind }, { rule }) => refused.push(`${to_peer} ${kind} ${rule}`) })
const turn = () => new Promise((resolve) => setTimeout(resolve))
const answered = async () => { const now = open; open = []; now.forEach((resolve) => resolve()); await turn() }
const rule = (name) => new Problem({ status: 409, code: '23514', rule: name })
"""


def play(page: Page, script: str) -> Any:
    return page.evaluate(f"async () => {{ {PLAY} {script} }}")


def test_one_post_for_each_peer_and_what_piles_up_goes_together(quiet_page: Page) -> None:
    posts = play(
        quiet_page,
        """outbox.send('a', 'offer', {})
        await turn()
        outbox.send('a', 'candidate', 1)
        outbox.send('b', 'offer', {})
        await turn()
        outbox.send('a', 'candidate', [2, 3])
        outbox.send('b', 'candidate', 4)
        await answered()
        await answered()
        return posts""",
    )
    assert posts == [["a offer"], ["b offer"], ["a candidate 123", "b candidate 4"]]


def test_forty_offers_are_a_handful_of_requests(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """for (let peer = 0; peer < 40; peer += 1) { outbox.send(`p${peer}`, 'offer', {}); await turn() }
        while (open.length) await answered()
        return { posts: posts.length, sent: posts.flat().length, most }""",
    )
    assert seen == {"posts": 4, "sent": 40, "most": 3}


def test_a_fenced_signal_takes_no_other_with_it(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """open = null
        const fence = (signals) => signals.some(({ to_peer }) => to_peer === 'gone') && rule('signals_recipient_is_seated')
        verdicts.push(fence, fence, fence, fence)
        outbox.send('a', 'offer', {})
        outbox.send('gone', 'offer', {})
        outbox.send('b', 'answer', {})
        await turn()
        return { posts, refused }""",
    )
    assert seen["posts"][1:] == [["a offer"], ["gone offer"], ["b answer"]]
    assert seen["refused"] == ["gone offer signals_recipient_is_seated"]


def test_an_unreachable_relay_keeps_the_order(quiet_page: Page) -> None:
    posts = play(
        quiet_page,
        """open = null
        verdicts.push(() => new Problem({ status: 0 }), () => new Problem({ status: 500, code: '40001' }))
        outbox.send('a', 'offer', {})
        await turn()
        outbox.send('a', 'candidate', 1)
        while (posts.length < 4) { outbox.hurry(); await turn() }
        return { posts, refused }""",
    )
    assert posts == {
        "posts": [["a offer"], ["a offer"], ["a offer"], ["a candidate 1"]],
        "refused": [],
    }


def test_what_waits_for_somebody_who_left_is_forgotten(quiet_page: Page) -> None:
    posts = play(
        quiet_page,
        """outbox.send('a', 'offer', {})
        await turn()
        outbox.send('a', 'candidate', 1)
        outbox.forget('a')
        outbox.send('a', 'bye', {})
        await answered()
        return posts""",
    )
    assert posts == [["a offer"], ["a bye"]]
