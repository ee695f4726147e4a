"""A host who goes from the own room to another one."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext

from ..people import Psql
from ..running import RunningRelay
from .browser import expect_refusals
from .participant import Participant, participants

EVENTS_OVERTAKE_ANSWERS = """() => {
    const send = window.fetch
    const frame = () => new Promise((done) => requestAnimationFrame(done))
    window.fetch = async (url, ...how) => {
        const answer = await send(url, ...how)
        if (/end_room|leave_room_running/u.test(String(url))) {
            while (roomtone.state.phase !== 'left' || document.querySelector('.leave')?.checkVisibility()) await frame()
        }
        return answer
    }
}"""
"""The relay sends an event as soon as it is committed: it may be here, and drawn, before the answer to the request that caused it."""

IN = "(id) => roomtone.roomSession?.room_id === id && roomtone.state.phase === 'in'"


def question(host: Participant) -> None:
    host.page.get_by_role("dialog", name="Leave the room?").wait_for()


@pytest.mark.parametrize("choice", ["End it for everyone", "Leave it running"])
def test_a_host_arrives_in_the_other_room_though_the_event_comes_before_the_answer(
    context: BrowserContext, relay: RunningRelay, psql: Psql, choice: str
) -> None:
    den, porch = psql.room("amara", "Den"), psql.room("beth", "Porch")
    amara = participants(context, relay, den, amara=0)["amara"]
    amara.tab.run(EVENTS_OVERTAKE_ANSWERS)
    amara.card("Porch").get_by_role("link", name="Porch").click()
    question(amara)
    amara.button(choice).click()
    amara.waits_for(IN, porch)
    ended = psql.one("select ended_at is not null from rooms where id = %s", den)
    assert ended is (choice == "End it for everyone")
    expect_refusals(amara.tab)
    assert amara.tab.errors == []


def test_a_room_is_started_only_when_its_host_has_left_the_other(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    den = psql.room("amara", "Den")
    people = participants(context, relay, den, amara=0, beth=440)
    amara, beth = people.values()
    amara.button("Start a room").click()
    form = amara.page.get_by_role("dialog", name="Start a room")
    form.get_by_label("Name").fill("Attic")
    form.get_by_role("button", name="Open the room").click()
    question(amara)
    amara.button("Stay").click()
    amara.page.get_by_role("dialog", name="Leave the room?").wait_for(state="hidden")
    assert form.get_by_label("Name").input_value() == "Attic"
    assert not psql.one("select exists (select from rooms where name = 'Attic')")

    form.get_by_role("button", name="Open the room").click()
    question(amara)
    amara.button("Hand over and leave").click()
    beth.reads("amara left. You are the host now.")
    amara.waits_for("() => roomtone.state?.room?.name === 'Attic' && roomtone.state.phase === 'in'")
    assert psql.roster(den) == ["beth"]
    expect_refusals(*(each.tab for each in people.values()))
    assert [each.tab.errors for each in people.values()] == [[], []]
