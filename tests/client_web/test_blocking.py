"""What people in a room do about each other, and what the page says and shows about it."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from ..people import Psql
from ..running import RunningRelay
from .browser import expect_refusals
from .participant import participants
from .user_page import PHONE, user_page

SILENCED = "() => [...roomtone.elements().values()].map(({ muted }) => muted)"


def test_who_is_blocked_is_not_heard_until_they_are_unblocked(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    people = participants(context, relay, room, tom=660, beth=440)
    tom, beth = people.values()
    tom.page.keyboard.press("m")
    beth.tab.hears("tom", 660)
    assert beth.tab.run(SILENCED) == [False]
    beth.does("tom", "Block")
    beth.reads("You blocked them, so you do not hear them.")
    beth.tab.until(f"() => ({SILENCED})().every(Boolean)")
    assert tom.tab.run(SILENCED) == [False], "they do not learn of it"
    beth.page.keyboard.press("Escape")
    beth.page.reload()
    beth.button("Enter anyway").click()
    beth.walks_in()
    beth.tab.connects_with("tom")
    beth.tab.until(f"() => roomtone.elements().size > 0 && ({SILENCED})().every(Boolean)")
    beth.does("tom", "Unblock")
    beth.tab.until(f"() => ({SILENCED})().every((muted) => !muted)")
    beth.button("Mute for me").wait_for()

    # A report is confirmed for everybody to see.
    beth.act("Report…").click()
    beth.page.get_by_label("What happened?").fill("Too loud.")
    beth.button("Send the report").click()
    beth.page.locator(".notice", has_text="Your report about tom was sent.").wait_for()
    assert [each.tab.errors for each in people.values()] == [[], []]


def test_messages_links_and_the_inspector_leave_nothing_behind(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("amara", "Den")
    people = participants(context, relay, room, amara=0, beth=0)
    amara, beth = people.values()

    amara.button("Pin a link").click()
    pin = amara.page.get_by_role("dialog", name="Pin a link")
    for typed in ("not a link", "nonsense", "https://not a link"):
        pin.get_by_label("Address", exact=True).fill(typed)
        pin.get_by_role("button", name="Pin it").click()
        pin.get_by_text("This is no link.").wait_for()
    assert psql.one("select pinned_link from rooms where id = %s", room) is None
    pin.get_by_label("Address", exact=True).fill("tea.example/menu")
    pin.get_by_role("button", name="Pin it").click()
    beth.page.get_by_role("link", name="tea.example/menu").wait_for()

    beth.page.keyboard.press("c")
    box = beth.page.get_by_label("Write to everybody in the room")
    box.fill("See www.tea.example. " + "Much more of it. " * 60)
    box.press("Enter")
    message = amara.page.locator(".message", has_text="Much more")
    message.get_by_role("link", name="www.tea.example").wait_for()
    folded = message.bounding_box()
    message.get_by_role("button", name="Show all").click()
    message.get_by_role("button", name="Show less").wait_for()
    unfolded = message.bounding_box()
    assert folded
    assert unfolded
    assert unfolded["height"] > folded["height"] * 1.5

    # Closed by its key, the inspector gives the focus back.
    amara.page.locator(".room__name").click()
    amara.page.keyboard.press("g")
    amara.tab.until("() => document.activeElement.closest('.inspector')")
    amara.page.keyboard.press("g")
    amara.tab.until("() => document.activeElement.closest('.room')")

    # A phone has no keys. No label names a club that does not exist.
    beth.resize(PHONE)
    beth.page.goto(f"{relay.url}/rooms/{room}?debug&username=beth")
    beth.walks_in()
    beth.reads("Tap it to talk.")
    assert "Press" not in beth.page.locator(".room").inner_text()
    beth.page.goto(f"{relay.url}/?username=beth")
    beth.card("Den").wait_for()
    assert not beth.page.locator("[aria-label*=null], [title*=null]").count()
    expect_refusals(*(each.tab for each in people.values()))
    assert [each.tab.errors for each in people.values()] == [[], []]


def test_a_club_page_is_live_and_a_club_is_handed_over_and_deleted(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    join = "insert into members (club_id, user_id) values (%s, %s)"
    leave = "delete from members where club_id = %s and user_id = %s"
    founder = psql.person("amara")
    club = psql.one(
        "insert into clubs (name, owner_id) values ('Blue Hour', %s) returning id", founder
    )
    psql.one("select count(*) from invite_to_club(%s, max_uses => null)", club)
    with user_page(context, relay.url, "amara", path=f"/clubs/{club}") as amara:
        amara.reads("1 member · 1 follower")
        amara.reads("used 0 times")
        psql.run("update invitations set uses = 1 where club_id = %s", club)
        for name in ("beth", "tom"):
            psql.run(join, club, psql.person(name))
        amara.reads("3 members")  # nobody reloads, and no request is sent while nothing changes
        amara.reads("used 1 time,")
        room = psql.one(
            "insert into rooms (name, club_id, host_id) values ('Tea', %s, %s) returning id",
            club,
            founder,
        )
        amara.button("Delete").click()
        amara.button("Delete the club").click()
        amara.reads("This club has rooms that are open or planned.")
        amara.button("Keep it").click()
        psql.one("select end_room(%s)", room)
        amara.button("Hand over").click()
        # The list follows who joins and leaves. Who was chosen stays chosen; if they left, nobody is.
        owner = amara.page.get_by_label("New owner")
        owner.select_option("tom")
        psql.run(join, club, psql.person("kofi"))
        expect(owner.get_by_role("option")).to_have_text(["beth", "tom", "kofi"])
        assert owner.evaluate("(it) => it.selectedOptions[0].text") == "tom"
        psql.run(leave, club, psql.person("tom"))
        expect(owner.get_by_role("option")).to_have_text(["beth", "kofi"])
        amara.button("Hand it over").click()
        amara.reads("Choose who takes over.")
        owner.select_option("beth")
        amara.button("Hand it over").click()
        amara.reads("beth owns “Blue Hour” now.")
        amara.button("Leave the club").wait_for()
        assert not amara.button("Delete").is_visible()
        amara.page.goto(f"{relay.url}/clubs/{club}?username=beth")
        amara.button("Delete").click()
        amara.button("Delete the club").click()
        amara.reads("“Blue Hour” is deleted.")
        assert psql.one("select count(*) from clubs where name = 'Blue Hour'") == 0
        amara.said = [line for line in amara.said if "status of 4" not in line]
