"""The chat as pure functions: what is in it, which of it is shown, what is a link, and what is still to be sent."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

LOG = """async (frames) => {
    const { EMPTY_LOG, reduceChat, withHistory } = await import('/client/room/chat_log.js')
    let log = EMPTY_LOG
    for (const frame of frames) log = frame.page ? withHistory(log, frame.page, frame.more) : reduceChat(log, frame)
    return { bodies: log.messages.map(({ body }) => body), more: log.more }
}"""

Frame = dict[str, Any]


def message(number: int) -> dict[str, Any]:
    return {"id": number, "user_id": 1, "username": "rick", "body": f"m{number}"}


def snapshot(*numbers: int) -> Frame:
    return {"type": "snapshot", "data": {"messages": [message(each) for each in numbers]}}


def said(number: int) -> Frame:
    return {"type": "messages", "data": {"type": "INSERT", "record": message(number)}}


def taken_back(number: int) -> Frame:
    data = {"type": "DELETE", "record": None, "old_record": {"id": number, "user_id": 1}}
    return {"type": "messages", "data": data}


def history(*numbers: int, more: bool = False) -> Frame:
    return {"page": [message(each) for each in numbers], "more": more}


@pytest.mark.parametrize(
    ("frames", "bodies", "more"),
    [
        ([snapshot(2, 3), said(4)], ["m2", "m3", "m4"], False),
        ([snapshot(*range(1, 51))], [f"m{n}" for n in range(1, 51)], True),
        (
            [snapshot(2), said(4), said(3)],
            ["m2", "m3", "m4"],
            False,
        ),  # committed later, written earlier
        ([snapshot(2), said(2), said(2)], ["m2"], False),
        ([snapshot(2, 3), taken_back(2)], ["m3"], False),
        ([snapshot(2), taken_back(3), said(3)], ["m2"], False),  # the answer to my POST came last
        ([snapshot(4, 5), history(3, 2, more=True)], ["m2", "m3", "m4", "m5"], True),
        ([snapshot(4), taken_back(3), history(3, 2)], ["m2", "m4"], False),
        ([snapshot(1, 2), snapshot(2, 7)], ["m2", "m7"], False),  # 1 was taken back meanwhile
        ([snapshot(1), {"type": "snapshot", "data": {"hallway": []}}], ["m1"], False),
    ],
)
def test_messages_stand_in_order_once_and_what_is_taken_back_stays_away(
    quiet_page: Page, frames: list[Frame], bodies: list[str], more: bool
) -> None:
    assert quiet_page.evaluate(LOG, frames) == {"bodies": bodies, "more": more}


def test_three_thousand_messages_are_kept_and_the_oldest_can_be_fetched_again(
    quiet_page: Page,
) -> None:
    log = quiet_page.evaluate(LOG, [snapshot(1), *(said(number) for number in range(2, 3102))])
    assert (len(log["bodies"]), log["bodies"][0], log["more"]) == (3000, "m102", True)


WINDOW = """async (moves) => {
    const { NEWEST, cut, down, held, up } = await import('/client/view/chat_window.js')
    let messages = Array.from({ length: 1000 }, (_, index) => ({ id: index + 1 }))
    let frame = NEWEST
    return moves.map((move) => {
        if (move === 'said') messages = [...messages, { id: messages.length + 1 }]
        frame = { up, down, held, said: (_, same) => (same === NEWEST ? same : held(messages, same)) }[move](messages, frame)
        const { start, end } = cut(messages, frame)
        return [start + 1, end]
    })
}"""


def test_the_window_stays_small_and_moves_a_page_at_a_time(quiet_page: Page) -> None:
    assert quiet_page.evaluate(WINDOW, ["said", "held", "up", "up", "said", "down", "down"]) == [
        [702, 1001],  # the newest three hundred
        [702, 1001],  # further up: it stands
        [652, 951],
        [602, 901],
        [602, 901],  # what comes does not move it
        [652, 951],
        [702, 1001],
    ]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://a.example/b?c=d#e.", [("https://a.example/b?c=d#e", "a.example/b…")]),
        (
            "(https://a.example/tea_(meal))",
            [("https://a.example/tea_(meal)", "a.example/tea_(meal)")],
        ),
        (
            "http://a.example, https://b.example!",
            [("http://a.example/", "a.example"), ("https://b.example/", "b.example")],
        ),
        (
            "https://bank.example@evil.example/x",
            [("https://bank.example@evil.example/x", "evil.example/x")],
        ),
        ("https://аpple.example", [("https://xn--pple-43d.example/", "xn--pple-43d.example")]),
        ("https://a.example/%D7%AA%D7%94", [("https://a.example/%D7%AA%D7%94", "a.example/תה")]),
        (
            "https://a.example/%E2%80%AEgpj",
            [("https://a.example/%E2%80%AEgpj", "a.example/%E2%80%AEgpj")],
        ),
        ("javascript:alert(1) data:text/html,x mailto:a@b.example ftp://a.example", []),
        ("javascript:alert('https://a.example')", [("https://a.example/", "a.example")]),
        ("https:// https://[ http://:80", []),
        ('<a href="https://a.example">', [("https://a.example/", "a.example")]),
        ("nothttps://a.example", []),
    ],
)
def test_only_the_web_is_linked_and_shown_as_where_it_leads(
    quiet_page: Page, text: str, links: list[tuple[str, str]]
) -> None:
    parts = quiet_page.evaluate(
        "async (text) => (await import('/client/view/links.js')).cutLinks(text)", text
    )
    assert [(each["href"], each["label"]) for each in parts if isinstance(each, dict)] == links


OUTGOING = """async (steps) => {
    const { createOutgoing } = await import('/client/room/outgoing.js')
    const { Problem } = await import('/client/signaling/problem.js')
    const asked = []
    const outgoing = createOutgoing({
        now: () => 0, onChange: () => {},
        post: (client_id, body) => new Promise((done, refuse) => asked.push({ client_id, body, done, refuse })),
    })
    const settle = () => new Promise((then) => setTimeout(then))
    for (const [step, value] of steps) {
        if (step === 'done') asked.at(-1).done()
        else if (step === 'refused') asked.at(-1).refuse(new Problem({ status: value, message: 'no' }))
        else if (step === 'recognise') outgoing.recognise(asked[value - 1].client_id) // the log shows what the nth request stored
        else outgoing[step](value)
        await settle()
    }
    return { asked: asked.map(({ body }) => body), left: outgoing.list.map(({ body, state }) => `${body} ${state}`) }
}"""


@pytest.mark.parametrize(
    ("steps", "asked", "left"),
    [
        ([("send", "a"), ("send", "b")], ["a"], ["a sending", "b sending"]),
        ([("send", "a"), ("send", "b"), ("done", None), ("done", None)], ["a", "b"], []),
        ([("send", "a"), ("send", "b"), ("refused", 400)], ["a"], ["a unsent", "b unsent"]),
        ([("send", "a"), ("refused", 0), ("again", 1), ("done", None)], ["a", "a"], []),
        ([("send", "a"), ("refused", 0), ("recognise", 1)], ["a"], []),  # it was there after all
        # Two equal ones under way, and the second is refused after the log showed the first.
        (
            [("send", "a"), ("send", "a"), ("done", None), ("recognise", 1), ("refused", 400)],
            ["a", "a"],
            ["a unsent"],
        ),
        ([("send", "a"), ("refused", 400), ("discard", 1)], ["a"], []),
    ],
)
def test_what_i_write_is_sent_one_after_the_other_and_never_lost(
    quiet_page: Page, steps: list[Any], asked: list[str], left: list[str]
) -> None:
    assert quiet_page.evaluate(OUTGOING, steps) == {"asked": asked, "left": left}


def test_sent_again_it_has_the_same_id_and_two_have_different_ones(quiet_page: Page) -> None:
    ids = quiet_page.evaluate(
        """async () => {
            const { createOutgoing } = await import('/client/room/outgoing.js')
            const ids = []
            let refuse = true
            const outgoing = createOutgoing({ now: () => 0, onChange: () => {},
                post: async (client_id) => { ids.push(client_id); if (refuse) throw new Error('no') } })
            const settle = () => new Promise((then) => setTimeout(then))
            outgoing.send('a')
            await settle()
            refuse = false
            outgoing.again(1)
            await settle()
            outgoing.send('a')
            return ids
        }"""
    )
    assert ids[0] == ids[1] != ids[2]


def test_several_reactions_or_messages_are_one_sentence(quiet_page: Page) -> None:
    told = quiet_page.evaluate(
        """async () => {
            const { lengthInWords, messagesInWords, reactionsInWords, secondsInWords, isOnlyEmoji } = await import('/client/view/chat_words.js')
            const by = (username, emoji) => ({ username, emoji, body: `hello from ${username}` })
            return [
                reactionsInWords([by('amara', '👏'), by('lior', '👏'), by('amara', '❤️')]),
                reactionsInWords(['a', 'b', 'c', 'd'].map((name) => by(name, '🔥'))),
                messagesInWords([by('amara')], true), messagesInWords([by('amara'), by('lior')], false),
                lengthInWords(1700), lengthInWords(1999), lengthInWords(2013), secondsInWords(125), secondsInWords(9),
                ['👏', '👩🏽‍🚀 🇩🇪', '123', '👏👏👏👏', 'ok 👏'].map(isOnlyEmoji),
            ]
        }"""
    )
    assert told == [
        "Applause and a heart from amara and lior.",
        "Fire from 4 people.",
        "amara: hello from amara",
        "2 new messages from amara and lior.",
        "",
        "1 character left",
        "13 characters too many",
        "2 min 5 s",
        "9 s",
        [True, True, False, False, False],
    ]
