"""An evening survives its people: reloads, Back, lost connections, an unplugged microphone, a lost audio server. Four people play it, one of them in Firefox."""

from __future__ import annotations

import re
from pathlib import Path

import aioice.ice
import pytest
from playwright.sync_api import BrowserContext

from ..patience import eventually
from ..people import Psql
from .firefox import Firefox
from .four_people import IN, SPEAKS, Evening, evening
from .nodes import nodes, waits_for_nodes


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice ignores 127.0.0.1, the only address here."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])


ON_STAGE = [("amara", "HOST", False), ("bo", "MODERATOR", False), ("cleo", "SPEAKER", False)]


def test_a_reload_keeps_seat_role_microphone_and_place_in_the_queue(
    context: BrowserContext, firefox_browser: Firefox, database_url: str, psql: Psql
) -> None:
    with evening(context, firefox_browser, database_url, psql) as night:
        psql.seat(night.room, "eve")
        night.dee.run("() => roomtone.roomSession.consent.raiseHand()")
        night.dee.until("() => roomtone.state.me.hand === 1")
        psql.act_as("eve").one("select raise_hand(%s)", night.room)
        psql.act_as(None)
        for tab in (night.amara, night.bo, night.cleo):
            tab.reloads()
            tab.until(SPEAKS)
            night.all_hear(tab.username)
            assert tab.run("() => roomtone.state.returned") is None, "there is nothing to tell"
        night.dee.reloads()
        night.dee.until("() => globalThis.roomtone?.state?.me?.hand === 1")
        seats = [*ON_STAGE, ("dee", "AUDIENCE", True), ("eve", "AUDIENCE", True)]
        assert night.seats() == seats
        night.nobody_left()
        # Who was muted by a moderator meanwhile stays muted, and a muted microphone stays off.
        night.cleo.run("() => roomtone.roomSession.setMuted(true)")
        eventually(lambda: ("cleo", "SPEAKER", True) in night.seats())
        night.cleo.reloads()
        night.cleo.until(IN)
        assert night.cleo.state["microphone"]["state"] == "off"
        # In the hallway, with the room at the bottom: a reload returns to the room.
        night.amara.run("() => document.querySelector('a[href=\"/clubs\"]').click()")
        night.amara.until("() => location.pathname === '/clubs'")
        night.amara.reloads()
        night.amara.until(SPEAKS)
        assert night.amara.run("() => location.pathname") == "/clubs"
        # To another page of this tab and back, in both browsers.
        for tab in (night.bo, night.cleo):
            tab.goes_to(tab.run("() => `${location.origin}/live`"))
            tab.goes_back()
            tab.until(IN)
        night.bo.until(SPEAKS)
        night.all_hear("bo")
        night.nobody_left()
        # Only leaving leaves, and it does at once.
        night.dee.page.get_by_role("button", name="Leave quietly").click()
        eventually(lambda: "dee" not in psql.roster(night.room))
        assert psql.one("select reason from events where reason is not null") == "left"


def test_after_the_grace_period_one_comes_back_in_the_same_role_and_every_other_loss_is_said_until_it_is_over(
    context: BrowserContext, firefox_browser: Firefox, database_url: str, psql: Psql, tmp_path: Path
) -> None:
    with evening(context, firefox_browser, database_url, psql) as night:
        psql.run("update rooms set host_gone = 'handover' where id = %s", night.room)
        for tab in (night.cleo, night.amara):
            tab.goes_to(tab.run("() => `${location.origin}/live`"))
            night.expires(tab.username)
        night.bo.until("() => roomtone.state.may.host")
        kept = "select username, role from kept_roles join users on id = user_id order by username"
        assert psql.all(kept) == [("amara", "MODERATOR"), ("cleo", "SPEAKER")]
        # The host comes back as a moderator, and reads who the host is.
        night.amara.goes_back()
        night.amara.reads(
            "You are back as a moderator. The room was handed over while you were away. bo is the host now."
        )
        assert night.amara.state["microphone"]["state"] == "off"
        night.amara.page.get_by_role("button", name="OK", exact=True).click()
        night.amara.until("() => roomtone.state.returned === null")
        # In Firefox the new host is away for too long, and gives the room back.
        night.bo.goes_to(f"{night.line.url}/live")
        night.expires("bo")
        night.amara.until("() => roomtone.state.may.host")
        night.bo.goes_back()
        night.bo.reads(
            "You are back as a moderator. The room was handed over while you were away. amara is the host now."
        )
        # A speaker whose role was taken away meanwhile reads that, and can ask to speak again.
        assert (
            psql.act_as("amara").run("delete from kept_roles where room_id = %s", night.room) == 1
        )
        psql.act_as(None)
        night.cleo.goes_back()
        night.cleo.reads(
            "You are back as a listener. Your role (on stage) was changed by the host or a moderator while you were away."
        )
        night.cleo.page.locator(".loss").get_by_role("button", name="Raise hand").click()
        night.amara.until(
            "() => roomtone.people().some(({ username, hand }) => username === 'cleo' && hand === 1)"
        )
        night.cleo.until(SHOWN_NO_MORE, "You are back as a listener.")
        # A seat that expires while the page is open is taken again in its role; the microphone is off, and one press turns it on.
        psql.act_as("amara").run(
            "update participants set role = 'SPEAKER' where user_id = %s", psql.person_id("cleo")
        )
        psql.act_as(None)
        night.cleo.until("() => roomtone.state.may.speak")
        assert night.cleo.unmute()
        psql.run(
            "update participants set expires_at = now() - interval '1 second' where user_id = %s",
            psql.person_id("cleo"),
        )
        night.cleo.reads(
            "You were away for too long, and lost your seat. You are back on the stage, and your microphone is off."
        )
        night.cleo.page.locator(".loss").get_by_role("button", name="Turn microphone on").click()
        night.cleo.until(SPEAKS)
        night.all_hear("cleo")
        night.cleo.until(SHOWN_NO_MORE, "You were away for too long")
        loses_a_microphone(night)
        loses_the_audio_server_and_a_recording(night, database_url, tmp_path)


UNPLUGS = """() => {
    const open = navigator.mediaDevices.getUserMedia
    globalThis.plugIn = () => { navigator.mediaDevices.getUserMedia = open }
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'))
    unplug()
}"""
READ_NO_MORE = "(text) => !document.body.innerText.replace(/\\s+/g, ' ').includes(text)"


def loses_a_microphone(night: Evening) -> None:
    """It is unplugged and plugged in again, in both browsers."""
    said = "No microphone was found. You can go on listening. To talk, plug in a microphone and try again."
    for tab, role in ((night.cleo, "SPEAKER"), (night.bo, "MODERATOR")):
        if tab.state["microphone"]["state"] != "on":
            assert tab.unmute()
        night.all_hear(tab.username)
        tab.run(UNPLUGS)
        tab.reads(said)
        eventually(lambda tab=tab, role=role: (tab.username, role, True) in night.seats())  # type: ignore[misc]
        tab.run("() => globalThis.plugIn()")
        tab.run("() => document.querySelector('.microphone__notice button').click()")
        tab.until(SPEAKS)
        tab.until(READ_NO_MORE, said)
        night.all_hear(tab.username)


def loses_the_audio_server_and_a_recording(night: Evening, database_url: str, folder: Path) -> None:
    """The only node of the room stops while it records: everybody is told, the host can choose another way, and then no sentence is left."""
    psql = night.psql
    with nodes(database_url, "sfu", recordings=folder):
        waits_for_nodes(psql, "sfu")
        psql.run("update rooms set topology = 'sfu' where id = %s", night.room)
        for tab in night.everybody():
            tab.until(
                "() => roomtone.state.route.status === 'settled' && roomtone.state.route.topology === 'sfu'"
            )
        night.all_hear("cleo")
        psql.act_as("amara").one("select start_recording(%s)", night.room)
        psql.act_as(None)
        psql.run("update recordings set begins_at = announced_at")
        for tab in night.everybody():
            tab.until("() => roomtone.state.recording.running?.phase === 'recording'")
        eventually(lambda: psql.one("select started_at is not null from recordings"))  # by the node
    lost = "This room needs an audio server, and none is running. Audio starts when one does."
    for tab in night.everybody():
        tab.reads(lost)
        tab.reads(
            "The recording has ended. It ended because no other audio server was available to continue it."
        )
        tab.reads("Record again" if tab is night.amara else "Listen to it")
    night.amara.page.get_by_role("button", name="Choose another way").click()
    ways = night.amara.page.get_by_role("dialog", name="How the sound travels")
    ways.get_by_role("radio", name=re.compile("^Directly")).check()
    ways.get_by_role("button", name="Change").click()
    for tab in night.everybody():
        tab.until(READ_NO_MORE, lost)
    night.all_hear("cleo")


# A connection to another person may have a sentence of its own meanwhile.
SHOWN_NO_MORE = "(text) => ![...document.querySelectorAll('.loss')].some((loss) => loss.textContent.includes(text))"

WRITE = """(texts) => {
    for (const text of texts) roomtone.roomSession.chat.send(text)
    return roomtone.state.chat.outgoing.length
}"""


def test_what_is_written_without_a_connection_goes_out_once_in_order_or_says_that_it_did_not(
    context: BrowserContext, firefox_browser: Firefox, database_url: str, psql: Psql
) -> None:
    with evening(context, firefox_browser, database_url, psql) as night:
        for tab in (night.bo, night.cleo):
            tab.settles()
        # A message that arrives, but whose answer is lost with the connection.
        night.line.lose_answers()
        night.cleo.run(WRITE, ["stored"])
        eventually(lambda: psql.count("messages") == 1)
        night.line.cut()
        for tab in (night.bo, night.cleo, night.dee):
            tab.run("() => dispatchEvent(new Event('online'))")
            tab.until("() => roomtone.state.phase === 'reconnecting'")
            tab.reads(
                "You are not connected. Your seat is kept for 5 minutes, your role for 10 minutes."
            )
        assert night.cleo.run(WRITE, ["one", "two"]) == 3
        assert night.bo.run(WRITE, ["from Firefox", "and again"]) == 2
        for tab in (night.bo, night.cleo):
            assert tab.run("() => roomtone.roomSession.setMuted(true)") is False
            tab.until("() => roomtone.state.me.muted && roomtone.state.microphone.waiting")
        night.cleo.reads(
            "Your microphone is off. Others may still see it as on. This is sent when you are connected again."
        )
        night.dee.page.get_by_role("button", name="Raise hand").click()
        night.dee.reads("Your hand is not up yet.")
        night.dee.page.keyboard.press("r")
        night.dee.page.get_by_role("button", name="Applause").click()
        night.dee.reads("This did not go out, because there was no connection.")
        assert psql.count("messages") == 1
        assert ("cleo", "SPEAKER", False) in night.seats()
        night.line.mend()
        for tab in (night.bo, night.cleo, night.dee):
            tab.until(IN)
            tab.until(
                "() => roomtone.state.chat.outgoing.length === 0 && !roomtone.state.microphone.waiting"
            )
            tab.until(SHOWN_NO_MORE, "You are not connected")
            tab.until(SHOWN_NO_MORE, "Your hand is not up yet.")
            tab.until(SHOWN_NO_MORE, "This is sent when you are connected again.")
        written = "select array_agg(body order by messages.id) from messages join users u on u.id = user_id where username = %s"
        assert psql.one(written, "cleo") == ["stored", "one", "two"]
        assert psql.one(written, "bo") == ["from Firefox", "and again"]
        night.amara.until("() => roomtone.state.chat.messages.length === 5")
        night.amara.until(
            "() => roomtone.people().some(({ username, hand }) => username === 'dee' && hand === 1)"
        )
        assert night.seats()[1:3] == [("bo", "MODERATOR", True), ("cleo", "SPEAKER", True)]
        assert psql.count("reactions") == 0
        night.nobody_left()
        # A sender whose seat expires meanwhile takes it again, and then everything goes out: once, and in order.
        session = night.dee.state["me"]["peer_id"]
        night.line.lose_answers()
        night.dee.run(WRITE, ["stored, too"])
        eventually(lambda: psql.count("messages") == 6)
        night.line.cut()
        night.dee.run("() => dispatchEvent(new Event('online'))")
        night.dee.until("() => roomtone.state.phase === 'reconnecting'")
        assert night.dee.run(WRITE, ["three", "four"]) == 3
        night.expires("dee")
        night.line.mend()
        night.dee.until(IN)
        night.dee.until("() => roomtone.state.chat.outgoing.length === 0")
        assert night.dee.state["me"]["peer_id"] != session
        assert psql.one(written, "dee") == ["stored, too", "three", "four"]
        night.amara.until("() => roomtone.state.chat.messages.length === 8")
        # Where nothing more goes out, that is said.
        night.line.cut()
        night.cleo.run("() => dispatchEvent(new Event('online'))")
        night.cleo.until("() => roomtone.state.phase === 'reconnecting'")
        night.cleo.run(WRITE, ["too late"])
        psql.one("select end_room(%s)", night.room)
        night.line.mend()
        night.cleo.reads("This room has ended")
        night.cleo.reads("1 message of yours did not go out.")
