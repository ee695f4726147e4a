"""What people lose in an evening, and what each of them then reads: a seat, a role, a microphone, the audio server, a recording. Four people play it, one of them in Firefox."""

from __future__ import annotations

import re
from pathlib import Path

import aioice.ice
import pytest
from playwright.sync_api import BrowserContext

from ..patience import eventually
from ..people import Psql
from .firefox import Firefox
from .four_people import SHOWN_NO_MORE, SPEAKS, Evening, evening
from .nodes import nodes, waits_for_nodes


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice ignores 127.0.0.1, the only address here."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])


def test_after_the_grace_period_one_comes_back_in_the_same_role_and_every_other_loss_is_said_until_it_is_over(
    context: BrowserContext, firefox_browser: Firefox, database_url: str, psql: Psql, tmp_path: Path
) -> None:
    with evening(context, firefox_browser, database_url, psql) as night:
        psql.run("update rooms set host_gone = 'handover' where id = %s", night.room)
        for tab in (night.cleo, night.amara):
            assert tab.unmute()
            tab.until(SPEAKS)
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
        lost = night.cleo.state["me"]["peer_id"]
        over = "update participants set expires_at = now() - interval '1 second' where peer_id = %s returning 1"
        # Each time: a relay whose heartbeat was late takes the seats again that it serves.
        eventually(lambda: psql.all(over, lost) == [])
        night.cleo.reads(
            "You were away for too long, and lost your seat. You are back on the stage, and your microphone is off."
        )
        night.cleo.page.locator(".loss").get_by_role("button", name="Turn microphone on").click()
        night.cleo.until(SPEAKS)
        night.all_hear("cleo")
        night.cleo.until(SHOWN_NO_MORE, "You were away for too long")
        loses_the_audio_server_and_a_recording(night, database_url, tmp_path)
        loses_a_microphone(night)


NO_NODE_FOR_LONG = """update recordings set announced_at = announced_at - interval '30 seconds'
    where node_id is null and ended_at is null"""
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
    """The only node of the room stops while it records: everybody reads it, the host can choose another way, and then no sentence is left."""
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
    eventually(lambda: psql.run(NO_NODE_FOR_LONG) == 1)
    for tab in night.everybody():
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
