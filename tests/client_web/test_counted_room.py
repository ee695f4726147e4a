"""A room in which so many listen that they are a number: it grows beyond a hundred, and becomes small again."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, BrowserContext, Route, expect

from ..patience import eventually
from ..people import Psql
from ..running import RunningRelay
from .browser import patient_context
from .conftest import OpenTab
from .test_accessibility import COLOURS, flaws
from .user_page import DESKTOP, UserPage, user_page

CROWD = 130
SIGNS_OUT_ELSEWHERE = """() => {
    history.replaceState(history.state, '', location.pathname) // not again by `?username=`
    return fetch('/session', { method: 'DELETE', headers: { Authorization: `Bearer ${sessionStorage.getItem('roomtone.token')}` } })
}"""
SHOWN = 50  # names of a page, and faces in the room


def listen(psql: Psql, room: int, first: int, last: int) -> None:
    """Seat the guests with these numbers in the audience."""
    psql.run(
        "insert into users (username) select 'guest ' || n from generate_series(%s::int, %s) n",
        first,
        last,
    )
    psql.run(
        "insert into participants (room_id, user_id, role)"
        " select %s, u.id, 'AUDIENCE' from generate_series(%s::int, %s) n join users u on u.username = 'guest ' || n order by n",
        room,
        first,
        last,
    )


def raise_hands(psql: Psql, room: int, first: int, last: int) -> None:
    for number in range(first, last + 1):
        psql.run(
            "update participants set hand_raised_at = now() where room_id = %s and user_id = %s",
            room,
            psql.person(f"guest {number}"),
        )


def test_a_large_audience_is_a_number_with_a_list_that_is_searched_and_pages(
    context: BrowserContext, browser: Browser, relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("rick", "Arena", "moderated")
    psql.seat(room, "rick")
    psql.person("beth")
    psql.run("update users set site_moderator = true where username = 'beth'")
    # The relay is not reached once, below.
    with user_page(context, relay.url, "beth", path=f"/rooms/{room}", refusals=True) as beth:
        beth.resize(DESKTOP)
        page = beth.page
        beth.sees_seated("rick", "beth")
        expect(page.get_by_role("region", name="Others in the room")).to_contain_text("Others")
        expect(beth.button("Find a listener")).to_be_hidden()
        listen(psql, room, 1, CROWD)
        beth.reads(f"{CROWD + 1} listening")
        beth.reads(f"{CROWD + 2} people here · 1 on stage")
        assert page.locator(".seat[data-key]").count() < SHOWN

        # Who enters now learns the same from the snapshot, which has only the first of many raised hands.
        queue = page.get_by_role("region", name="Hands up")
        hands = queue.get_by_role("listitem")
        raise_hands(psql, room, 1, SHOWN + 20)
        beth.reads(f"{SHOWN + 20} hands up")
        page.reload()
        beth.reads(f"{CROWD + 1} listening")
        beth.reads(f"{SHOWN + 20} hands up")
        expect(hands).to_have_count(SHOWN)
        expect(queue).to_contain_text("and 20 more hands")
        queue.get_by_role("button", name="Show more").click()
        expect(hands).to_have_count(SHOWN + 20)
        expect(queue).not_to_contain_text("more hands")
        expect(hands.last).to_contain_text(f"guest {SHOWN + 20}")
        psql.run("update participants set hand_raised_at = null where room_id = %s", room)
        expect(queue).to_be_hidden()
        beth.sees_seated("rick", "beth")

        # Who has no seat on the screen reacts over the number.
        beth.remembers_what_is_brief()
        psql.act_as("guest 99").one("select react(%s, '👏')", room)
        psql.act_as(None)
        beth.has_shown("undefined reaction 👏")

        # Names come page by page, and as buttons of one list.
        beth.button("Find a listener").click()
        search = page.get_by_role("searchbox", name="Find a listener by name")
        expect(search).to_be_focused()
        listed = page.get_by_role("list", name="Listeners")
        names = listed.get_by_role("button")
        expect(names).to_have_count(SHOWN)
        expect(listed).not_to_have_attribute(
            "aria-busy", "true"
        )  # until then the button does nothing
        # By the button or, because the list pages by itself while it is scrolled, without it.
        beth.button("Show more").evaluate("(button) => button.click()")
        expect(names).not_to_have_count(SHOWN)
        search.press("ArrowDown")
        expect(names.first).to_be_focused()
        page.keyboard.press("ArrowDown")
        expect(names.nth(1)).to_be_focused()
        # Who leaves is no longer listed after a moment, and the focus stays in the list.
        gone = psql.person("guest 2")
        psql.run("delete from participants where room_id = %s and user_id = %s", room, gone)
        expect(names.nth(1)).to_contain_text("guest 3")
        expect(names.nth(1)).to_be_focused()
        assert flaws(beth, "a counted audience") == []
        page.emulate_media(color_scheme="dark")
        assert flaws(beth, "a counted audience, by night", COLOURS) == []
        page.emulate_media(color_scheme="light")

        # The state of a search is read by screen readers, also without a result and after a failure.
        search.fill(f"GUEST {CROWD}")
        expect(names).to_have_count(1)
        state = page.get_by_role("group", name="Listening").get_by_role("status")
        expect(state).to_have_text("1 person found.")
        search.fill("nobody at all")
        expect(state).to_have_text("Nobody who is listening has “nobody at all” in their name.")

        def fail(route: Route) -> None:
            route.fulfill(status=429, json={"message": "too many requests", "status": 429})

        roster = re.compile("/rows/roster")
        page.route(roster, fail)
        search.fill("guest 77")
        expect(state).to_contain_text("The names could not be loaded.")
        page.unroute(roster)
        beth.button("Try again").click()
        expect(names).to_have_count(1)

        # What moderators can do with a seat they can do with a name.
        names.first.click()
        page.get_by_role("dialog", name="guest 77").get_by_role(
            "button", name=re.compile("Invite to speak")
        ).click()
        expect(queue).to_contain_text("guest 77")
        beth.sees_seated("rick", "guest 77", "beth")  # who joined again
        psql.run("update participants set invited_to_speak_at = null where room_id = %s", room)
        beth.sees_seated("rick", "beth")

        # With few people again, everybody has a seat, in the order in which they joined.
        psql.run(
            "delete from participants p using users u where p.room_id = %s and u.id = p.user_id"
            " and u.username like 'guest %%' and u.username not in ('guest 5', 'guest 77', 'guest 101')",
            room,
        )
        beth.sees_seated("rick", "guest 5", "guest 77", "guest 101", "beth")
        beth.reads("5 people here · 1 on stage")
        expect(beth.button("Find a listener")).to_be_hidden()
        expect(search).to_be_hidden()
        other = patient_context(browser)
        with user_page(other, relay.url, "dora", path=f"/rooms/{room}", refusals=True) as dora:
            disables_and_enables(beth, dora)
        other.close()


def disables_and_enables(beth: UserPage, dora: UserPage) -> None:
    """A site moderator disables an account, and takes that back."""
    page = beth.page

    def asks(name: str, action: str) -> None:
        beth.seat(name).get_by_role("button").click()
        page.get_by_role("dialog", name=name).get_by_role("button", name=action).click()

    asks("dora", "Disable their account…")
    beth.button("Disable dora").click()
    expect(beth.button("Undo")).to_be_focused()
    page.keyboard.press("Enter")
    beth.reads("dora can sign in again.")

    # Who signed out elsewhere is asked for a name before they come back.
    dora.page.goto(f"{dora.url}{beth.page.evaluate('location.pathname')}?username=dora")
    dora.walks_in()
    dora.page.evaluate(SIGNS_OUT_ELSEWHERE)
    dora.reads("You were signed out")
    dora.button("Come back").click()
    dora.page.get_by_label("Your name").fill("dora")
    dora.button("Enter").click()
    dora.walks_in()

    # One press counts. What becomes of an action whose question was closed does not answer the next question.
    held: list[Route] = []
    page.route(re.compile("disable_user"), lambda route: held.append(route))  # noqa: PLW0108 - Playwright sets an attribute of it
    asks("dora", "Disable their account…")
    beth.button("Disable dora").dblclick()
    page.keyboard.press("Escape")
    asks("guest 5", "Ban from this room…")
    ban = page.get_by_role("dialog", name="Ban guest 5?")
    ban.wait_for()
    eventually(lambda: page.title() and held)
    assert len(held) == 1
    held[0].continue_()
    beth.reads("The account of dora is disabled.")
    expect(ban).to_be_visible()
    # Back leaves the room, and what was asked there.
    page.go_back()
    ban.wait_for(state="hidden")


def test_listeners_who_enter_a_counted_mesh_hear_the_stage_and_are_heard_when_they_come_to_it(
    tab: OpenTab, psql: Psql, room: int
) -> None:
    psql.run("insert into roster_sizes (counted_above, full_below) values (2, 2)")
    psql.run("update rooms set stage = 'open' where id = %s", room)
    amara = tab("amara", tone=440)
    amara.enter(room)
    amara.unmute()
    beth = tab("beth", tone=660)
    beth.enter(room, "AUDIENCE")
    beth.hears("amara", 440)
    psql.seat(room, "zoe", "AUDIENCE")
    for each in (amara, beth):
        each.until("() => roomtone.state.counted && roomtone.state.counts.here === 3")
    lior = tab("lior")
    lior.enter(room, "AUDIENCE")
    lior.hears("amara", 440)
    beth.hears("amara", 440)
    beth.run("() => roomtone.roomSession.consent.stepUp()")
    beth.until("() => roomtone.state.may.speak")
    beth.unmute()
    lior.hears("beth", 660)
    amara.hears("beth", 660)
    # Full again: everybody is known.
    lior.leave()
    psql.run("update roster_sizes set counted_above = 10, full_below = 9")
    psql.run(
        "delete from participants where room_id = %s and user_id = %s", room, psql.person("zoe")
    )
    amara.sees("amara", "beth")
    beth.sees("amara", "beth")
    amara.until("() => !roomtone.state.counted")
    amara.hears("beth", 660)
