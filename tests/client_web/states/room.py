"""A room with an open stage, as its host and as a speaker."""

from __future__ import annotations

from collections.abc import Iterator

from ...people import Psql
from ..test_look_room import REFUSES_THE_MICROPHONE
from ..user_page import UserPage
from .evening import Evening, State

AMARA, RICK = 440.0, 880.0  # Hz: their voices

MESSAGES = (
    ("amara", "Good evening!"),
    ("amara", "The set list is at https://example.org/sets/2026/blue-hour?page=2"),
    ("lior", "🎷🎶"),
    (
        "rick",
        "Thank you. We start with a slow one, and then everybody who wants to may choose the next piece, in the order in which they came in.",
    ),
    (
        "Maximiliana-Charlotte von Habsburg",
        "Donaudampfschifffahrtsgesellschaftskapitänsmützenhalterung " * 3,
    ),
)
BLOCKED_SOUND = """
    const play = HTMLMediaElement.prototype.play
    HTMLMediaElement.prototype.play = function () {
        return globalThis.tapped ? play.call(this) : Promise.reject(new DOMException('no', 'NotAllowedError'))
    }
"""


def shows_panel(user: UserPage, part: str) -> None:
    """Opens the chat or the people, wherever this width keeps them."""
    tab = user.page.get_by_role("tab", name=part)
    if not tab.is_visible():
        user.page.locator(".control", has_text="Chat").click()
    tab.click()


def leaves_panel(evening: Evening, user: UserPage) -> None:
    if evening.size[0] < 1024 and user.button("Close chat and people").is_visible():
        user.button("Close chat and people").click()
        user.page.locator(".panel").wait_for(state="hidden")


def furnish_room(psql: Psql, room: int) -> None:
    """More people, messages, a pinned link."""
    psql.seat(room, "Maximiliana-Charlotte von Habsburg")
    psql.seat(room, "maya", "AUDIENCE")
    psql.seat(room, "dao", "AUDIENCE")
    psql.seat(room, "Wolfeschlegelsteinhausenbergerdorff", "AUDIENCE")
    for name, body in MESSAGES:
        psql.run(
            "insert into messages (room_id, user_id, body) values (%s, %s, %s)",
            room,
            psql.person(name),
            body,
        )
    psql.run(
        "update rooms set pinned_link = 'https://example.org/sets/2026', slow_mode = 10, locked = true, description = repeat('Songs of the sea. ', 20) where id = %s",
        room,
    )


def caption(psql: Psql, room: int, speaker: str) -> None:
    """The room has captions, and this speaker has been captioned twice."""
    psql.run("update rooms set captions = true where id = %s", room)
    who = (room, psql.person(speaker))
    psql.run(
        "update participants set captioned_by = 'operator' where room_id = %s and user_id = %s",
        *who,
    )
    for text in ("We sailed at five, before the wind turned.", "Turn left at the harbour, then"):
        psql.run("insert into captions (room_id, user_id, text) values (%s, %s, %s)", *who, text)


def room(evening: Evening) -> Iterator[State]:
    """As a host who has no microphone, and then one."""
    psql = evening.psql
    porch = psql.room("rick", "Porch")
    amara = evening.participant(porch, "amara", tone=AMARA)
    lior = evening.participant(porch, "lior")
    path = f"/rooms/{porch}"
    with evening.user("rick", path, tone=RICK, before=REFUSES_THE_MICROPHONE) as rick:
        rick.walks_in()
        rick.seat("amara").get_by_text("Speaking").wait_for()
        yield State("room, empty chat", rick)
        amara.run("() => roomtone.roomSession.setMuted(true)")
        rick.button("Pin a link").click()
        yield State("pinning a link", rick)
        rick.page.keyboard.press("Escape")
        rick.button("Turn microphone on").click()
        rick.page.locator(".microphone__notice").wait_for()
        yield State("microphone refused", rick)
        rick.button("Not now").click()
        furnish_room(psql, porch)
        rick.seat("lior").get_by_text("Muted").wait_for()
        rick.page.locator(".pinned__link").wait_for()
        yield State("room", rick)
        rick.button("Try the microphone again").click()
        rick.reads("You're speaking")
        yield State("room, microphone on", rick)
        rick.page.keyboard.press("m")
        shows_panel(rick, "Chat")
        rick.page.locator(".message").nth(3).wait_for()
        rick.page.locator(".message").nth(1).focus()
        yield State("chat", rick)
        shows_panel(rick, "Chat")
        rick.page.locator(".message").nth(1).focus()
        rick.page.locator(".message").nth(1).get_by_role("button", name="Delete").click()
        yield State("chat, deleting a message", rick)
        rick.page.keyboard.press("Escape")
        shows_panel(rick, "Chat")
        rick.page.get_by_label("Write to everybody in the room").fill("x" * 1990)
        yield State("chat, a long message", rick)
        shows_panel(rick, "Chat")
        rick.page.get_by_label("Write to everybody in the room").fill("")
        shows_panel(rick, "People")
        rick.page.locator(".person").first.wait_for()
        yield State("people", rick)
        leaves_panel(evening, rick)
        more = rick.button("More")
        if more.is_visible():
            more.click()
            yield State("more controls", rick, on_wide_pages=False)
            rick.page.keyboard.press("Escape")
        rick.page.keyboard.press("r")
        yield State("reactions", rick)
        rick.page.keyboard.press("Escape")
        caption(psql, porch, "amara")
        rick.seat("amara").get_by_text("Turn left at the harbour").wait_for()
        yield State("captions", rick)
        rick.button("Your captions").click()
        yield State("whose captions", rick)
        rick.page.keyboard.press("Escape")
    for each in (amara, lior):
        each.page.close()


def dialogs(evening: Evening) -> Iterator[State]:
    """The cards of people and all dialogs of a room, as its host; and the inspector."""
    psql = evening.psql
    porch = psql.room("rick", "Porch")
    amara = evening.participant(porch, "amara")
    with evening.user("rick", f"/rooms/{porch}") as rick:
        rick.walks_in()
        furnish_room(psql, porch)
        rick.seat("maya").wait_for()
        for name in ("amara", "maya", "rick"):
            rick.seat(name).locator(".seat__face").click()
            rick.page.get_by_role("dialog", name=name).wait_for()
            yield State(f"the card of {name}", rick)
            rick.page.keyboard.press("Escape")
        rick.seat("maya").locator(".seat__face").click()
        rick.page.locator(".person-card__action", has_text="Ban").click()
        yield State("banning a person", rick)
        rick.page.keyboard.press("Escape")
        rick.seat("maya").locator(".seat__face").click()
        rick.page.locator(".person-card__action", has_text="Report").click()
        yield State("reporting a person", rick)
        rick.page.keyboard.press("Escape")
        psql.run(
            "insert into bans (room_id, user_id, banned_by) values (%s, %s, %s)",
            porch,
            psql.person("morty"),
            psql.person("rick"),
        )
        rick.button("Room settings").click()
        rick.reads("Banned from this room")
        yield State("room settings", rick)
        rick.page.locator(".settings__end summary").click()
        yield State("ending the room", rick)
        rick.page.keyboard.press("Escape")
        rick.button("Invite").click()
        yield State("inviting to a room", rick)
        rick.page.keyboard.press("Escape")
        rick.page.locator(".topology").click()
        yield State("how the sound travels", rick)
        rick.page.keyboard.press("Escape")
        rick.button("Record this room").click()
        yield State("recording a room without a server", rick)
        rick.page.keyboard.press("Escape")
        rick.button("Leave quietly").click()
        rick.page.get_by_role("dialog", name="Leave the room?").wait_for()
        yield State("leaving as the host", rick)
        rick.page.keyboard.press("Escape")
        rick.page.keyboard.press("?")
        rick.page.get_by_role("dialog", name="Keys").wait_for()
        yield State("keys", rick)
        rick.page.keyboard.press("Escape")
        rick.opens("Inspector")
        rick.page.locator(".entry").first.wait_for()
        yield State("inspector", rick)
        rick.page.locator(".trace__who").first.click()
        rick.page.locator(".seat-pane").wait_for()
        yield State("a seat in the inspector", rick)
        rick.page.locator(".inspector__close").click()
    amara.page.close()
    yield from encrypted(evening)


def encrypted(evening: Evening) -> Iterator[State]:
    """An encrypted room with somebody who has no keys."""
    psql = evening.psql
    den = psql.one(
        "insert into rooms (name, host_id, encrypted) values ('Whispers', %s, true) returning id",
        psql.person("beth"),
    )
    psql.seat(den, "maya")
    with evening.user("beth", f"/rooms/{den}") as beth:
        beth.walks_in()
        beth.seat("maya").get_by_text("Cannot hear or talk here").wait_for()
        yield State("encrypted room", beth)
        beth.button("Encrypted audio").click()
        beth.page.locator(".encryption__number").wait_for()
        yield State("encrypted audio", beth)
        beth.page.keyboard.press("Escape")


def ends(evening: Evening) -> Iterator[State]:
    """The room in the dock, and how a visit is interrupted and ends."""
    psql = evening.psql
    porch = psql.room("rick", "Porch")
    path = f"/rooms/{porch}"
    amara = evening.participant(porch, "amara", tone=AMARA)
    with evening.user("rick", path) as rick:
        rick.walks_in()
        if evening.narrow:
            rick.page.locator(".room__back").click()
        else:
            rick.page.get_by_role("link", name="Clubs", exact=True).click()
        rick.page.get_by_role("region", name="The room you are in").wait_for()
        yield State("the room in the dock", rick)
        rick.page.go_back()
        rick.walks_in()
        evening.context.set_offline(True)
        rick.page.evaluate("dispatchEvent(new Event('online'))")
        rick.reads("You are not connected.")
        yield State("reconnecting", rick)
        evening.context.set_offline(False)
        rick.page.locator(".losses").wait_for(state="hidden")
        rick.said.clear()  # the browser's own messages about the network
        with evening.user("beth", path, before=BLOCKED_SOUND) as beth:
            beth.walks_in()
            beth.button("Tap to listen").wait_for()
            yield State("tap to listen", beth)
            psql.one("select end_room(%s, 'Thank you all. Next week at the same time!')", porch)
            beth.reads("This room has ended")
            assert beth.page.get_by_text("The room stays open").filter(visible=True).count() == 0
            yield State("room ended", beth)
            evening.goes(beth, path)
            beth.reads("This room ended")
            yield State("the page of a room that has ended", beth)
            evening.goes(beth, "/rooms/999")
            beth.reads("There is no such room")
            yield State("no such room", beth)
    amara.page.close()
