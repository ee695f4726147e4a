"""Problems of a conversation: permissions, autoplay, lost networks, relays that stop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright
from roomtone.tools.processes import free_port

from ..patience import PATIENCE, eventually
from ..people import Psql
from ..running import RunningRelay, run_relay
from .browser import SOUNDS_AFTER_A_TAP, chromium, expect_refusals, open_tab, patient_context
from .conftest import OpenTab

RICK, BETH = 440.0, 880.0  # Hz: their voices


def test_after_a_refused_microphone_a_person_can_listen_and_try_again(
    tab: OpenTab, room: int
) -> None:
    rick, beth = tab("rick", tone=RICK), tab("beth", tone=BETH)
    rick.enter(room)
    beth.enter(room)
    rick.unmute()
    beth.run(
        """() => {
            globalThis.allowed = navigator.mediaDevices.getUserMedia
            navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('Permission denied', 'NotAllowedError') }
        }"""
    )
    assert beth.unmute() is False
    beth.hears("rick", RICK)
    state = beth.state
    assert state["microphone"]["state"] == "refused"
    assert state["microphone"]["problem"] == "refused"
    assert (state["phase"], state["me"]["muted"]) == ("in", True)
    beth.run("() => { navigator.mediaDevices.getUserMedia = allowed }")
    assert beth.run("() => roomtone.roomSession.retryMicrophone()") is True
    rick.hears("beth", BETH)


def test_a_browser_that_denies_the_microphone_is_not_asked_again(
    playwright: Playwright, room: int, relay: RunningRelay
) -> None:
    with chromium(playwright, "--use-fake-ui-for-media-stream=deny") as browser:
        rick = open_tab(patient_context(browser), relay.url, "rick")
        rick.enter(room)
        assert rick.unmute() is False
        state = rick.state
        assert (state["microphone"]["state"], state["phase"]) == ("refused", "in")


class Untouched:
    """Runs scripts in a page without a user gesture; Playwright's `evaluate` counts as one."""

    def __init__(self, context: BrowserContext, page: Any) -> None:
        self._session = context.new_cdp_session(page)

    def run(self, expression: str) -> Any:
        answer = self._session.send(
            "Runtime.evaluate",
            {
                "expression": expression,
                "awaitPromise": True,
                "returnByValue": True,
                "userGesture": False,
            },
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")


@pytest.fixture
def shy(playwright: Playwright) -> Iterator[BrowserContext]:
    """A browser that plays no audio before a tap."""
    with chromium(playwright, SOUNDS_AFTER_A_TAP) as browser:
        yield patient_context(browser, permissions=["microphone"])


def test_blocked_autoplay_waits_for_one_tap(
    shy: BrowserContext, tab: OpenTab, relay: RunningRelay, room: int
) -> None:
    rick = tab("rick", tone=RICK)
    rick.enter(room)
    rick.unmute()
    page = shy.new_page()
    page.goto(f"{relay.url}/live?debug&username=beth")
    beth = Untouched(shy, page)
    beth.run(
        f"""(async () => {{
            const [{{ createSession }}, {{ createShell }}, {{ expose }}] = await Promise.all([
                import('/client/session.js'), import('/client/room/shell.js'), import('/client/room/debug.js')])
            const session = createSession()
            const shell = createShell({{ session }})
            expose({{ session, shell }})
            await session.restore()
            shell.open()
            shell.enter({room})
            addEventListener('click', () => roomtone.roomSession.listen())
        }})()"""
    )
    playing = "[...roomtone.elements().values()].filter(({ paused }) => !paused).length"
    eventually(lambda: beth.run("roomtone.state.blocked"))
    assert beth.run(playing) == 0
    page.mouse.click(40, 40)
    eventually(lambda: beth.run(playing) == 1)
    eventually(lambda: beth.run("roomtone.state.blocked") is False)


def test_a_lost_network_restarts_ice_and_the_conversation_goes_on(
    tab: OpenTab, room: int, browser: Browser, relay: RunningRelay
) -> None:
    rick = tab("rick", tone=RICK)
    rick.enter(room)
    mobile = patient_context(browser, permissions=["microphone"])
    beth = open_tab(mobile, relay.url, "beth", tone=BETH)
    beth.enter(room)
    beth.unmute()
    rick.hears("beth", BETH)
    credentials = "() => /a=ice-ufrag:(.*)/.exec(roomtone.peers()[0].peer.connection.{}.sdp)[1]"
    mine, theirs = credentials.format("localDescription"), credentials.format("remoteDescription")
    before = beth.run(mine), beth.run(theirs)

    mobile.set_offline(True)
    beth.until("() => roomtone.state.phase === 'in' && !navigator.onLine")
    mobile.set_offline(False)
    beth.until(
        "() => roomtone.state.traces[0].restarts === 1"
    )  # another may follow where the machine stands still

    beth.until(f"(old) => ({mine})() !== old", before[0])
    beth.until(f"(old) => ({theirs})() !== old", before[1])
    beth.connects_with("rick")
    rick.connects_with("beth")
    rick.run("() => receivedAudio.forget()")
    rick.hears("beth", BETH)
    assert rick.names() == ["rick", "beth"]
    mobile.close()


def test_a_connection_recovers_after_its_old_signals_were_deleted(
    tab: OpenTab, room: int, psql: Psql
) -> None:
    rick, beth = tab("rick", tone=RICK), tab("beth", tone=BETH)
    rick.enter(room)
    beth.enter(room)
    for each in (rick, beth):
        each.unmute()
        each.settles()
    psql.run("delete from signals where room_id = %s", room)
    # The older side may not restart now: the database has no answer of it any more.
    rick.run("() => { globalThis.old = roomtone.peers()[0].peer; old.restart() }")
    rick.until(
        "() => roomtone.peers()[0].peer !== old && roomtone.peers()[0].peer.state === 'connected'"
    )
    for each in (rick, beth):
        each.settles()
        each.run("() => receivedAudio.forget()")
    rick.hears("beth", BETH)
    beth.hears("rick", RICK)
    expect_refusals(rick)


def test_a_restart_of_the_relay_is_visible_and_keeps_the_room(
    context: BrowserContext, database_url: str, room: int
) -> None:
    settings = {
        "demo": True,
        "jwt_secret": "the same after a restart, and long",
    }
    port = free_port()
    with run_relay(database_url, port=port, **settings) as relay:
        rick = open_tab(context, relay.url, "rick", tone=RICK)
        beth = open_tab(context, relay.url, "beth", tone=BETH)
        rick.enter(room)
        beth.enter(room)
        beth.unmute()
        rick.hears("beth", BETH)
        seat = rick.state["me"]["peer_id"]
    rick.until("() => roomtone.state.phase === 'reconnecting'")
    state = rick.state
    assert [person["username"] for person in state["people"]] == ["rick", "beth"]
    rick.hears("beth", BETH)  # audio does not go through the relay
    with run_relay(database_url, port=port, **settings):
        for each in (rick, beth):
            each.until("() => roomtone.state.phase === 'in'", within=PATIENCE)
        assert rick.state["me"]["peer_id"] == seat
        beth.run("() => roomtone.roomSession.setMuted(true)")
        rick.until("() => roomtone.people().every(({ muted }) => muted)")


def test_a_page_in_the_back_forward_cache_keeps_its_seat_and_microphone(
    tab: OpenTab, room: int
) -> None:
    rick, beth = tab("rick"), tab("beth", tone=BETH)
    rick.enter(room)
    beth.enter(room)
    assert beth.unmute()
    for each in (rick, beth):
        each.settles()
    beth.run(
        """() => {
            dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
            globalThis.streams = roomtone.peers().length
            dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
        }"""
    )
    assert beth.run("() => streams") == 0, "the page closed its connections"
    beth.until("() => roomtone.state.phase === 'in' && roomtone.state.me?.muted === false")
    rick.hears("beth", BETH)
    assert [event["kind"] for event in rick.state["seatEvents"]] == ["joined"], "nobody left"


LOSES_A_REQUEST = """() => {
    const send = window.fetch
    window.fetch = (url, ...how) => {
        if (!/participants/u.test(String(url)) || how[0]?.method !== 'PATCH') return send(url, ...how)
        window.fetch = send
        return Promise.reject(new TypeError('the request was lost'))
    }
}"""


def test_what_one_lost_request_was_to_change_is_sent_again_though_the_log_is_followed(
    tab: OpenTab, psql: Psql
) -> None:
    room = psql.room("rick", stage="moderated")
    rick, beth = tab("rick"), tab("beth")
    rick.enter(room)
    beth.enter(room)
    assert rick.unmute()
    beth.sees("rick", "beth")
    beth.until("() => !roomtone.people()[0].muted")
    rick.run(LOSES_A_REQUEST)
    assert rick.run("() => roomtone.roomSession.setMuted(true)") is False
    beth.until("() => roomtone.people()[0].muted")
    rick.until("() => !roomtone.state.microphone.waiting")
    beth.run(LOSES_A_REQUEST)
    beth.run("() => roomtone.roomSession.consent.raiseHand()")
    rick.until("() => roomtone.people()[1].hand === 1")
    beth.until("() => roomtone.state.handWish === null")
    assert rick.errors == beth.errors == []
