"""How the page shows an encrypted room: what is encrypted, the safety number, and what it does not believe."""

from __future__ import annotations

from playwright.sync_api import BrowserContext

from ..people import Psql
from ..running import RunningRelay
from .user_page import SMALL_PHONE, UserPage, user_page

ANOTHER = "Somebody came or went, so the safety number is another one now."
COUNTS = """(words) => {
    globalThis.said = { inside: 0, outside: 0 } // the dialog
    const dialog = document.querySelector('.dialog--encryption')
    for (const [where, root] of [['inside', dialog], ['outside', document.querySelector('.room')]])
        for (const region of root.querySelectorAll('.visually-hidden[role=status]'))
            new MutationObserver(() => said[where] += region.textContent === words).observe(region, { childList: true })
}"""
NO_TRANSFORM = "delete globalThis.RTCRtpScriptTransform"


def test_the_page_says_what_is_encrypted_and_shows_the_safety_number(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    with user_page(context, relay.url, "beth", refusals=True) as beth:
        beth.resize(SMALL_PHONE)
        beth.button("Start a room").click()
        form = beth.page.get_by_role("dialog", name="Start a room")
        form.get_by_label("Name", exact=True).fill("Whispers")
        form.get_by_label("Encrypt the audio").focus()
        beth.page.keyboard.press("Space")
        beth.button("Open the room").click()
        beth.walks_in()
        beth.reads("Encrypted")
        room = psql.one("select id from rooms where encrypted")
        shows_number(beth, psql, room)
        assert beth.page.evaluate("document.documentElement.scrollWidth") <= SMALL_PHONE[0]
        # Somebody comes, first without keys, and then with some.
        beth.page.evaluate(COUNTS, ANOTHER)
        psql.seat(room, "maya")
        beth.reads("maya cannot hear the room or talk in it")
        gives_keys(psql, "maya")
        beth.page.locator(".encryption__changed", has_text=ANOTHER).wait_for()
        beth.waits_for("() => said.inside === 1 && said.outside === 1")
        beth.page.keyboard.press("Escape")
        shows_number(beth, psql, room)
        beth.page.keyboard.press("Escape")
        psql.run("delete from participants where user_id = %s", psql.person_id("maya"))
        # In a notice, because the number was looked at: once, and a screen reader says each.
        notice = beth.page.locator(".notices").get_by_text(ANOTHER)
        notice.wait_for()
        beth.waits_for("() => said.outside === 2")
        psql.seat(room, "maya")
        gives_keys(psql, "maya")
        beth.waits_for("() => said.outside === 3")
        assert notice.count() == 1
        psql.run("delete from participants where user_id = %s", psql.person_id("maya"))
        # What it cannot be, it says.
        beth.page.locator(".topology").click()
        assert beth.page.locator("input[value=mcu]").is_disabled()
        beth.reads("a server that cannot hear cannot mix")
        beth.page.keyboard.press("Escape")
        beth.button("Record this room").click()
        beth.reads("An encrypted room cannot be recorded")
        # What it was, it stays in this tab, whatever the database says, also after a reload.
        psql.run("alter table rooms disable trigger _180_keep_encrypted")
        psql.run("update rooms set encrypted = false where id = %s", room)
        for _ in range(2):
            beth.reads("The server says that this room is not encrypted any more.")
            beth.button("Encrypted audio").press("Enter")
            dialog = beth.page.get_by_role("dialog", name="Encrypted audio")
            dialog.get_by_text("Do not trust this room: start another one.").wait_for()
            assert dialog.get_by_role("region", name="Safety number").is_hidden()
            beth.page.keyboard.press("Escape")
            beth.page.reload()
            beth.walks_in()
        # Also what it started, and did not enter before the reload.
        beth.page.goto(f"{relay.url}/?debug")
        started = beth.page.evaluate(
            "async () => (await roomtone.shell.startRoom({ name: 'Later', encrypted: true })).id"
        )
        psql.run("update rooms set encrypted = false where id = %s", started)
        beth.page.goto(f"{relay.url}/rooms/{started}")
        beth.walks_in()
        beth.reads("The server says that this room is not encrypted any more.")
        psql.run("update rooms set encrypted = true where id = %s", room)
        psql.run("alter table rooms enable trigger _180_keep_encrypted")
    with user_page(context, relay.url, "rick", path=f"/rooms/{room}", before=NO_TRANSFORM) as rick:
        rick.reads("this browser cannot do that")
    # Who enters another room is sent none of it.
    assert any("encryption/worker" in url for url in asked)
    asked.clear()
    with user_page(context, relay.url, "morty", path=f"/rooms/{psql.room('host')}") as morty:
        morty.walks_in()
    assert not [url for url in asked if "encryption" in url or "sender_keys" in url]


def gives_keys(psql: Psql, username: str) -> None:
    psql.run(
        "update participants set signing_key = 'BA' || repeat('s', 85), agreement_key = 'BA' || repeat('a', 85) where user_id = %s",
        psql.person_id(username),
    )


def shows_number(user: UserPage, psql: Psql, room: int) -> None:
    user.button("Encrypted audio").click()
    user.waits_for(
        "(number) => document.querySelector('.encryption__number').textContent.trim() === number",
        psql.one("select safety_number(%s)", room),
    )
