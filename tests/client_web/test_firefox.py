"""Firefox, Chromium and a bot in one room: each hears the others, by every topology."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import aioice.ice
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from playwright.sync_api import BrowserContext
from roomtone.media.room_session import RoomSession, room_session
from roomtone.media.signaling.database_client import database_connections
from roomtone.media.sounds import tone
from roomtone.types import RoomId

from ..people import Psql
from ..running import RunningRelay
from ..server.media.listening import hears
from .browser import BrowserTab, open_tab
from .firefox import Firefox
from .nodes import nodes, waits_for_nodes
from .test_topologies import everybody_is_on

RECORDER = (Path(__file__).parent / "recorder.js").read_text()
CHROMIUM, FIREFOX, BOT = 400, 700, 1000  # Hz: their voices

RECEIVED = """async () => {
    let [packets_in, packets_out, energy] = [0, 0, 0]
    for (const { peer } of roomtone.peers())
        for (const report of (await peer.connection.getStats()).values()) {
            if (report.type === 'inbound-rtp') { packets_in += report.packetsReceived; energy += report.totalAudioEnergy ?? 0 }
            if (report.type === 'outbound-rtp') packets_out += report.packetsSent
        }
    return packets_in > 20 && packets_out > 20 && energy > 0
}"""


# Each is shown as speaking; on a busy machine one may pause while another is shown.
ALL_HAVE_SPOKEN = """() => {
    for (const { username, speaking } of roomtone.people()) if (speaking) haveSpoken.add(username)
    return roomtone.people().every(({ me, username }) => me || haveSpoken.has(username))
}"""


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice leaves 127.0.0.1 out; here it is all there is."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])


@contextmanager
def a_bot(database_url: str, room: int) -> Iterator[tuple[BlockingPortal, RoomSession]]:
    """A Python peer that sounds a tone; it lives in the portal's thread."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(database_connections(database_url)) as database,
        portal.wrap_async_context_manager(
            room_session(portal.call(database.client, "bot"), RoomId(room), sound=tone(BOT))
        ) as session,
    ):
        yield portal, session


def hears_all_but_themselves(tab: BrowserTab, own: int) -> None:
    """By what is played here, and by what WebRTC counts."""
    for voice in (CHROMIUM, FIREFOX, BOT):
        tab.until("([tone, heard]) => recorder.hears(tone) === heard", [voice, voice != own])
    tab.until(RECEIVED)
    tab.run("() => { globalThis.haveSpoken = new Set() }")
    tab.until(ALL_HAVE_SPOKEN)


def test_firefox_chromium_and_a_bot_hear_each_other_by_every_topology(
    context: BrowserContext,
    firefox_browser: Firefox,
    relay: RunningRelay,
    database_url: str,
    psql: Psql,
    room: int,
) -> None:
    context.add_init_script(RECORDER)
    with ExitStack() as stack:
        stack.enter_context(nodes(database_url, "sfu", "mcu"))
        waits_for_nodes(psql, "sfu", "mcu")
        browser = stack.enter_context(firefox_browser.visited())
        portal, bot = stack.enter_context(a_bot(database_url, room))
        chrome = open_tab(context, relay.url, "chrome", tone=CHROMIUM)
        fox = browser.open_tab(relay.url, "fox", tone=FIREFOX, scripts=(RECORDER,))
        tabs: dict[str, BrowserTab] = {"chrome": chrome, "fox": fox}
        for tab in tabs.values():
            tab.enter(room)
            assert tab.unmute()
        for topology in ("mesh", "sfu", "mcu"):
            psql.run("update rooms set topology = %s where id = %s", topology, room)
            everybody_is_on(tabs, topology)
            hears_all_but_themselves(chrome, CHROMIUM)
            hears_all_but_themselves(fox, FIREFOX)
            if topology != "mcu":
                portal.call(hears, bot, "chrome", CHROMIUM)
                portal.call(hears, bot, "fox", FIREFOX)
                continue
            mixer = next(seat.username for seat in bot.seats.values() if seat.kind == "mcu")
            for tab, other in ((chrome, FIREFOX), (fox, CHROMIUM)):
                tab.run("() => roomtone.roomSession.setMuted(true)")
                portal.call(hears, bot, mixer, other)  # the mix has one voice now
                assert tab.unmute()
        # The newcomer offers: now it is Chromium's turn to answer.
        psql.run("update rooms set topology = 'mesh' where id = %s", room)
        chrome.leave()
        fox.sees("bot", "fox")
        chrome.enter(room)
        assert chrome.unmute()
        everybody_is_on(tabs, "mesh")
        hears_all_but_themselves(chrome, CHROMIUM)
        hears_all_but_themselves(fox, FIREFOX)
    assert (chrome.errors, fox.errors) == ([], [])
