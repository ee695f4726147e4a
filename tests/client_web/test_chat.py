"""The chat as people use it: what they read, write and delete."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Locator

from ..people import Psql
from ..running import RunningRelay
from .test_accessibility import COLOURS, flawless
from .user_page import DESKTOP, PHONE, UserPage, user_page

NASTY = "<b>bold</b> <img src=x onerror=alert(1)> & &amp;"


TYPES_WHILE_WAITING = """([notice, text]) => { globalThis.typedWhileWaiting = new Promise((done) => {
    const box = document.querySelector('.composer__box')
    const look = () => {
        if (!document.querySelector('.composer__notice').textContent.includes(notice)) return
        looks.disconnect()
        box.value = text
        box.dispatchEvent(new Event('input', { bubbles: true }))
        box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
        done(box.value)
    }
    const looks = new MutationObserver(look)
    looks.observe(document.querySelector('.composer'), { subtree: true, childList: true, characterData: true })
}) }"""
"""As soon as this notice says how long to wait, type a text and press Enter: on a busy machine the wait may be over before a test can. What is in the box then."""


@pytest.fixture
def hall(psql: Psql) -> int:
    """Rick's room, with amara, who has written messages."""
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


def messages(user: UserPage) -> Locator:
    return user.page.locator(".message")


def message(user: UserPage, text: str) -> Locator:
    return messages(user).filter(has_text=text)


def bodies(user: UserPage) -> list[str]:
    return user.page.locator(".message__body").all_inner_texts()


def box(user: UserPage) -> Locator:
    return user.page.get_by_label("Write to everybody in the room")


def test_a_message_is_text_for_everybody_and_can_be_deleted(
    context: BrowserContext, relay: RunningRelay, psql: Psql, hall: int
) -> None:
    path = f"/rooms/{hall}"
    with (
        user_page(context, relay.url, "beth", path=path) as beth,
        user_page(context, relay.url, "rick", path=path) as rick,
    ):
        for each in (beth, rick):
            each.resize(DESKTOP)
            message(each, "onerror").wait_for()  # earlier messages are shown
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
        # A message of a blocked person is hidden until I open it.
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
        # I can delete my own message, and no other.
        assert message(beth, "שלום").get_by_role("button").count() == 0
        message(beth, "First line").hover()
        message(beth, "First line").get_by_label("Delete this message").click()
        beth.button("Keep it").click()
        message(beth, "First line").get_by_label("Delete this message").click()
        beth.page.get_by_role("button", name="Delete", exact=True).click()
        message(rick, "First line").wait_for(state="detached")
        # A moderator deletes any message, by keyboard.
        rick.page.keyboard.press("Shift+Tab")
        rick.page.keyboard.press("Shift+Tab")
        rick.page.keyboard.press("Home")
        rick.page.keyboard.press("Tab")
        rick.page.keyboard.press("Enter")
        rick.page.keyboard.press("Enter")
        message(beth, "onerror").wait_for(state="detached")
        assert psql.count("messages") == 1


def test_of_two_thousand_messages_the_page_has_a_few_hundred_and_loads_the_rest(
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
        # What is being read keeps its place when messages are added above and below.
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


def test_no_typed_text_is_lost_without_a_connection_or_after_a_refusal(
    context: BrowserContext, relay: RunningRelay, psql: Psql, hall: int
) -> None:
    with user_page(context, relay.url, "beth", path=f"/rooms/{hall}", refusals=True) as beth:
        beth.resize(DESKTOP)
        beth.walks_in()
        box(beth).fill("quick 4")
        box(beth).press("Enter")
        beth.page.locator(".message[data-state=said]", has_text="quick 4").wait_for()
        # As if many had been written just now. Six by hand take longer than the five seconds on a busy machine.
        psql.run(
            "update paces set settled_at = now() + interval '1 minute' where kind = 'messages'"
        )
        box(beth).fill("quick 5")
        beth.page.evaluate(TYPES_WHILE_WAITING, ["You can write again in", "patience"])
        box(beth).press("Enter")
        message(beth, "Not sent.").wait_for()
        psql.run("delete from paces where kind = 'messages'")
        assert "quick 5" in message(beth, "Not sent.").inner_text()
        assert beth.page.evaluate("typedWhileWaiting") == "patience"  # it stays in the box
        beth.waits_for("() => !document.querySelector('.composer').hasAttribute('data-waits')")
        beth.button("Send again").click()
        beth.page.locator(".message[data-state=said]", has_text="quick 5").wait_for()
        # Without a connection a message waits, and can be edited. When the page is loaded again, it goes out.
        beth.page.route("**/rows/messages*", lambda route: route.abort())
        box(beth).press("Enter")
        message(beth, "patience").get_by_text("It is sent when you are connected again").wait_for()
        box(beth).fill("half a thought")
        message(beth, "patience").get_by_text("Edit the message").click()
        assert box(beth).input_value() == "patience\nhalf a thought"
        message(beth, "patience").wait_for(state="detached")
        box(beth).press("Enter")
        message(beth, "patience").get_by_text("Send again").wait_for()
        box(beth).fill("another thought")
        beth.page.unroute("**/rows/messages*")
        beth.page.reload()
        beth.page.locator(".message[data-state=said]", has_text="half a thought").wait_for()
        assert box(beth).input_value() == "another thought"
        assert psql.one("select count(*) from messages where body like 'patience%%'") == 1
        # A text that is too long is not sent.
        box(beth).fill("x" * 1900)
        beth.reads("100 characters left")
        box(beth).fill("👏" * 2001)
        beth.reads("1 character too many")
        box(beth).press("Enter")
        assert box(beth).input_value() == "👏" * 2001
        beth.said[:] = [line for line in beth.said if "ERR_FAILED" not in line]


def flawless_day_and_night(user: UserPage, state: str) -> None:
    """In dark mode only colours differ."""
    flawless(user, state)
    user.page.emulate_media(color_scheme="dark")
    flawless(user, f"{state}, by night", COLOURS)
    user.page.emulate_media(color_scheme="light")


def test_chat_and_people_open_count_and_close_as_a_column_and_as_a_sheet(
    context: BrowserContext, relay: RunningRelay, psql: Psql, hall: int
) -> None:
    # A seat may expire while a busy machine loads the page again; the browser reports refusals then.
    with user_page(context, relay.url, "beth", path=f"/rooms/{hall}", refusals=True) as beth:
        beth.resize(DESKTOP)
        beth.walks_in()
        panel = beth.page.get_by_role("region", name="Chat and people")
        message(beth, "onerror").wait_for()
        flawless_day_and_night(beth, "chat beside the room")
        beth.page.get_by_role("tab", name="People").click()
        panel.get_by_role("button", name="amara").wait_for()
        flawless_day_and_night(beth, "people beside the room")
        # Closed, it counts unread messages.
        beth.button("Close chat and people").click()
        panel.wait_for(state="hidden")
        write(psql, hall, "amara", "one", "two")
        opener = beth.page.get_by_role("button", name="Chat 2 unread")
        opener.wait_for()
        assert opener.evaluate("(button) => button === document.activeElement")
        beth.page.reload()
        beth.walks_in()
        assert panel.is_hidden()
        # The inspector takes its place for a time.
        beth.page.keyboard.press("c")
        beth.waits_for("() => document.activeElement.matches('.composer__box')")
        beth.opens("Inspector")
        panel.wait_for(state="hidden")
        beth.page.keyboard.press("g")
        panel.wait_for()
        # As a sheet: Escape and Back close it, the rest cannot be used, the focus comes back.
        beth.resize(PHONE)
        panel.wait_for(state="hidden")
        for close in ("escape", "back"):
            beth.page.get_by_role("button", name="Chat", exact=True).click()
            message(beth, "two").wait_for()
            assert beth.page.locator(".layout__room").evaluate("(room) => room.inert")
            if close == "escape":
                flawless_day_and_night(beth, "chat over the room")
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


def test_back_leaves_no_card_and_no_dialog_of_the_sheet_over_the_room(
    context: BrowserContext, relay: RunningRelay, hall: int
) -> None:
    with user_page(context, relay.url, "beth", path=f"/rooms/{hall}", refusals=True) as beth:
        beth.resize(PHONE)
        beth.walks_in()
        panel = beth.page.get_by_role("region", name="Chat and people")
        card = beth.page.get_by_role("dialog", name="amara", exact=True)
        report = beth.page.get_by_role("dialog", name="Report amara")
        for opened in (card, report):
            beth.button("Chat").click()
            beth.page.get_by_role("tab", name="People").click()
            panel.get_by_role("button", name="amara").click()
            if opened is report:
                card.get_by_role("button", name="Report…").click()
            opened.wait_for()
            beth.page.go_back()
            panel.wait_for(state="hidden")
            opened.wait_for(state="hidden")
        assert beth.page.url.split("?")[0].endswith(f"/rooms/{hall}")
