"""The room as people see it: who is there, who speaks, and my own state in words."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Playwright, expect

from ..patience import eventually
from ..people import Psql
from ..running import RunningRelay
from .browser import SOUNDS_AFTER_A_TAP, chromium, patient_context
from .test_connection_problems import Untouched
from .user_page import user_page

pytestmark = pytest.mark.shares_a_relay

REFUSES_THE_MICROPHONE = """
    let asked = 0
    const allowed = navigator.mediaDevices.getUserMedia
    navigator.mediaDevices.getUserMedia = () => {
        asked += 1
        return asked > 1 ? allowed() : Promise.reject(new DOMException('no', 'NotAllowedError'))
    }
"""


def test_people_sit_in_the_order_they_joined_and_listeners_below(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    psql.seat(room, "zoe")
    psql.seat(room, "maya", "AUDIENCE")
    psql.seat(room, "amara")
    with user_page(context, relay.url, "beth", path=f"/rooms/{room}") as beth:
        beth.sees_seated("zoe", "amara", "beth", "maya")
        others = beth.page.get_by_role("region", name="Others in the room")
        expect(others.locator(".seat__name")).to_have_text(["maya"])
        beth.reads("4 people here · 3 on stage")
        psql.seat(room, "lior")
        beth.sees_seated("zoe", "amara", "beth", "lior", "maya")


def test_a_person_who_leaves_disappears_within_200_ms(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    psql.seat(room, "zoe")
    psql.seat(room, "amara")
    # An offer to zoe may still be on its way when she leaves, and is refused.
    with user_page(context, relay.url, "beth", path=f"/rooms/{room}", refusals=True) as beth:
        beth.sees_seated("zoe", "amara", "beth")
        beth.page.evaluate(
            """() => {
                const seat = document.querySelector('.seat[data-key]')
                new MutationObserver(() => {
                    const motions = seat.getAnimations().map((motion) => motion.effect.getComputedTiming().endTime)
                    if (motions.length) globalThis.fades ??= Math.max(...motions)
                }).observe(seat, { attributes: true })
                new MutationObserver(() => { globalThis.gone ||= !seat.isConnected }).observe(seat.parentElement, { childList: true })
            }"""
        )
        psql.run(
            "delete from participants where room_id = %s and user_id = %s",
            room,
            psql.person("zoe"),
        )
        beth.sees_seated("amara", "beth")
        beth.waits_for("() => globalThis.gone")
        assert 0 < beth.page.evaluate("globalThis.fades") < 250


def test_a_person_who_speaks_is_marked_and_named(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    path = f"/rooms/{room}"
    with (
        user_page(context, relay.url, "amara", path=path, tone=440) as amara,
        user_page(context, relay.url, "beth", path=path) as beth,
    ):
        amara.walks_in()
        beth.walks_in()
        amara.page.locator(".microphone[data-state='off']").wait_for()
        beth.seat("amara").get_by_text("Muted").wait_for()
        amara.reads("Your microphone is off")
        amara.button("Turn microphone on").click()
        amara.reads("You're speaking")
        beth.seat("amara").get_by_text("Speaking").wait_for()
        beth.button("amara, speaking").wait_for()
        beth.waits_for(
            "() => Number(document.querySelector(\"[data-state='speaking'] .seat__ring\")?.style.getPropertyValue('--level')) > 0"
        )
        amara.button("Turn microphone off").click()
        beth.seat("amara").get_by_text("Muted").wait_for()
        beth.button("amara, muted").wait_for()


def test_the_keys_mute_talk_leave_and_explain_themselves(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    for name in ("Attic", "Cellar", "Garden", "Kitchen"):
        psql.room("rick", name)  # enough rooms for a search
    with user_page(context, relay.url, "beth", path=f"/rooms/{room}", tone=440) as beth:
        beth.walks_in()
        keyboard = beth.page.keyboard
        keyboard.press("m")
        beth.reads("You're speaking")
        keyboard.press("m")
        beth.reads("Your microphone is off")
        keyboard.down(" ")
        beth.reads("You're speaking")
        keyboard.up(" ")
        beth.reads("Your microphone is off")
        keyboard.press("?")
        beth.page.get_by_role("dialog", name="Keys").wait_for()
        keyboard.press("l")  # keys do nothing in a dialog
        keyboard.press("Escape")
        beth.page.get_by_role("dialog").wait_for(state="hidden")
        assert psql.roster(room) == ["beth"]
        beth.page.get_by_role("searchbox").press_sequentially("ml")  # keys do nothing in a field
        assert psql.roster(room) == ["beth"]
        beth.page.get_by_role("heading", level=1, name="Den").click()
        beth.page.evaluate("document.activeElement.blur()")
        # Escape closes what is in front, and nothing behind it.
        keyboard.press("g")
        inspector = beth.page.get_by_role("heading", name="Inspector")
        inspector.wait_for()
        beth.seat("beth").get_by_role("button").click()
        card = beth.page.get_by_role("dialog", name="beth")
        card.wait_for()
        keyboard.press("Escape")
        card.wait_for(state="hidden")
        expect(inspector).to_be_visible()
        keyboard.press("Escape")
        inspector.wait_for(state="hidden")
        keyboard.press("l")
        beth.button("Leave").click()  # who is on stage is asked
        beth.reads("Rooms to drop into and talk.")
        eventually(lambda: psql.roster(room) == [])


def test_a_refused_microphone_is_explained_beside_it_and_can_be_tried_again(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    with user_page(
        context,
        relay.url,
        "beth",
        path=f"/rooms/{room}",
        tone=440,
        before=REFUSES_THE_MICROPHONE,
    ) as beth:
        beth.walks_in()
        beth.button("Turn microphone on").click()
        notice = beth.page.get_by_role("alert").filter(
            has_text="Allow the microphone in your browser"
        )
        notice.get_by_text("You can go on listening").wait_for()
        beth.reads("You're listening")
        assert psql.roster(room) == ["beth"]
        notice.get_by_role("button", name="Try again").click()
        beth.reads("You're speaking")
        notice.wait_for(state="hidden")


def test_in_an_open_room_a_person_can_leave_the_stage_and_join_it_again(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    with user_page(context, relay.url, "beth", path=f"/rooms/{room}") as beth:
        beth.walks_in()
        beth.opens("Just listen")
        beth.page.get_by_role("region", name="Others in the room").get_by_text("beth").wait_for()
        beth.reads("You're listening")
        assert beth.button("Turn microphone on").count() == 0
        beth.button("Join the stage").click()
        beth.button("Turn microphone on").wait_for()
        assert psql.one("select role::text from roster where room_id = %s", room) == "SPEAKER"


def test_blocked_audio_asks_for_one_tap(
    playwright: Playwright, context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    path = f"/rooms/{room}"
    with (
        user_page(context, relay.url, "amara", path=path, tone=440) as amara,
        chromium(playwright, SOUNDS_AFTER_A_TAP) as strict,
    ):
        amara.walks_in()
        amara.button("Turn microphone on").click()
        quiet = patient_context(strict, permissions=["microphone"])
        with user_page(quiet, relay.url, "beth", path=path) as beth:
            # Playwright's `evaluate` would count as a tap, so this uses the protocol.
            untouched = Untouched(quiet, beth.page)
            tap = "[...document.querySelectorAll('.room__tap')].filter((each) => !each.hidden).map((each) => [each.textContent, each.getBoundingClientRect().x, each.getBoundingClientRect().y])"
            eventually(lambda: untouched.run(tap))
            [(text, x, y)] = untouched.run(tap)
            assert text == "Tap to listen"
            beth.page.mouse.click(x + 10, y + 10)
            beth.button("Tap to listen").wait_for(state="hidden")
            beth.seat("amara").get_by_text("Speaking").wait_for()


def test_a_lost_network_keeps_the_room_on_the_screen(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    psql.seat(room, "zoe")
    with user_page(context, relay.url, "beth", path=f"/rooms/{room}") as beth:
        beth.sees_seated("zoe", "beth")
        context.set_offline(True)
        beth.page.evaluate("dispatchEvent(new Event('online'))")
        banner = beth.page.get_by_text("You are not connected.", exact=True)
        banner.wait_for()
        beth.sees_seated("zoe", "beth")
        context.set_offline(False)
        banner.wait_for(state="hidden")
        beth.sees_seated("zoe", "beth")
        beth.said.clear()  # the browser's own messages about the network


def seats(psql: Psql, room: int, *names: str) -> None:
    """In one transaction, so that their events arrive together."""
    people = [psql.person(name) for name in names]
    psql.run(
        "insert into participants (room_id, user_id) select %s, unnest(%s::bigint[])", room, people
    )


def test_people_who_enter_together_are_announced_together(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    with user_page(context, relay.url, "beth", path=f"/rooms/{room}") as beth:
        beth.walks_in()
        log = beth.page.get_by_role("log", name="Who enters and leaves")
        assert log.get_attribute("aria-live") == "polite"
        beth.remembers_what_is_brief()
        seats(psql, room, "amara", "lior")
        beth.has_announced("amara and lior came in.")
        seats(psql, room, "one", "two", "three", "four")
        beth.has_announced("4 people came in.")
        gone = [psql.person(name) for name in ("amara", "lior")]
        psql.run("delete from participants where room_id = %s and user_id = any(%s)", room, gone)
        beth.has_announced("amara and lior were removed.")
