"""A whole conversation in a club, by clicks and keys: what each of four people sees and hears."""

from __future__ import annotations

from contextlib import closing

from playwright.sync_api import Browser, BrowserContext

from ..people import Psql
from ..running import RunningRelay
from .browser import expect_refusals, open_page, patient_context
from .participant import Participant

AMARA, BETH, TOM = 440.0, 660.0, 880.0  # Hz: their voices


def hear(listeners: tuple[Participant, ...], username: str, tone: float) -> None:
    for each in listeners:
        each.tab.hears(username, tone)


def miss(listeners: tuple[Participant, ...], username: str) -> None:
    """Waits until none of them hears this person."""
    for each in listeners:
        each.tab.until("(name) => !receivedAudio.frequency(name)", username)


def test_a_whole_conversation(
    browser: Browser, context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    club = psql.one(
        "insert into clubs (name, owner_id) values ('Blue Hour', %s) returning id",
        psql.person("amara"),
    )

    # Amara starts a moderated room for her club's members, and makes a link to the club.
    amara = Participant(
        open_page(context, relay.url, f"/clubs/{club}", "amara", tone=AMARA), relay.url
    )
    amara.button("Start a room here").click()
    form = amara.page.get_by_role("dialog", name="Start a room")
    form.get_by_label("Name", exact=True).fill("Standards <i>after</i> dark")
    form.get_by_label("Moderated stage").check()
    form.get_by_label("Members of the club").check()
    form.get_by_role("button", name="Open the room").click()
    amara.walks_in()
    room = psql.one("select id from rooms where club_id is not null")
    amara.page.get_by_role("link", name="Clubs", exact=True).click()
    amara.page.locator(".club-card").get_by_role("link", name="Blue Hour").click()
    amara.page.locator(".page").get_by_role("button", name="Invite", exact=True).click()
    dialog = amara.page.get_by_role("dialog", name="Invite to Blue Hour")
    dialog.get_by_role("button", name="Make a link").click()
    link = dialog.get_by_label("Invitation link", exact=True)
    link.wait_for()
    invitation = link.input_value().removeprefix(relay.url)
    amara.page.keyboard.press("Escape")

    # Only members can enter; three people join the club by the link, each in a browser of their own.
    with (
        closing(patient_context(browser, permissions=["microphone"])) as hers,
        closing(patient_context(browser, permissions=["microphone"])) as his,
        closing(patient_context(browser, permissions=["microphone"])) as theirs,
    ):
        beth = Participant(
            open_page(hers, relay.url, f"/rooms/{room}", "beth", tone=BETH), relay.url
        )
        beth.reads("only for members of its club")
        tom = Participant(open_page(his, relay.url, invitation, "tom", tone=TOM), relay.url)
        zoe = Participant(open_page(theirs, relay.url, invitation, "zoe"), relay.url)
        beth.page.goto(f"{relay.url}{invitation}?debug&username=beth")
        for each in (beth, tom, zoe):
            each.reads("amara invites you to the club")
            each.button("Join the club").click()
            each.page.get_by_role("heading", level=1, name="Blue Hour").wait_for()
            each.page.locator(".page").get_by_role("link", name="Standards").click()
            each.walks_in()
        # The host, who looked at other pages, is still in the room.
        amara.page.get_by_role("link", name="Standards").first.click()
        amara.sees_seated("amara", "beth", "tom", "zoe")
        amara.button("Turn your microphone on").or_(amara.page.locator(".microphone")).first.click()
        hear((beth, tom, zoe), "amara", AMARA)

        # One raises a hand, one is invited; both speak.
        beth.page.keyboard.press("h")
        beth.reads("Your hand is up: first in line")
        amara.button("Bring beth to the stage").click()
        beth.reads("You're on the stage")
        beth.page.keyboard.press("m")
        amara.does("tom", "Invite to speak")
        tom.button("Speak now").click()
        tom.reads("You're speaking")
        hear((amara, tom, zoe), "beth", BETH)
        hear((amara, beth, zoe), "tom", TOM)
        miss((amara, beth, tom), "zoe")

        # One is muted, the other moved down; the others are heard as before.
        amara.does("beth", "Mute")
        beth.reads("You were muted")
        miss((amara, tom, zoe), "beth")
        amara.does("tom", "Move to the listeners")
        tom.reads("A moderator moved you to the listeners.")
        miss((amara, beth, zoe), "tom")
        hear((beth, tom, zoe), "amara", AMARA)

        # Messages and reactions reach everybody, as text.
        amara.page.keyboard.press("Escape")
        zoe.page.keyboard.press("c")
        zoe.page.get_by_label("Write to everybody in the room").fill("<b>Encore!</b> 👏")
        zoe.page.keyboard.press("Enter")
        for each in (amara, beth, tom):
            if not each.page.get_by_label("Write to everybody in the room").is_visible():
                each.opens("Chat")
            each.page.locator(".message", has_text="<b>Encore!</b> 👏").wait_for()
        for each in (amara, beth, zoe):
            each.remembers_what_is_brief()
        tom.page.locator(".room__name").click()
        tom.page.keyboard.press("r")
        tom.page.keyboard.press("1")
        for each in (amara, beth, zoe):
            each.has_shown("tom reaction 👏")

        # The room is handed over. Its new host removes one person and bans another.
        amara.button("Room settings").click()
        settings = amara.page.get_by_role("dialog", name="Room settings")
        settings.get_by_label("Hand the room over").select_option("beth")
        amara.button("Hand it over").click()
        beth.reads("You're the host now")
        beth.does("tom", "Remove from the room")
        tom.reads("You were removed from this room")
        beth.sees_seated("amara", "beth", "zoe")
        beth.does("zoe", "Ban from this room…")
        beth.page.get_by_role("dialog", name="Ban zoe?").get_by_role(
            "button", name="Ban zoe"
        ).click()
        zoe.reads("You are banned from this room")
        assert not zoe.button("Try to come back").is_visible()
        tom.button("Try to come back").click()
        tom.walks_in()
        hear((beth, tom), "amara", AMARA)
        miss((amara, beth, tom), "zoe")

        # It ends for everybody, with a message, and disappears from the hallway.
        beth.page.keyboard.press("Escape")
        beth.button("Room settings").click()
        beth.page.get_by_text("End the room…").click()
        beth.page.get_by_label("A message to everybody").fill("Good night.")
        beth.button("End it for everyone").click()
        for each in (amara, beth, tom):
            each.reads("This room has ended")
            each.reads("Good night.")
            each.page.locator(".hallway .card", has_text="Standards").wait_for(state="detached")
        assert psql.roster(room) == []
        ended = "select ended_reason, host_id = %s from rooms where id = %s"
        assert psql.all(ended, psql.person("beth"), room) == [("Good night.", True)]

        people = (amara, beth, tom, zoe)
        expect_refusals(*(each.tab for each in people))
        for each in people:
            assert each.tab.errors == []
