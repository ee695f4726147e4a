"""The pages besides the hallway and the room: clubs, people, invitations; by their address, by links, and by Back."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from ..patience import eventually
from ..people import Psql
from ..running import RunningRelay
from .browser import patient_context
from .user_page import DESKTOP, PHONE, UserPage, user_page

pytestmark = pytest.mark.shares_a_relay

HTML = '<img src=x onerror="document.title=1">'


def heading(user: UserPage, name: str | re.Pattern[str]) -> None:
    """Waits until the page with this heading is shown and its heading has the focus."""
    user.page.get_by_role("heading", level=1, name=name).wait_for()


def has_focus(user: UserPage, name: str) -> None:
    """Waits until the element with this text has the focus."""
    user.waits_for("(name) => document.activeElement.textContent === name", name)


def confirm(user: UserPage, title: str, name: str) -> None:
    dialog = user.page.get_by_role("dialog", name=title)
    dialog.get_by_role("button", name=name, exact=True).click()
    dialog.wait_for(state="hidden")


def test_a_club_is_created_described_and_managed(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    psql.run("insert into topics (name, emoji) values ('Music', '♪')")
    lior = psql.person("lior")
    with user_page(context, relay.url, "amara", path="/clubs", refusals=True) as amara:
        amara.reads("There are no clubs yet.")
        amara.button("Create a club").click()
        form = amara.page.get_by_role("dialog", name="Create a club")
        name = form.get_by_label("Name")
        form.get_by_role("button", name="Create the club").click()
        amara.reads("A club needs a name.")
        name.fill("é" * 10_000)
        amara.reads("At most 80 characters; these are 10,000.")
        form.get_by_role("button", name="Create the club").click()
        assert name.input_value() == "é" * 10_000, "nothing typed is lost"
        name.fill(f"{HTML} Чай 👩‍🚀")
        form.get_by_label("What it is for").fill("Standards\nafter dark.")
        form.get_by_label("Topic").select_option(label="♪ Music")
        form.get_by_role("button", name="Create the club").click()
        heading(amara, f"{HTML} Чай 👩‍🚀")
        assert amara.page.locator("img").count() == 0
        amara.reads("1 member · 1 follower")
        amara.button("Edit").click()
        amara.page.get_by_role("dialog").get_by_label("Name").fill("Blue Hour")
        amara.button("Save").click()
        heading(amara, "Blue Hour")
        club = psql.one("select id from clubs where name = 'Blue Hour'")
        psql.run("insert into members (club_id, user_id) values (%s, %s)", club, lior)
        amara.page.reload()
        amara.page.get_by_label("Role of lior").select_option(label="Admin")
        role = "select role from members where user_id = %s"
        eventually(lambda: psql.one(role, lior) == "ADMIN")
        # The last owner stays owner: the refusal is shown beside them, and the choice is undone.
        amara.page.get_by_label("Role of amara").select_option(label="Member")
        amara.reads("This is the club's last owner.")
        expect(amara.page.get_by_label("Role of amara")).to_have_value("OWNER")
        amara.button("Remove lior").click()
        confirm(amara, "Remove lior?", "Remove")
        amara.page.get_by_label("Role of lior").wait_for(state="detached")
        assert psql.one(role, lior) is None
        amara.button("Following Blue Hour").click()
        amara.button("Follow Blue Hour").wait_for()
        amara.button("Start a room here").click()
        room = amara.page.get_by_role("dialog", name="Start a room")
        room.get_by_label("Name", exact=True).fill("Fours")
        room.get_by_label("Members of the club").check()
        room.get_by_role("button", name="Open the room").click()
        amara.walks_in()
        asked = "select c.name, access from rooms r join clubs c on c.id = club_id"
        assert psql.all(asked) == [("Blue Hour", "club")]
        amara.page.get_by_role("link", name="Clubs", exact=True).click()
        amara.page.locator(".club-card").get_by_role("link", name="Blue Hour").click()
        amara.page.locator(".page").get_by_role("link", name="Fours").wait_for()
        amara.page.locator(".page .badge", has_text="Members only").wait_for()


def test_an_invitation_link_leads_an_anonymous_user_into_the_club(
    browser: Browser, context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    club = psql.one(
        "insert into clubs (name, owner_id) values ('Blue Hour', %s) returning id",
        psql.person("amara"),
    )
    with user_page(context, relay.url, "amara", path=f"/clubs/{club}", refusals=True) as amara:
        amara.button("Invite").click()
        dialog = amara.page.get_by_role("dialog", name="Invite to Blue Hour")
        dialog.get_by_label("For", exact=True).select_option(label="one person")
        dialog.get_by_role("button", name="Make a link").click()
        link = dialog.get_by_label("Invitation link", exact=True)
        link.wait_for()
        address = link.input_value()
        assert address.startswith(f"{relay.url}/invitations/")
        assert "username" not in address, "a link says nothing of who made it"
        dialog.get_by_role("button", name="Copy: invitation link").click()
    path = address.removeprefix(relay.url)
    # A browser of their own, without cookies.
    elsewhere = patient_context(browser)
    with closing(elsewhere), user_page(elsewhere, relay.url, path=path, refusals=True) as stranger:
        heading(stranger, "amara invites you to the club “Blue Hour”")
        stranger.button("Join the club").click()
        stranger.page.get_by_label("Your name").fill("zoe")
        stranger.button("Enter").click()
        heading(stranger, "Blue Hour")
        stranger.page.locator(".member", has_text="zoe").wait_for()
        stranger.page.go_back()
        stranger.reads("You accepted this invitation.")
        stranger.button("Leave the club").wait_for(state="hidden")
        stranger.page.get_by_role("link", name="To the club").click()
        stranger.button("Leave the club").click()
        confirm(stranger, "Leave “Blue Hour”?", "Leave")
        stranger.page.locator(".member", has_text="zoe").wait_for(state="detached")
    with user_page(context, relay.url, "tom", path=path, refusals=True) as late:
        late.reads("This invitation is used up.")
        assert not late.button("Join the club").is_visible()
        late.page.goto(f"{relay.url}/invitations/{'x' * 24}")
        heading(late, "There is no such invitation")


def test_an_invitation_by_name_is_shown_on_the_page_the_person_has_open(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("amara", "Trading fours")
    psql.person("tom")
    with (
        user_page(context, relay.url, "amara", path=f"/rooms/{room}", refusals=True) as amara,
        user_page(context, relay.url, "beth", path="/clubs") as beth,
    ):
        amara.walks_in()
        beth.reads("There are no clubs yet.")
        amara.button("Invite").click()
        dialog = amara.page.get_by_role("dialog", name="Invite to Trading fours")
        assert (
            dialog.get_by_label("Link to the room", exact=True).input_value()
            == f"{relay.url}/rooms/{room}"
        )
        name = dialog.get_by_label("By name")
        name.fill("nobody at all")
        dialog.get_by_role("button", name="Invite them").click()
        amara.reads("There is nobody with the name “nobody at all”.")
        name.fill("bet")
        dialog.get_by_role("button", name="Invite beth").click()
        amara.reads("beth is invited.")
        notice = beth.page.get_by_role("region", name="Notices")
        notice.get_by_text("amara invites you to the room “Trading fours”.").wait_for()
        notice.get_by_role("button", name="Not now").click()
        notice.wait_for(state="hidden")
        beth.button("Invitations, 1 open").click()
        beth.page.get_by_role("dialog", name="Invitations").get_by_role(
            "button", name="Enter"
        ).click()
        beth.walks_in()
        beth.sees_seated("amara", "beth")
        beth.button("Invitations, none open").wait_for()


def test_a_profile_is_shown_to_all_and_edited_by_its_user(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("rick", "Porch")
    psql.seat(room, "amara")
    psql.run("insert into clubs (name, owner_id) values ('Blue Hour', %s)", psql.person("amara"))
    with user_page(context, relay.url, "beth", path="/people/Amara", refusals=True) as beth:
        heading(beth, "amara")
        beth.page.locator(".page").get_by_role("link", name="Porch").wait_for()
        assert beth.page.title() == "amara · Roomtone"
        beth.page.locator(".page").get_by_role("link", name="Blue Hour").wait_for()
        beth.button("Block amara").click()
        beth.page.locator(".card", has_text="Porch").get_by_text("blocked by you").wait_for()
        beth.button("Unblock amara").click()
        beth.page.locator(".badge--blocked").wait_for(state="detached")
        beth.page.locator(".topbar__profile").click()
        heading(beth, "beth")
        beth.button("Edit your page").click()
        form = beth.page.get_by_role("dialog", name="Your page")
        form.get_by_label("Name").fill("amara")
        form.get_by_role("button", name="Save").click()
        beth.reads("This name is already taken.")
        form.get_by_label("Name").fill("Zoë / 100% 🎷")
        form.get_by_label("About you").fill(f"{HTML}\nSecond line.")
        form.get_by_role("button", name="Save").click()
        heading(beth, "Zoë / 100% 🎷")
        beth.reads(HTML)
        beth.page.reload()
        heading(beth, "Zoë / 100% 🎷")
        beth.page.goto(f"{relay.url}/people/nobody")
        heading(beth, "There is nobody with this name")


def test_back_restores_the_scroll_position(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    owner = psql.person("amara")
    for number in range(30):
        psql.run("insert into clubs (name, owner_id) values (%s, %s)", f"Club {number:02}", owner)
    scrolled = "() => document.querySelector('.page__scroll').scrollTop"
    with user_page(context, relay.url, "beth", path="/") as beth:
        for size in (PHONE, DESKTOP):
            beth.resize(size)
            beth.page.get_by_role("link", name="Clubs", exact=True).click()
            heading(beth, "Clubs")
            has_focus(beth, "Clubs")  # the focus went along
            beth.page.get_by_role("link", name="Club 24").scroll_into_view_if_needed()
            stood = beth.page.evaluate(scrolled)
            assert stood > 0
            beth.page.get_by_role("link", name="Club 24").click()
            heading(beth, "Club 24")
            beth.waits_for(f"() => ({scrolled})() === 0")
            beth.page.go_back()
            heading(beth, "Clubs")
            beth.waits_for(f"(stood) => ({scrolled})() === stood", stood)
            beth.page.go_back()
            beth.page.wait_for_url(f"{relay.url}/?username=beth")
            has_focus(beth, "Hallway")
