"""The chat as people use it: what they read, write, take back and never lose."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Locator

from ..people import Psql
from ..running import RunningRelay
from .test_accessibility import flawless
from .user_page import DESKTOP, PHONE, UserPage, user_page

NASTY = "<b>bold</b> <img src=x onerror=alert(1)> & &amp;"


@pytest.fixture
def hall(psql: Psql) -> int:
    """Rick's room, in which amara sits and has written."""
    room = psql.room("rick", "Hall")
    psql.seat(room, "amara")
    write(psql, room, "amara", NASTY)
    return room


def write(psql: Psql, room: int, username: str, *bodies: str) -> None:
    for body in bodies:
        psql.run(
            "insert into messages (room_id, user_id, body) values (%s, %s, %s)",
            room,
            psql.person(username),
            body,
        )


def messages(somebody: UserPage) -> Locator:
    return somebody.page.locator(".message")


def message(somebody: UserPage, text: str) -> Locator:
    return messages(somebody).filter(has_text=text)


def bodies(somebody: UserPage) -> list[str]:
    return somebody.page.locator(".message__body").all_inner_texts()


def box(somebody: UserPage) -> Locator:
    return somebody.page.get_by_label("Write to everybody in the room")


def test_what_is_written_is_read_by_all_as_text_and_can_be_taken_back(
    context: BrowserContext, relay: RunningRelay, psql: Psql, hall: int
) -> None:
    path = f"/rooms/{hall}"
    with (
        user_page(context, relay.url, "beth", path=path) as beth,
        user_page(context, relay.url, "rick", path=path) as rick,
    ):
        for each in (beth, rick):
            each.resize(DESKTOP)
            message(each, "onerror").wait_for()  # a newcomer finds what was written before
        assert bodies(beth) == [NASTY]
        beth.page.keyboard.press("c")
        box(beth).press_sequentially("First line")
        box(beth).press("Shift+Enter")
        box(beth).press_sequentially("see https://a.example/b?c#d, or javascript:alert(1)")
        box(beth).press("Enter")
        message(rick, "First line").wait_for()
        assert box(beth).input_value() == ""
        link = message(rick, "First line").get_by_role("link")
        assert link.evaluate("(a) => [a.textContent, a.href, a.target, a.rel]") == [
            "a.example/b…",
            "https://a.example/b?c#d",
            "_blank",
            "noopener noreferrer nofollow",
        ]
        rick.page.keyboard.press("c")
        box(rick).fill("שלום 👏")
        box(rick).press("Enter")
        message(beth, "שלום").wait_for()
        assert (
            message(beth, "שלום")
            .locator("p[dir=auto]")
            .evaluate("(p) => getComputedStyle(p).direction")
            == "rtl"
        )
        # Somebody I blocked is folded, until I want to read it.
        psql.run(
            "insert into blocks (user_id, blocked_id) values (%s, %s)",
            psql.person("beth"),
            psql.person("amara"),
        )
        beth.page.reload()
        beth.button("Enter anyway").click()
        beth.reads("A message from a person you blocked.")
        beth.button("Show it").click()
        message(beth, "onerror").get_by_text(NASTY).wait_for()
        message(beth, "First line").wait_for()
        # My own, and nobody else's.
        assert message(beth, "שלום").get_by_role("button").count() == 0
        message(beth, "First line").hover()
        message(beth, "First line").get_by_label("Delete this message").click()
        beth.button("Keep it").click()
        message(beth, "First line").get_by_label("Delete this message").click()
        beth.page.get_by_role("button", name="Delete", exact=True).click()
        message(rick, "First line").wait_for(state="detached")
        # A moderator takes back anybody's, by keyboard.
        rick.page.keyboard.press("Shift+Tab")
        rick.page.keyboard.press("Shift+Tab")
        rick.page.keyboard.press("Home")
        rick.page.keyboard.press("Tab")
        rick.page.keyboard.press("Enter")
        rick.page.keyboard.press("Enter")
        message(beth, "onerror").wait_for(state="detached")
        assert psql.count("messages") == 1


def test_two_thousand_messages_are_a_few_hundred_on_the_page_and_the_rest_a_press_away(
    context: BrowserContext, relay: RunningRelay, psql: Psql, hall: int
) -> None:
    write(psql, hall, "zoe", *(f"before {number}" for number in range(70)))
    with user_page(context, relay.url, "beth", path=f"/rooms/{hall}") as beth:
        beth.resize(DESKTOP)
        message(beth, "before 69").wait_for()
        assert messages(beth).count() == 50
        beth.page.get_by_text("Earlier messages").click()
        message(beth, "onerror").wait_for()
        assert messages(beth).count() == 71
        # What was being read stays under the eye, whatever comes above and below.
        where = "() => [...document.querySelectorAll('.message__body')].find((each) => each.textContent === 'before 20').getBoundingClientRect().top"
        stood = beth.page.evaluate(where)
        psql.run(
            "insert into messages (room_id, user_id, body) select %s, %s, 'later ' || n from generate_series(1, 2000) n",
            hall,
            psql.person("zoe"),
        )
        newest = beth.page.locator(".chat__newest")
        beth.waits_for(
            "() => document.querySelector('.chat__newest').textContent.includes('2,000')"
        )
        assert beth.page.evaluate(where) == stood
        assert messages(beth).count() <= 300
        newest.click()
        message(beth, "later 2000").wait_for()
        assert messages(beth).count() <= 300
        newest.wait_for(state="hidden")


def test_nothing_typed_is_lost_when_the_line_is_down_or_the_room_says_no(
    context: BrowserContext, relay: RunningRelay, psql: Psql, hall: int
) -> None:
    with user_page(context, relay.url, "beth", path=f"/rooms/{hall}", refusals=True) as beth:
        beth.resize(DESKTOP)
        beth.walks_in()
        for number in range(6):
            box(beth).fill(f"quick {number}")
            box(beth).press("Enter")
        message(beth, "Not sent.").wait_for()
        assert "quick 5" in message(beth, "Not sent.").inner_text()
        beth.reads("You can write again in")
        box(beth).fill("patience")
        box(beth).press("Enter")
        assert box(beth).input_value() == "patience"  # it waits where it is
        beth.waits_for("() => !document.querySelector('.composer').hasAttribute('data-waits')")
        beth.button("Send again").click()
        beth.page.locator(".message[data-state=said]", has_text="quick 5").wait_for()
        # No line: the words stay, through a reload too.
        beth.page.route("**/rows/messages*", lambda route: route.abort())
        box(beth).press("Enter")
        message(beth, "patience").get_by_text("Send again").wait_for()
        box(beth).fill("half a thought")
        beth.page.unroute("**/rows/messages*")
        beth.page.reload()
        message(beth, "patience").get_by_text("Send again").wait_for()
        assert box(beth).input_value() == "half a thought"
        message(beth, "patience").get_by_text("Edit the message").click()
        assert box(beth).input_value() == "patience\nhalf a thought"
        assert message(beth, "patience").count() == 0
        # Too long is told before it is tried.
        box(beth).fill("x" * 1900)
        beth.reads("100 characters left")
        box(beth).fill("👏" * 2001)
        beth.reads("1 character too many")
        box(beth).press("Enter")
        assert box(beth).input_value() == "👏" * 2001
        beth.said[:] = [line for line in beth.said if "ERR_FAILED" not in line]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_beside_the_room_or_over_it_chat_and_people_open_count_and_close(
    context: BrowserContext, relay: RunningRelay, psql: Psql, hall: int, scheme: str
) -> None:
    # A seat may lapse while a busy machine loads the page again; the browser notes what is refused then.
    with user_page(context, relay.url, "beth", path=f"/rooms/{hall}", refusals=True) as beth:
        beth.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        beth.resize(DESKTOP)
        beth.walks_in()
        panel = beth.page.get_by_role("region", name="Chat and people")
        message(beth, "onerror").wait_for()
        flawless(beth, "chat beside the room")
        beth.page.get_by_role("tab", name="People").click()
        panel.get_by_role("button", name="amara").wait_for()
        flawless(beth, "people beside the room")
        # Closed it counts, and stays closed.
        beth.button("Close chat and people").click()
        panel.wait_for(state="hidden")
        write(psql, hall, "amara", "one", "two")
        opener = beth.page.get_by_role("button", name="Chat 2 unread")
        opener.wait_for()
        assert opener.evaluate("(button) => button === document.activeElement")
        beth.page.reload()
        beth.walks_in()
        assert panel.is_hidden()
        # Inspector takes its place and gives it back.
        beth.page.keyboard.press("c")
        beth.waits_for("() => document.activeElement.matches('.composer__box')")
        beth.opens("Inspector")
        panel.wait_for(state="hidden")
        beth.page.keyboard.press("g")
        panel.wait_for()
        # Over the room: Escape and Back close it, the rest is out of reach, the focus comes back.
        beth.resize(PHONE)
        panel.wait_for(state="hidden")
        for close in ("escape", "back"):
            beth.page.get_by_role("button", name="Chat", exact=True).click()
            message(beth, "two").wait_for()
            assert beth.page.locator(".layout__room").evaluate("(room) => room.inert")
            if close == "escape":
                flawless(beth, "chat over the room")
                beth.page.keyboard.press("Escape")
            else:
                beth.page.go_back()
            panel.wait_for(state="hidden")
            beth.waits_for("() => document.activeElement.textContent.startsWith('Chat')")
        assert beth.page.url.split("?")[0].endswith(f"/rooms/{hall}")
        beth.page.get_by_role("button", name="Chat", exact=True).click()
        psql.one("select end_room(%s)", hall)
        beth.reads("This room has ended")
        assert panel.is_hidden()
        assert not beth.page.locator(".layout__room").evaluate("(room) => room.inert")


def test_a_reaction_floats_over_the_seat_it_comes_from_and_is_gone(
    context: BrowserContext, relay: RunningRelay, psql: Psql, hall: int
) -> None:
    path = f"/rooms/{hall}"
    with (
        user_page(context, relay.url, "beth", path=path) as beth,
        user_page(context, relay.url, "maya", path=path) as maya,
        user_page(context, relay.url, "lior", path=path) as still,
    ):
        still.page.emulate_media(reduced_motion="reduce")
        for each in (beth, maya, still):
            each.walks_in()
            each.seat("beth").wait_for()
        beth.button("React").click()
        beth.page.get_by_role("toolbar", name="Reactions").wait_for()
        flawless(beth, "the palette")
        beth.page.keyboard.press("1")
        beth.page.keyboard.press("1")
        beth.page.keyboard.press("ArrowRight")
        beth.page.keyboard.press("Enter")
        for each in (beth, maya):
            each.seat("beth").locator(
                ".seat__face .reaction[data-count='×2']", has_text="👏"
            ).wait_for()
            each.seat("beth").locator(".reaction", has_text="❤️").wait_for()
        still.seat("beth").locator(".reaction--still", has_text="❤️").wait_for()
        for each in (beth, maya, still):
            each.waits_for("() => document.querySelectorAll('.reaction').length === 0")
        log = maya.page.get_by_role("log", name="Comings and goings")
        log.get_by_text("Applause and a heart from beth.").wait_for()
        assert beth.page.evaluate("document.activeElement.ariaLabel") == "A heart"
        beth.page.keyboard.press("Escape")
        assert beth.page.evaluate("document.activeElement.textContent") == "React"
        beth.page.keyboard.press("r")
        for _ in range(12):
            beth.page.keyboard.press("4")
        beth.reads("Too many reactions in a short time.")


def test_the_palette_and_the_database_know_the_same_emoji(
    context: BrowserContext, relay: RunningRelay, psql: Psql, hall: int
) -> None:
    with user_page(context, relay.url) as somebody:
        palette = somebody.page.evaluate(
            "async () => (await import('/client/room/reactions.js')).PALETTE"
        )
    rule = psql.one(
        "select pg_get_constraintdef(oid) from pg_constraint where conname = 'reactions_emoji_is_known'"
    )
    assert rule.count("'::text") == len(palette)
    assert all(f"'{emoji}'" in rule for emoji in palette)


def test_slow_mode_counts_down_and_a_pinned_link_stands_above_until_it_is_taken_down(
    context: BrowserContext, relay: RunningRelay, psql: Psql, hall: int
) -> None:
    path = f"/rooms/{hall}"
    with (
        user_page(context, relay.url, "beth", path=path, refusals=True) as beth,
        user_page(context, relay.url, "rick", path=path) as rick,
    ):
        for each in (beth, rick):
            each.resize(DESKTOP)
            message(each, "onerror").wait_for()
        psql.run("update rooms set slow_mode = 3 where id = %s", hall)
        beth.reads("Slow mode: one message every 3 s.")
        assert rick.page.locator(".composer__notice").inner_text() == ""  # who moderates is exempt
        box(beth).fill("https://tea.example/leaves is worth a look")
        box(beth).press("Enter")
        message(rick, "tea.example").wait_for()
        beth.reads("Slow mode: you can write again in")
        box(beth).fill("and another thing")
        box(beth).press("Enter")
        assert box(beth).input_value() == "and another thing"
        beth.reads("Slow mode: one message every 3 s.")
        box(beth).press("Enter")
        message(rick, "and another thing").wait_for()
        # Without a connection what is typed waits.
        context.set_offline(True)
        beth.page.evaluate("dispatchEvent(new Event('online'))")
        beth.reads("You are not connected.")
        box(beth).fill("later")
        box(beth).press("Enter")
        assert box(beth).input_value() == "later"
        context.set_offline(False)
        for each in (beth, rick):
            each.walks_in()
            each.said.clear()  # the browser's own remarks about the network
        # Pinned from a message, seen by all, taken down; then by its address, which must be of the web.
        message(rick, "tea.example").hover()
        rick.page.get_by_label("Pin this link for everybody").click()
        pinned = beth.page.locator(".pinned").get_by_role("link", name="tea.example/leaves")
        pinned.wait_for()
        assert beth.button("Remove the pinned link").count() == 0
        flawless(rick, "a pinned link")
        rick.button("Remove the pinned link").click()
        pinned.wait_for(state="detached")
        rick.button("Pin a link").click()
        rick.page.get_by_label("Address").fill("javascript:alert(1)")
        rick.button("Pin it").click()
        rick.reads("A link begins with http:// or https://.")
        flawless(rick, "pinning a link")
        rick.page.get_by_label("Address").fill("tea.example/leaves")
        rick.button("Pin it").click()
        pinned.wait_for()
