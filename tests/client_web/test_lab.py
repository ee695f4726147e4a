"""/lab: four lanes in one room, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from ..patience import PATIENCE, eventually
from ..people import Psql
from ..running import RunningRelay, run_relay
from .browser import patient_context
from .test_accessibility import COLOURS, flawless
from .test_languages import LANGUAGE, fits
from .user_page import DESKTOP, PHONE, SMALL_PHONE, UserPage

LANES = ("sse", "long-polling", "websocket", "polling")


@pytest.fixture
def lab(context: BrowserContext, relay: RunningRelay, room: int) -> Iterator[UserPage]:
    """The page, when all lanes are live."""
    page = context.new_page()
    user = UserPage(page, relay.url)
    page.goto(f"{relay.url}/lab?room={room}")
    follow(page)
    yield user
    assert user.said == [], "the console says something"
    page.close()


def follow(page: Page) -> None:
    for lane in LANES:
        expect(page.locator(f"li.lane.lane--{lane}")).to_have_attribute(
            "data-state", "live", timeout=PATIENCE * 1000
        )


def arrived(page: Page, words: str) -> None:
    """Waits until this event has arrived in all four lanes."""
    event = page.locator(".arrivals__event").filter(has_text=words)
    expect(event.locator(".arrivals__lane[data-arrived=true]")).to_have_count(4)


def figure(page: Page, lane: str, name: str) -> int:
    found = page.locator(f"li.lane.lane--{lane} .lane__figures div").filter(has_text=name)
    return int(re.sub(r"\D", "", found.locator("dd").inner_text()))


def test_one_room_by_four_techniques_side_by_side(lab: UserPage, psql: Psql, room: int) -> None:
    assert [name.rsplit(" ", 1)[0] for name in psql.roster(room)] == [
        f"lab {lane}" for lane in LANES
    ]
    push_takes_one_request_and_polling_many_with_empty_answers(lab)
    one_click_is_one_event_in_all_four_lanes(lab)
    nothing_is_wider_than_the_screen(lab)
    axe_finds_no_flaw(lab)
    the_requests_and_the_sql_behind_them_are_shown(lab, room)
    # What is changed in psql arrives, too.
    psql.seat(room, "anna")
    arrived(lab.page, "anna joined")
    a_shorter_interval_means_more_requests(lab)
    psql.run("delete from participants where user_id = %s", psql.person_id("anna"))
    stage = another_room_is_chosen_by_keyboard(lab, psql, room)
    # In a moderated room the event is a raised hand.
    lab.button("Cause an event").click()
    arrived(lab.page, "raised a hand")
    # To leave the page is to leave the room.
    lab.page.goto(f"{lab.url}/live")
    eventually(lambda: psql.roster(stage) == [])


def push_takes_one_request_and_polling_many_with_empty_answers(lab: UserPage) -> None:
    eventually(lambda: figure(lab.page, "polling", "empty answers") >= 2)
    assert figure(lab.page, "sse", "requests") == 1
    assert figure(lab.page, "websocket", "requests") == 1
    assert figure(lab.page, "sse", "empty answers") == 0


def one_click_is_one_event_in_all_four_lanes(lab: UserPage) -> None:
    lab.button("Cause an event").click()
    arrived(lab.page, "unmuted")
    late = (
        lab.page.locator(".arrivals__event").filter(has_text="unmuted").locator(".arrivals__late")
    )
    assert all(re.fullmatch(r"(< )?[\d.]+ m?s", text) for text in late.all_inner_texts())


def nothing_is_wider_than_the_screen(lab: UserPage) -> None:
    for size in (PHONE, DESKTOP):
        lab.resize(size)
        assert lab.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size


def axe_finds_no_flaw(lab: UserPage) -> None:
    """By night only colours differ."""
    flawless(lab, "the lab")
    lab.page.emulate_media(color_scheme="dark")
    flawless(lab, "the lab, by night", COLOURS)
    lab.page.emulate_media(color_scheme="light")


def a_shorter_interval_means_more_requests(lab: UserPage) -> None:
    slider = lab.page.get_by_label("Polling asks every")
    slider.focus()
    slider.press("Home")
    expect(lab.page.locator(".lab__interval")).to_have_text("100 ms")
    lab.reads("600 requests a minute")
    before = figure(lab.page, "polling", "requests")
    eventually(lambda: figure(lab.page, "polling", "requests") >= before + 8)
    follow(lab.page)


def the_requests_and_the_sql_behind_them_are_shown(lab: UserPage, room: int) -> None:
    ran = lab.page.locator("section.requests")
    expect(ran.nth(1).locator(".requests__request")).to_contain_text(f"GET /rooms/{room}/events")
    # One query reads what several requests wait for: it is shown at the one that began it.
    read = ran.locator(".requests__sql").filter(has_text="roomtone.relay_seats_of")
    expect(read.first).to_be_attached()
    lab.button("Cause an event").click()
    written = ran.first.locator(".requests__sql").first
    expect(written).to_contain_text('update "roomtone"."participants" set "muted"')


def another_room_is_chosen_by_keyboard(lab: UserPage, psql: Psql, room: int) -> int:
    """A moderated one, which is returned."""
    stage = psql.room("host", "Debate", "moderated")
    lab.page.reload()
    follow(lab.page)
    lab.page.get_by_label("The room").select_option(label="Debate")
    eventually(lambda: len(psql.roster(stage)) == 4 and psql.roster(room) == [])
    follow(lab.page)
    return stage


def test_other_systems_appear_while_they_are_measured_and_figures_are_explained_by_keyboard(
    browser: Browser, relay: RunningRelay, psql: Psql, room: int
) -> None:
    """In Arabic, by night, on a small phone."""
    width, height = SMALL_PHONE
    context = patient_context(
        browser,
        locale="ar-EG",
        color_scheme="dark",
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
    )
    try:
        page = context.new_page()
        user = UserPage(page, relay.url)
        page.goto(f"{relay.url}/lab?room={room}")
        follow(page)
        assert page.evaluate(LANGUAGE) == "ar rtl"
        expect(page.get_by_text("roomtone lab peers --quick --live")).to_be_visible()
        psql.run(
            "insert into lab_lanes (place, label, repetitions, join_p50, server, bytes, owed, lost)"
            " values (1, 'NATS JetStream', 1, 12, 0.4, 183, 506, 3)"
        )
        psql.run(
            "insert into lab_lanes (place, label, problem) values (2, 'PeerJS server', 'apt-get install npm')"
        )
        # whoever wrote these rows does not hold the lock of a run
        stopped = page.get_by_text("توقف هذا القياس قبل نهايته")
        expect(stopped).to_be_visible()
        psql.run("select pg_advisory_lock(hashtext('roomtone lab peers'))")
        expect(stopped).to_be_hidden()
        nats, peerjs = (page.locator(".peers__peer").nth(place) for place in (0, 1))
        expect(nats).to_contain_text("NATS JetStream")
        expect(nats.locator(".peers__state")).to_have_text(re.compile(r"قبل .?[٠-٩]+ (ث|د).?$"))
        expect(peerjs).to_contain_text("خادم PeerJS")
        expect(nats.locator("dd")).to_have_text(
            ["١٢ ms", "–", "٠٫٤ ms", "–", "١٨٣ B", "–", "٣ من ٥٠٦"]
        )
        expect(peerjs).to_contain_text("apt-get install npm")
        expect(peerjs.locator("dl")).to_be_hidden()
        psql.run("update lab_lanes set repetitions = 1, join_p50 = 3 where place = 2")
        expect(peerjs.locator("dd").first).to_have_text("٣ ms")  # beside the problem
        summaries = page.locator(".meanings summary")
        assert summaries.count() == 4
        for number in range(4):
            summaries.nth(number).focus()
            page.keyboard.press("Enter")
            expect(page.locator(".meanings dl").nth(number)).to_be_visible()
        fits(page)
        flawless(user, "the lab in Arabic, with other systems")
        psql.run("update lab_lanes set repetitions = 2, join_p50 = 15 where place = 1")
        expect(nats.locator("dd").first).to_have_text("١٥ ms")
        psql.run("delete from lab_lanes where place > 0")
        expect(page.locator(".peers__peer")).to_have_count(0)
        expect(page.get_by_text("roomtone lab peers --quick --live")).to_be_visible()
        assert user.said == []
    finally:
        psql.run("select pg_advisory_unlock_all()")
        context.close()


def test_without_rooms_the_lab_says_what_to_do(
    context: BrowserContext, relay: RunningRelay
) -> None:
    page = context.new_page()
    page.goto(f"{relay.url}/lab")
    expect(page.get_by_role("alert")).to_contain_text("no open room")
    page.close()


def test_a_relay_that_takes_tokens_only_says_so(context: BrowserContext, database_url: str) -> None:
    with run_relay(database_url, demo=False) as relay:
        page = context.new_page()
        page.goto(f"{relay.url}/lab")
        expect(page.get_by_role("alert")).to_contain_text("Demo identities are off on this relay")
        page.close()
