"""Many tabs of one browser, which opens only six connections to a host."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext

from ..people import Psql
from ..running import RunningRelay
from .browser import Tab, open_tab
from .conftest import OpenTab

NAMES = ("rick", "beth", "morty", "summer", "jerry", "birdperson", "squanchy")

HELD = """(count) => navigator.locks.query()
    .then(({ held }) => held.filter(({ name }) => name.startsWith('roomtone stream ')).length === count)"""


def vias(tabs: list[Tab]) -> list[str]:
    return sorted(str(tab.run("() => roomtone.shell.via")) for tab in tabs)


def test_seven_tabs_subscribe_join_and_write(tab: OpenTab, psql: Psql) -> None:
    # Listeners do not connect with each other: only connections to the relay count here.
    room = psql.room("host", "Den", "moderated")
    tabs = [tab(name) for name in NAMES]
    for each in tabs:
        each.until("() => roomtone.shell.state.connection === 'live'")
    assert vias(tabs) == ["sse"] * 3 + ["websocket"] * 4
    psql.run("update rooms set name = 'Attic' where id = %s", room)
    for each in tabs:
        each.until("() => roomtone.shell.state.hallway[0].name === 'Attic'")
    for each in tabs:
        each.enter(room)
    for each in tabs:
        each.sees(*NAMES)
    for each in tabs:
        each.run("() => roomtone.roomSession.consent.raiseHand()")
    for each in tabs:
        each.until("() => roomtone.people().every(({ hand }) => hand !== null)")
    tabs[-1].leave()
    for each in tabs[:-1]:
        each.sees(*NAMES[:-1])


def test_seven_tabs_opened_at_once_share_the_stream_slots(
    context: BrowserContext, relay: RunningRelay, room: int
) -> None:
    # All of them take a slot in the same moment.
    first = open_tab(context, relay.url, "rick")
    opened = first.run(
        """(names) => Promise.all(names.map(async () => {
            const { createStreamSlots } = await import('/client/signaling/stream_slots.js')
            return createStreamSlots().take()
        }))""",
        list(NAMES[1:]),
    )
    assert sorted(opened) == [False] * 4 + [True] * 2


def test_a_closed_tab_releases_its_stream_slot(
    context: BrowserContext, relay: RunningRelay
) -> None:
    tabs: list[Tab] = []
    for name in NAMES[:4]:
        tabs.append(open_tab(context, relay.url, name))
        tabs[-1].until("() => roomtone.shell.state.connection === 'live'")  # so it has its slot
    assert vias(tabs) == ["sse", "sse", "sse", "websocket"]
    tabs[0].page.close()
    tabs[1].until(HELD, 2)  # the browser releases its lock after the page is gone
    late = open_tab(context, relay.url, NAMES[4])
    late.until("() => roomtone.shell.state.connection === 'live'")
    assert late.run("() => roomtone.shell.via") == "sse"


@pytest.mark.parametrize("came", ["h2", "h3"])
def test_over_http_2_every_tab_has_a_stream_slot(
    context: BrowserContext, relay: RunningRelay, came: str
) -> None:
    tab = open_tab(context, relay.url, "rick")
    lines = tab.run(
        """async (protocol) => {
            const { createStreamSlots } = await import('/client/signaling/stream_slots.js')
            return Promise.all(Array.from({ length: 9 }, () => createStreamSlots({ protocol }).take()))
        }""",
        came,
    )
    assert lines == [True] * 9
