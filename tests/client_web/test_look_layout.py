"""From 320 px to a desktop: nothing is wider than the page, no target is too small, and each size shows what it has room for."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext

from ..people import Psql
from ..running import RunningRelay
from .user_page import (
    DESKTOP,
    LAPTOP,
    ON_ITS_SIDE,
    PHONE,
    SIZES,
    TABLET,
    ZOOMED,
    UserPage,
    user_page,
)

pytestmark = pytest.mark.shares_a_relay

LONG = "An evening about everything that is unreasonably long, Donaudampfschifffahrtsgesellschaft included"

SPILLS = """() => [...document.querySelectorAll('body *')].filter((each) => {
    if (each.closest('.visually-hidden, svg, .skip')) return false
    const box = each.getBoundingClientRect()
    return box.width > 0 && (box.right > innerWidth + 1 || box.left < -1)
}).map((each) => each.className)"""

SMALL_TARGETS = """() => [...document.querySelectorAll('button, input[type=search], select')].filter((each) => {
    const box = each.getBoundingClientRect()
    // a trace's name is a link in a list of text; 24 px is its measure (WCAG 2.2, 2.5.8)
    const least = each.matches('.trace__who') ? 24 : 43.5
    const target = each.closest('label')?.getBoundingClientRect() ?? box
    return box.width > 0 && (target.height < least || target.width < 24)
}).map((each) => each.className || each.textContent)"""


def fits(user: UserPage) -> None:
    for size in SIZES:
        user.resize(size)
        assert user.page.evaluate(SPILLS) == [], f"{size} is too narrow"
        assert user.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert user.page.evaluate(SMALL_TARGETS) == [], f"too small to hit at {size}"


def test_every_page_fits_every_width(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("rick", LONG)
    for name in ("Maximiliana-Charlotte von Habsburg", "amara", "lior", "dao", "Ω"):
        psql.seat(room, name)
    psql.seat(room, "Wolfeschlegelsteinhausenbergerdorff", "AUDIENCE")
    club = psql.one(
        "insert into clubs (name, description, owner_id) values (%s, %s, %s) returning id",
        LONG[:80],
        LONG,
        psql.person("beth"),
    )
    psql.run(
        "insert into members (club_id, user_id) values (%s, %s)",
        club,
        psql.person("Wolfeschlegelsteinhausenbergerdorff"),
    )
    psql.run(
        "insert into rooms (name, club_id, host_id, access, starts_at) values (%s, %s, %s, 'club', now() + interval '9 days')",
        LONG,
        club,
        psql.person("beth"),
    )
    with user_page(context, relay.url, "beth") as beth:
        beth.card(LONG).first.wait_for()
        fits(beth)
        beth.button("Start a room").click()
        beth.page.get_by_label("Later").check()
        fits(beth)
        beth.page.keyboard.press("Escape")
        beth.page.get_by_role("link", name="Clubs", exact=True).click()
        beth.page.locator(".club-card").get_by_role("link").click()
        beth.page.locator(".member").nth(1).wait_for()
        fits(beth)
        beth.button("Invite").click()
        beth.button("Make a link").click()
        fits(beth)
        beth.page.keyboard.press("Escape")
        beth.page.locator(".member").get_by_role("link").nth(1).click()
        beth.page.locator(".person__face .avatar").wait_for()
        fits(beth)
        beth.page.get_by_role("link", name="Rooms", exact=True).click()
        beth.card(LONG).nth(1).get_by_role("link").click()
        beth.button("Cancel the room").wait_for()
        fits(beth)
        beth.page.go_back()
        beth.card(LONG).first.get_by_role("link").click()
        beth.walks_in()
        fits(beth)
        beth.opens("Inspector")
        fits(beth)


def test_each_size_shows_what_it_has_room_for_and_the_microphone_is_the_biggest_target(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    with user_page(context, relay.url, "beth", path=f"/rooms/{room}") as beth:
        beth.walks_in()
        beth.resize(PHONE)
        heights = beth.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll('.controls button')]
                .map((each) => [each.className, each.offsetHeight]).filter(([, height]) => height > 0))"""
        )
        assert heights.pop("microphone") > max(heights.values())
        beth.opens("Inspector")
        hallway, seats, inspector = ".layout__hallway", ".layout__room", ".inspector"
        covered = """(selector) => {
            const box = document.querySelector(selector).getBoundingClientRect()
            const middle = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
            return box.width === 0 || !middle?.closest(selector)
        }"""
        for size, shown in (
            (PHONE, [inspector]),
            (TABLET, [seats, inspector]),
            (LAPTOP, [hallway, seats, inspector]),
            (DESKTOP, [hallway, seats, inspector]),
        ):
            beth.resize(size)
            visible = [
                each
                for each in (hallway, seats, inspector)
                if not beth.page.evaluate(covered, each)
            ]
            assert visible == shown, size


def test_on_a_low_page_a_face_is_seen_and_the_controls_take_at_most_a_third(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    psql.run("update rooms set slow_mode = 10, stage = 'moderated' where id = %s", room)
    psql.seat(room, "amara", "SPEAKER")
    with user_page(context, relay.url, "beth", path=f"/rooms/{room}") as beth:
        beth.walks_in()
        for size in (ON_ITS_SIDE, ZOOMED):
            beth.resize(size)
            # A new seat grows for a moment.
            beth.waits_for(
                """() => {
                    const face = document.querySelector('.seat__face').getBoundingClientRect()
                    return ['top', 'bottom'].every((edge) => document
                        .elementFromPoint(face.left + face.width / 2, face[edge] + (edge === 'top' ? 8 : -8))?.closest('.seat__face'))
                }"""
            )
            taken = beth.page.evaluate("document.querySelector('.controls').offsetHeight")
            assert taken <= size[1] / 3, size


def test_reduced_motion_is_respected(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    psql.seat(room, "zoe")
    # Zoe leaves while beth still sends her an offer.
    with user_page(context, relay.url, "beth", path=f"/rooms/{room}", refusals=True) as beth:
        beth.page.emulate_media(reduced_motion="reduce")
        beth.page.reload()
        beth.sees_seated("zoe", "beth")
        beth.page.evaluate(
            """() => {
                globalThis.moved = 0
                const animate = Element.prototype.animate
                Element.prototype.animate = function (...how) { globalThis.moved += 1; return animate.apply(this, how) }
            }"""
        )
        psql.seat(room, "amara")
        beth.sees_seated("zoe", "beth", "amara")
        psql.run(
            "delete from participants where room_id = %s and user_id = %s", room, psql.person("zoe")
        )
        beth.sees_seated("beth", "amara")
        assert beth.page.evaluate("globalThis.moved") == 0
