"""The stage of a moderated room, as participants see and hear it."""

from __future__ import annotations

from playwright.sync_api import BrowserContext

from ..patience import eventually
from ..people import Psql
from ..running import RunningRelay
from .browser import expect_refusals
from .participant import participants
from .test_accessibility import flawless

RICK, BETH, MORTY = 440.0, 660.0, 880.0  # Hz: their voices


REMEMBERS_THE_TRACK = """(name) => {
    const { user_id } = roomtone.people().find(({ username }) => username === name)
    globalThis.trackNow = () => roomtone.elements().get(user_id)?.srcObject.getAudioTracks()[0]
    globalThis.trackBefore = trackNow()
}"""

OPENS_MICROPHONES = """() => {
    globalThis.opened = []
    const open = navigator.mediaDevices.getUserMedia
    navigator.mediaDevices.getUserMedia = async (...how) => {
        const stream = await open(...how)
        globalThis.opened.push(stream.getAudioTracks()[0])
        return stream
    }
}"""


def test_a_conversation_on_a_moderated_stage(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("rick", "Lecture", "moderated")
    inside = participants(context, relay, room, rick=RICK, amara=0, beth=BETH, morty=MORTY)
    rick, amara, beth, morty = inside.values()

    # A hand is raised, and a moderator brings the person up. Only moderators see the queue.
    beth.page.keyboard.press("h")
    beth.reads("Your hand is up: first in line")
    morty.button("Raise hand").click()
    morty.reads("Your hand is up: second in line")
    morty.reads("One other hand is up.")
    morty.button("beth, listening, hand up, first in line").wait_for()
    rick.reads("2 hands up")
    eventually(lambda: rick.hands_up() == ["beth", "morty"])
    assert amara.page.get_by_role("region", name="Hands up").count() == 0
    flawless(rick, "hands up")
    rick.button("Bring beth to the stage").click()
    beth.reads("You're on the stage")
    morty.reads("Your hand is up: first in line")
    rick.page.get_by_role("button", name="Lower morty's hand").click()
    morty.reads("You're listening")
    rick.page.get_by_role("region", name="Hands up").wait_for(state="hidden")
    beth.page.keyboard.press("m")
    for each in (rick, amara, morty):
        each.tab.hears("beth", BETH)

    # A person is invited and accepts. Amara becomes a moderator.
    rick.does("amara", "Invite to speak")
    amara.reads("You're invited to speak.")
    rick.page.get_by_text("Invited, no answer yet").wait_for()
    amara.button("Join muted").click()
    amara.reads("Your microphone is off")
    rick.does("amara", "Make moderator")
    amara.reads("You're a moderator now")
    amara.does("morty", "Invite to speak")
    morty.reads("You're invited to speak.")
    morty.button("Speak now").click()
    morty.reads("You're speaking")
    for each in (rick, amara, beth):
        each.tab.hears("morty", MORTY)

    # Muted by one moderator, asked to unmute by the other; only the person can unmute.
    rick.does("morty", "Mute")
    morty.reads("You were muted")
    amara.tab.until("() => receivedAudio.frequency('morty') === 0")
    amara.does("morty", "Ask to unmute")
    morty.reads("You're asked to unmute.")
    rick.button("morty, muted, asked to unmute").wait_for()
    morty.button("Unmute").click()
    amara.tab.hears("morty", MORTY)
    amara.page.keyboard.press("Escape")
    amara.button("Mute all").click()
    amara.button("Mute now").click()
    for each in (beth, morty):
        each.reads("You were muted")
    amara.button("Mute all").wait_for(state="hidden")

    # Moved down, removed, banned.
    amara.does("morty", "Move to the listeners")
    morty.reads("A moderator moved you to the listeners.")
    morty.button("Raise hand").wait_for()
    beth.opens("Just listen")
    beth.reads("You're listening")
    amara.does("morty", "Remove from the room")
    morty.reads("You were removed from this room")
    rick.sees_seated("rick", "amara", "beth")
    morty.button("Try to come back").click()
    rick.sees_seated("rick", "amara", "beth", "morty")
    amara.does("morty", "Ban from this room…")
    question = amara.page.get_by_role("dialog", name="Ban morty?")
    question.get_by_text("cannot come back into this room").wait_for()
    question.get_by_role("button", name="Ban morty").click()
    morty.reads("You are banned from this room")
    assert not morty.button("Try to come back").is_visible()
    morty.page.reload()
    morty.reads("You are banned from this room")
    assert not morty.button("Try again").is_visible()
    rick.page.keyboard.press("Escape")
    rick.button("Room settings").click()
    rick.button("Let morty in again").click()
    rick.button("Let morty in again").wait_for(state="hidden")
    rick.page.keyboard.press("Escape")
    morty.page.reload()
    rick.sees_seated("rick", "amara", "beth", "morty")

    expect_refusals(morty.tab)
    for each in inside.values():
        assert each.tab.errors == []


def test_a_person_who_accepts_is_heard_at_once_and_the_others_without_a_gap(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("rick", "Lecture", "moderated")
    inside = participants(context, relay, room, rick=RICK, beth=BETH, morty=0)
    rick, beth, morty = inside.values()
    beth.page.evaluate(OPENS_MICROPHONES)
    rick.page.keyboard.press("m")
    for each in (beth, morty):
        each.tab.hears("rick", RICK)  # so their offers are written, which are counted now
    morty.page.evaluate(REMEMBERS_THE_TRACK, "rick")
    offers = "select count(*) from signals where kind = 'offer' and %s in (from_user, to_user)"
    before = psql.one(offers, psql.person("rick"))

    psql.act_as("rick").one("select invite_to_speak(%s, 'beth')", room)
    beth.reads("You're invited to speak.")
    # If the microphone is allowed, it is opened before the answer, and nothing is sent.
    beth.waits_for("() => opened.length === 1")
    # The other listeners are connected with her before the answer, too.
    for each in (rick, morty):
        each.tab.connects_with("beth")
        each.tab.until("() => receivedAudio.frequency('beth') === 0")
    beth.page.keyboard.press("y")
    for each in (rick, morty):
        each.tab.hears("beth", BETH)
    beth.reads("You're speaking")
    psql.one("select move_to_audience(%s, 'beth')", room)
    beth.reads("You're listening again")
    beth.waits_for("() => opened.every((track) => track.readyState === 'ended')")
    assert psql.act_as(None).one(offers, psql.person("rick")) == before, "nothing was negotiated"
    # Nor was rick's audio interrupted: it is the same track. (Silence would prove nothing, a busy machine has gaps.)
    assert morty.page.evaluate("trackNow() === trackBefore && trackNow().readyState === 'live'")
    morty.tab.hears("rick", RICK)

    # Declining closes the microphone again.
    psql.act_as("rick").one("select invite_to_speak(%s, 'beth')", room)
    beth.waits_for("() => opened.at(-1).readyState === 'live'")
    beth.button("Not now").click()
    beth.waits_for("() => opened.at(-1).readyState === 'ended'")
    beth.page.get_by_text("You're invited to speak.").wait_for(state="hidden")
    for each in inside.values():
        assert each.tab.errors == []


def test_a_question_is_shown_on_every_page_answered_by_key_and_can_be_withdrawn(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("rick", "Lecture", "moderated")
    porch = psql.room("jerry", "Porch")
    inside = participants(context, relay, room, rick=RICK, beth=BETH)
    rick, beth = inside.values()
    beth.page.get_by_role("link", name="Clubs", exact=True).click()
    beth.page.get_by_role("region", name="The room you are in").wait_for()
    rick.does("beth", "Invite to speak")
    hallway = beth.page.locator(".layout__foot")
    hallway.get_by_text("You're invited to speak.").wait_for()
    flawless(beth, "invited while looking around")
    rick.act("Take the invitation back").click()
    hallway.get_by_text("You're invited to speak.").wait_for(state="hidden")
    rick.act("Invite to speak").click()
    hallway.get_by_text("You're invited to speak.").wait_for()
    rick.act("Take the invitation back").wait_for()  # rick's page may learn of it after beth's
    beth.page.keyboard.press("n")
    rick.act("Invite to speak").wait_for()  # it was answered, so they can be invited again
    rick.act("Invite to speak").click()
    hallway.get_by_text("You're invited to speak.").wait_for()
    hallway.get_by_role("button", name="Join muted").focus()
    beth.page.keyboard.press("Enter")
    hallway.get_by_text("You're invited to speak.").wait_for(state="hidden")
    beth.waits_for(
        "() => document.activeElement.className === 'dock__link'"
    )  # the focus has a place to go
    rick.act("Ask to unmute").click()
    hallway.get_by_text("You're asked to unmute.").wait_for()
    beth.page.keyboard.press("n")
    rick.act("Ask to unmute").wait_for()
    assert psql.one("select muted from roster where username = 'beth'")

    # On an open stage nobody needs to raise a hand, and the database says so beside the controls.
    beth.page.goto(f"{relay.url}/rooms/{porch}?debug&username=beth")
    beth.walks_in()
    beth.opens("Just listen")
    beth.button("Join the stage").wait_for()
    beth.page.keyboard.press("h")
    alert = beth.page.get_by_role("alert")
    alert.get_by_text("On an open stage you need not raise a hand").first.wait_for()
    expect_refusals(beth.tab)
    for each in inside.values():
        assert each.tab.errors == []
