"""An evening survives its people: reloads, Back, lost connections. Four people play it, one of them in Firefox."""

from __future__ import annotations

from playwright.sync_api import BrowserContext

from ..patience import eventually
from ..people import Psql
from .browser import BrowserTab, page_address
from .firefox import Firefox
from .four_people import IN, SHOWN_NO_MORE, SPEAKS, Evening, evening


def test_reloads_and_a_lost_line_keep_what_people_are_and_what_they_wrote(
    context: BrowserContext, firefox_browser: Firefox, database_url: str, psql: Psql
) -> None:
    with evening(context, firefox_browser, database_url, psql) as night:
        a_reload_keeps_seat_role_microphone_and_place_in_the_queue(night)
        only_leaving_leaves(night)
        what_is_written_without_a_connection_goes_out_once_in_order(night)
        a_seat_that_expires_meanwhile_is_taken_again_and_everything_goes_out(night)
        where_nothing_more_goes_out_that_is_said(night)


def a_reload_keeps_seat_role_microphone_and_place_in_the_queue(night: Evening) -> None:
    night.psql.seat(night.room, "eve")
    night.dee.run("() => roomtone.roomSession.consent.raiseHand()")
    night.dee.until("() => roomtone.state.me.hand === 1")
    night.psql.act_as("eve").one("select raise_hand(%s)", night.room)
    night.psql.act_as(None)
    talks_and_reloads(night, night.amara, "HOST")
    # In the hallway, with the room at the bottom: a reload returns to the room.
    night.amara.run("() => document.querySelector('a[href=\"/clubs\"]').click()")
    night.amara.until("() => location.pathname === '/clubs'")
    night.amara.reloads()
    night.amara.until(SPEAKS)
    assert night.amara.run("() => location.pathname") == "/clubs"
    mutes_and_reloads(night, night.amara, "HOST")
    # Who was muted by a moderator meanwhile stays muted, and a muted microphone stays off.
    talks_and_reloads(night, night.cleo, "SPEAKER")
    mutes_and_reloads(night, night.cleo, "SPEAKER")
    talks_and_reloads(night, night.bo, "MODERATOR")
    # To another page of this tab and back, in both browsers.
    for tab in (night.bo, night.cleo):
        tab.goes_to(tab.run("() => `${location.origin}/live`"))
        tab.goes_back()
        tab.until(IN)
    night.bo.until(SPEAKS)
    night.all_hear("bo")
    night.dee.reloads()
    night.dee.until("() => globalThis.roomtone?.state?.me?.hand === 1")
    night.seat_is(night.bo, "MODERATOR", muted=False)
    on_stage = [("amara", "HOST", True), ("bo", "MODERATOR", False), ("cleo", "SPEAKER", True)]
    assert night.seats() == [*on_stage, ("dee", "AUDIENCE", True), ("eve", "AUDIENCE", True)]
    assert night.reasons() == []


def talks_and_reloads(night: Evening, tab: BrowserTab, role: str) -> None:
    assert tab.unmute()
    night.seat_is(tab, role, muted=False)
    tab.reloads()
    tab.until(SPEAKS)
    night.all_hear(tab.username)
    assert tab.run("() => roomtone.state.returned") is None, "there is nothing to tell"
    night.seat_is(tab, role, muted=False)


def mutes_and_reloads(night: Evening, tab: BrowserTab, role: str) -> None:
    tab.run("() => roomtone.roomSession.setMuted(true)")
    night.seat_is(tab, role, muted=True)
    tab.reloads()
    tab.until(IN)
    assert tab.state["microphone"]["state"] == "off"


def only_leaving_leaves(night: Evening) -> None:
    """It does at once."""
    night.dee.page.get_by_role("button", name="Leave quietly").click()
    eventually(lambda: "dee" not in night.psql.roster(night.room))
    assert night.reasons() == ["left"]
    night.psql.run(
        "delete from participants where user_id = %s", night.psql.person_id("eve")
    )  # dee is the first in the queue, below
    night.dee.goes_to(page_address(night.line.url, night.address, "dee", demo=True))
    night.dee.until(IN)


WRITE = """(texts) => {
    for (const text of texts) roomtone.roomSession.chat.send(text)
    return roomtone.state.chat.outgoing.length
}"""
WRITTEN = "select array_agg(body order by messages.id) from messages join users u on u.id = user_id where username = %s"


def what_is_written_without_a_connection_goes_out_once_in_order(night: Evening) -> None:
    before = night.reasons()
    assert night.cleo.unmute()
    for tab in (night.bo, night.cleo):
        for other in night.everybody():
            if other is not tab:
                tab.connects_with(other.username)
    # A message that arrives, but whose answer is lost with the connection.
    night.line.lose_answers()
    night.cleo.run(WRITE, ["stored"])
    eventually(lambda: night.psql.count("messages") == 1)
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
    assert night.psql.count("messages") == 1
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
    assert night.psql.one(WRITTEN, "cleo") == ["stored", "one", "two"]
    assert night.psql.one(WRITTEN, "bo") == ["from Firefox", "and again"]
    night.amara.until("() => roomtone.state.chat.messages.length === 5")
    night.amara.until(
        "() => roomtone.people().some(({ username, hand }) => username === 'dee' && hand === 1)"
    )
    night.seat_is(night.bo, "MODERATOR", muted=True)
    night.seat_is(night.cleo, "SPEAKER", muted=True)
    assert night.psql.count("reactions") == 0
    assert night.reasons() == before


def a_seat_that_expires_meanwhile_is_taken_again_and_everything_goes_out(night: Evening) -> None:
    """Once, and in order."""
    session = night.dee.state["me"]["peer_id"]
    night.line.lose_answers()
    night.dee.run(WRITE, ["stored, too"])
    eventually(lambda: night.psql.count("messages") == 6)
    night.line.cut()
    night.dee.run("() => dispatchEvent(new Event('online'))")
    night.dee.until("() => roomtone.state.phase === 'reconnecting'")
    assert night.dee.run(WRITE, ["three", "four"]) == 3
    night.expires("dee")
    night.line.mend()
    night.dee.until(IN)
    night.dee.until("() => roomtone.state.chat.outgoing.length === 0")
    assert night.dee.state["me"]["peer_id"] != session
    assert night.psql.one(WRITTEN, "dee") == ["stored, too", "three", "four"]
    night.amara.until("() => roomtone.state.chat.messages.length === 8")


def where_nothing_more_goes_out_that_is_said(night: Evening) -> None:
    night.line.cut()
    night.cleo.run("() => dispatchEvent(new Event('online'))")
    night.cleo.until("() => roomtone.state.phase === 'reconnecting'")
    night.cleo.run(WRITE, ["too late"])
    night.psql.one("select end_room(%s)", night.room)
    night.line.mend()
    night.cleo.reads("This room has ended")
    night.cleo.reads("1 message of yours did not go out.")
