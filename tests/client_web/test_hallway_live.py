"""The hallway as people see it: it is live, and does not move while it is used."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, expect

from ..patience import eventually
from ..people import Psql
from ..running import RunningRelay
from .user_page import UserPage, user_page

NOT_COVERED = """() => document.querySelector('.hallway__connection').getBoundingClientRect().bottom
    <= document.querySelector('.hallway__sections section:not([hidden]) h2').getBoundingClientRect().top"""


def test_the_hallway_is_live_and_does_not_move_while_it_is_used(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    with user_page(context, relay.url, "beth") as beth:
        for happens in (
            rooms_that_open_appear_and_rooms_that_end_go,
            a_card_changes_in_place_as_people_come_and_go,
            nothing_moves_while_the_pointer_is_on_the_hallway,
            the_card_of_a_room_that_ends_under_the_pointer_stays,
            clubs_i_follow_come_first,
            a_room_is_found_by_its_name_or_by_who_is_in_it,
            the_hallway_says_when_it_may_be_old,
            what_people_write_is_always_text,
        ):
            beth.sees_cards()  # what faded is gone, and moves nothing any more
            happens(beth, psql)
            psql.run("update rooms set ended_at = now() where ended_at is null")
            beth.page.mouse.move(1200, 600)


def rooms_that_open_appear_and_rooms_that_end_go(beth: UserPage, psql: Psql) -> None:
    beth.reads("No open rooms")
    room = psql.room("rick", "Porch")
    beth.sees_cards("Porch")
    psql.run("update rooms set ended_at = now() where id = %s", room)
    beth.reads("No open rooms")


def a_card_changes_in_place_as_people_come_and_go(beth: UserPage, psql: Psql) -> None:
    room = psql.room("rick", "Porch")
    card = beth.card("Porch")
    card.get_by_text("Nobody here yet").wait_for()
    before = card.element_handle()
    psql.seat(room, "amara")
    psql.seat(room, "lior")
    psql.seat(room, "maya", "AUDIENCE")
    card.get_by_text("3 here · 2 on stage").wait_for()
    card.get_by_text("Live").wait_for()
    expect(card.locator(".card__person")).to_have_text([re.compile("amara$"), re.compile("lior$")])
    psql.run("delete from participants where room_id = %s", room)
    card.get_by_text("Nobody here yet").wait_for()
    assert before is not None
    assert before.evaluate("(card) => card.isConnected"), "another element took its place"


def nothing_moves_while_the_pointer_is_on_the_hallway(beth: UserPage, psql: Psql) -> None:
    psql.room("rick", "Porch")
    attic = psql.room("rick", "Attic")
    beth.sees_cards("Porch", "Attic")
    beth.card("Porch").hover()
    psql.seat(attic, "amara")
    beth.card("Attic").get_by_text("1 here").wait_for()
    psql.room("rick", "Cellar")
    beth.sees_cards("Porch", "Attic", "Cellar")
    beth.page.mouse.move(1200, 600)
    beth.sees_cards("Attic", "Porch", "Cellar")


def the_card_of_a_room_that_ends_under_the_pointer_stays(beth: UserPage, psql: Psql) -> None:
    porch = psql.room("rick", "Porch")
    psql.room("rick", "Attic")
    beth.sees_cards("Porch", "Attic")
    beth.card("Porch").hover()
    psql.run("update rooms set ended_at = now() where id = %s", porch)
    beth.card("Porch").get_by_text("This room has ended").wait_for()
    assert beth.card("Porch").get_by_role("link").count() == 0
    beth.page.mouse.move(1200, 600)
    beth.sees_cards("Attic")


def clubs_i_follow_come_first(beth: UserPage, psql: Psql) -> None:
    topic = psql.one("insert into topics (name, emoji) values ('Music', '♪') returning id")
    club = psql.one(
        "insert into clubs (name, topic_id, owner_id) values ('Blue Hour', %s, %s) returning id",
        topic,
        psql.person("amara"),
    )
    psql.room("rick", "Porch")
    psql.run(
        "insert into rooms (name, club_id, host_id) values ('Fours', %s, %s)",
        club,
        psql.person("amara"),
    )
    beth.sees_cards("Porch", "Fours")
    assert beth.page.get_by_role("heading", name="You follow").count() == 0
    beth.button("Follow Blue Hour").click()
    beth.page.mouse.move(1200, 600)
    beth.page.get_by_role("heading", name="You follow").wait_for()
    beth.sees_cards("Fours", "Porch")
    assert beth.button("Follow Blue Hour").get_attribute("aria-pressed") == "true"
    follows = "select count(*) from followers where user_id = %s"
    eventually(lambda: psql.one(follows, psql.person("beth")) == 1)
    beth.button("Follow Blue Hour").click()
    beth.page.mouse.move(1200, 600)
    beth.sees_cards("Porch", "Fours")
    eventually(lambda: psql.one(follows, psql.person("beth")) == 0)


def a_room_is_found_by_its_name_or_by_who_is_in_it(beth: UserPage, psql: Psql) -> None:
    rooms = [psql.room("rick", name) for name in ("Porch", "Attic", "Cellar", "Garden", "Kitchen")]
    psql.seat(rooms[3], "amara")
    search = beth.page.get_by_role("searchbox")
    search.fill("att")
    beth.sees_cards("Attic")
    search.fill("amara")
    beth.sees_cards("Garden")
    search.fill("nobody of this name")
    beth.reads("Nothing found")
    search.fill("")
    beth.sees_cards("Garden", "Porch", "Attic", "Cellar", "Kitchen")


def the_hallway_says_when_it_may_be_old(beth: UserPage, psql: Psql) -> None:
    for name in ("Porch", "Attic"):
        psql.room("rick", name)
    beth.card("Attic").wait_for()
    before = [*beth.said]
    beth.page.context.set_offline(True)
    beth.page.evaluate("dispatchEvent(new Event('online'))")  # check now, not at the next timer
    beth.reads("Reconnecting… what you see may be out of date.")
    beth.waits_for(NOT_COVERED)
    assert sorted(beth.cards()) == ["Attic", "Porch"]
    beth.page.context.set_offline(False)
    beth.page.locator(".hallway__connection").wait_for(state="hidden")
    beth.said[:] = before  # without the browser's own messages about the network


def what_people_write_is_always_text(beth: UserPage, psql: Psql) -> None:
    name = '<img src=x onerror="document.title=1">'
    room = psql.room("rick", name)
    psql.seat(room, "<b>bold</b>")
    beth.card(name).get_by_role("link").click()
    beth.walks_in()
    beth.sees_seated("<b>bold</b>", "beth")
    assert beth.page.get_by_role("heading", level=1, name=name).count() == 1
    assert beth.page.locator("img, b:has-text('bold')").count() == 0
    assert beth.page.title() == f"{name} · Roomtone"
