"""Captions on the page: the host allows them, a speaker's browser recognises speech, and everybody reads it under the speaker."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, expect

from ..patience import eventually
from ..people import Psql
from ..running import RunningRelay
from .browser import patient_context
from .test_accessibility import flawless
from .test_languages import fits
from .user_page import SMALL_PHONE, UserPage, user_page

STAND_IN = Path(__file__).with_name("speech_stand_in.js").read_text("utf-8")
LISTENS = "() => speech.running !== null"
"""The stand-in runs: the page wants to hear me."""


def under(user: UserPage, speaker: str) -> Locator:
    """What is shown of this speaker's words."""
    return user.seat(speaker).locator(".seat__captions")


def hears(user: UserPage, words: str, *, final: bool = False) -> None:
    """The browser of this user recognises words."""
    user.waits_for(LISTENS)
    user.page.evaluate("([words, final]) => speech.running.hears(words, final)", [words, final])


def fails(user: UserPage, error: str) -> None:
    user.waits_for(LISTENS)
    user.page.evaluate("(error) => speech.running.fails(error)", error)


def agrees(user: UserPage, by: str) -> None:
    """By keyboard alone, from the button to the answer."""
    user.button("Your captions").press("Enter")
    dialog = user.page.get_by_role("dialog", name="Captions of what you say")
    dialog.get_by_label(by).press("Space")
    dialog.get_by_role("button", name="Save").press("Enter")
    dialog.wait_for(state="hidden")


def test_a_conversation_with_captions(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("rick", "Lecture")
    path = f"/rooms/{room}"
    context.add_init_script(STAND_IN)
    with (
        user_page(context, relay.url, "rick", path=path, tone=440, refusals=True) as rick,
        user_page(context, relay.url, "beth", path=path) as beth,
    ):
        for each in (rick, beth):
            each.walks_in()
        assert beth.page.get_by_role("region", name="Captions").count() == 0
        rick.button("Room settings").click()
        rick.page.get_by_label("Allow captions").check()
        rick.button("Save").click()
        beth.reads("Captions are on: what speakers who agree say is written as text.")
        beth.page.locator(".room__badges .badge", has_text="Captions").wait_for()
        beth.reads("What you say is not written.")
        assert not rick.page.evaluate(LISTENS)

        # Interim words, their correction, and the end of a sentence.
        agrees(rick, "This browser")
        rick.reads("What you say is written when your microphone is on.")
        rick.button("Turn microphone on").click()
        hears(rick, "good")
        under(beth, "rick").get_by_text("good", exact=True).wait_for()
        hears(rick, "good morn")
        hears(rick, "good morning <b>all</b>", final=True)
        under(beth, "rick").get_by_text("good morning <b>all</b>", exact=True).wait_for()
        beth.page.locator(".captions [role=log]").get_by_text("good morning <b>all</b>").wait_for(
            state="attached"
        )
        hears(rick, "today we")
        under(beth, "rick").get_by_text("today we").wait_for()
        assert under(beth, "rick").inner_text().split("\n")[0].startswith("good morning")
        flawless(beth, "captions")
        beth.page.emulate_media(color_scheme="dark")
        flawless(beth, "captions by night")
        # Where half a minute went by since the first word, there is a caption before them.
        rows = "select text, final from captions order by id"
        assert psql.all(rows)[-2:] == [("good morning <b>all</b>", True), ("today we", False)]

        # Who is muted is not listened to; what was being said is complete then.
        rick.button("Turn microphone off").click()
        rick.waits_for(f"() => !({LISTENS})()")
        eventually(lambda: psql.all(rows)[-1] == ("today we", True))
        rick.button("Turn microphone on").click()

        # Who comes later reads what was said last.
        with user_page(context, relay.url, "cleo", path=path) as cleo:
            cleo.walks_in()
            cleo.resize(SMALL_PHONE)
            cleo.reads("Captions are on: what speakers who agree say is written as text.")
            under(cleo, "rick").get_by_text("today we").wait_for()
            fits(cleo.page)
            cleo.button("Hide captions").press("Enter")
            under(cleo, "rick").wait_for(state="hidden")

        # Nobody reads whom they blocked, as they do not hear them.
        psql.run(
            "insert into blocks (user_id, blocked_id) values (%s, %s)",
            psql.person("dora"),
            psql.person("rick"),
        )
        with user_page(context, relay.url, "dora", path=path) as dora:
            dora.button("Enter anyway").click()
            dora.walks_in()
            dora.reads("Captions are on.")
            dora.seat("rick").wait_for()
            dora.button("Show captions").click()  # cleo hid them for this browser
            # What another speaker said since is there: so would be rick's words, which were first.
            who = (room, psql.person("beth"))
            psql.run(
                "update participants set captioned_by = 'operator' where room_id = %s and user_id = %s",
                *who,
            )
            psql.run(
                "insert into captions (room_id, user_id, text) values (%s, %s, 'from beth')", *who
            )
            under(dora, "beth").get_by_text("from beth").wait_for()
            assert under(dora, "rick").is_hidden()

        # A speaker deletes one of their own, on their own card.
        beth.seat("beth").get_by_role("button").press("Enter")
        card = beth.page.get_by_role("dialog", name="beth")
        card.get_by_role("button", name="Delete this caption").press("Enter")
        card.get_by_role("button", name="Delete", exact=True).press("Enter")
        under(beth, "beth").get_by_text("from beth").wait_for(state="detached")
        assert psql.one("select count(*) from captions where text = 'from beth'") == 0
        beth.page.keyboard.press("Escape")

        # What goes wrong is shown and recovered from.
        fails(rick, "no-speech")
        rick.reads("Nothing was understood yet.")
        fails(rick, "network")
        rick.reads("Your browser does not reach the service that recognises speech.")
        hears(rick, "after the network")
        rick.reads("What you say is written.")
        under(beth, "rick").get_by_text("after the network").wait_for()
        fails(rick, "not-allowed")
        rick.reads("Your browser does not allow it to recognise speech here.")
        rick.button("Turn microphone off").click()
        rick.button("Try again").wait_for(state="hidden")
        rick.button("Turn microphone on").click()
        rick.button("Try again").press("Enter")
        hears(rick, "allowed again", final=True)
        under(beth, "rick").get_by_text("allowed again").wait_for()

        # Taken back, and switched off.
        announced = beth.page.locator(".captions [role=log]").get_by_text("allowed again")
        announced.wait_for(state="attached")
        rick.button("Take back the last words").press("Enter")
        under(beth, "rick").get_by_text("allowed again").wait_for(state="hidden")
        announced.wait_for(state="detached")
        assert psql.one("select count(*) from captions where text = 'allowed again'") == 0
        rick.button("Room settings").click()
        rick.page.get_by_label("Allow captions").uncheck()
        rick.button("Save").click()
        beth.reads("Captions are off: nothing that is said is written.")
        rick.waits_for(f"() => !({LISTENS})()")
        under(beth, "rick").wait_for(state="hidden")
        beth.page.get_by_role("region", name="Captions").wait_for(state="hidden")


def test_captions_in_arabic_on_a_small_phone(
    browser: Browser, relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("rick", "Lecture")
    psql.seat(room, "rick")
    psql.run("update rooms set captions = true where id = %s", room)
    psql.run("update participants set captioned_by = 'operator', muted = false")
    psql.run(
        "insert into captions (room_id, user_id, text) values (%s, %s, 'what an operator''s program hears, which may be long')",
        room,
        psql.person("rick"),
    )
    context = patient_context(
        browser,
        permissions=["microphone"],
        locale="ar-EG",
        viewport={"width": SMALL_PHONE[0], "height": SMALL_PHONE[1]},
    )
    context.add_init_script(
        "delete globalThis.webkitSpeechRecognition; delete globalThis.SpeechRecognition"
    )
    try:
        with user_page(context, relay.url, "beth", path=f"/rooms/{room}") as beth:
            beth.walks_in()
            beth.reads("التسميات النصية مفعّلة.")
            under(beth, "rick").get_by_text("which may be long").wait_for()
            fits(beth.page)

            # Deleted by a moderator, and by nobody else: each asks once more, and the focus goes to the other one.
            rick = psql.person("rick")
            psql.run(
                "insert into captions (room_id, user_id, text, final) values (%s, %s, 'another', true)",
                room,
                rick,
            )
            under(beth, "rick").get_by_text("another").wait_for()
            beth.seat("rick").get_by_role("button").press("Enter")
            card = beth.page.get_by_role("dialog", name="rick")
            bins = card.get_by_role("button", name="حذف هذه التسمية النصية")
            card.get_by_role("heading", name="rick").wait_for()
            assert bins.count() == 0
            psql.run(
                "update participants set role = 'MODERATOR' where user_id = %s",
                psql.person_id("beth"),
            )
            bins.nth(1).wait_for()
            fits(beth.page)
            flawless(beth, "captions on a card, in Arabic")
            bins.first.press("Enter")
            beth.page.keyboard.press("Tab")
            card.get_by_role("button", name="إبقاء").press("Enter")
            bins.first.press("Enter")
            # However much is said meanwhile: what the question is about stays, and so does what can be pressed above.
            mute = card.locator(".person-card__action").first
            place = mute.bounding_box()
            psql.run(
                "insert into captions (room_id, user_id, text, final, started_at) select %s, %s, 'more ' || n, true, clock_timestamp() from generate_series(1, 20) n",
                room,
                rick,
            )
            card.get_by_text("more 20", exact=True).wait_for()
            expect(card.get_by_text("another", exact=True)).to_have_count(0)
            assert mute.bounding_box() == place
            beth.page.keyboard.press("Enter")
            card.get_by_text("which may be long").wait_for(state="detached")
            expect(bins).to_have_count(20)
            expect(bins.first).to_be_focused()
            assert psql.count("captions") == 21
            assert psql.one("select count(*) from captions where strpos(text, 'long') > 0") == 0
            beth.page.keyboard.press("Escape")
            beth.button("تسمياتك النصية").click()
            dialog = beth.page.get_by_role("dialog")
            dialog.get_by_text("برنامج تابع لهذا الموقع").wait_for()
            assert dialog.get_by_text("هذا المتصفح", exact=True).is_hidden()  # it has no such API
            fits(beth.page)
            flawless(beth, "captions in Arabic")
    finally:
        context.close()
