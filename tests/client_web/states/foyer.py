"""The hallway, and what can be seen without entering a room."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Route

from ...people import Psql
from .evening import Evening, State

ROOMS = ("Attic", "Cellar jazz", "Garden", "Kitchen")
LONG = "An evening about everything that is unreasonably long, Donaudampfschifffahrtsgesellschaft included"
ABOUT = "Two records, a pot of tea, and what we hear in them. Bring one of yours, and tell why.\n\nThe list: https://tea.example/list"
NEVER_NOTIFIED = "globalThis.Notification = class { static permission = 'denied' }"


def furnish(psql: Psql) -> tuple[int, int]:
    """Rooms of every kind and a club; the ids of an open room and of the club."""
    rick, beth = psql.person("rick"), psql.person("beth")
    psql.run("insert into topics (name, emoji) values ('Music', '🎷')")
    club = psql.one(
        "insert into clubs (name, description, owner_id, topic_id) select 'Blue Hour', 'Standards after dark.', %s, id from topics returning id",
        beth,
    )
    psql.run("insert into clubs (name, owner_id) values (%s, %s)", LONG[:80], rick)
    for name in ("amara", "rick", "Maximiliana-Charlotte von Habsburg"):
        psql.run("insert into members (club_id, user_id) values (%s, %s)", club, psql.person(name))
    porch = psql.room("rick", "Porch")
    for name, role in (
        ("amara", "SPEAKER"),
        ("Maximiliana-Charlotte von Habsburg", "SPEAKER"),
        ("lior", "SPEAKER"),
        ("maya", "AUDIENCE"),
        ("dao", "AUDIENCE"),
    ):
        psql.seat(porch, name, role)
    rooms = [psql.room("rick", name) for name in ROOMS]
    psql.run("update rooms set locked = true where id = %s", rooms[0])
    psql.run(
        "update rooms set club_id = %s, access = 'club', stage = 'moderated' where id = %s",
        club,
        rooms[1],
    )
    psql.seat(rooms[1], "amara", "SPEAKER")
    psql.room("rick", LONG)
    psql.run(
        "insert into rooms (name, description, host_id, starts_at) values ('Saturn before bedtime', %s, %s, now() + interval '2 days')",
        ABOUT,
        rick,
    )
    psql.run(
        "insert into rooms (name, host_id, starts_at, club_id, repeats, time_zone) values ('Trading fours', %s, now() + interval '5 hours', %s, 'weekly', 'America/New_York')",
        beth,
        club,
    )
    return porch, club


def door(evening: Evening) -> Iterator[State]:
    """What somebody sees who is not signed in."""
    psql = evening.psql
    psql.person("beth")
    with evening.user(before=NEVER_NOTIFIED) as beth:
        beth.page.get_by_text("No open rooms").wait_for()
        yield State("hallway, empty, nobody signed in", beth)
        porch, _ = furnish(psql)
        beth.card("Porch").wait_for()
        beth.card("Trading fours").wait_for()
        yield State("hallway, nobody signed in", beth)
        beth.page.get_by_role("searchbox").fill("zzz")
        beth.reads("Nothing found")
        yield State("hallway, nothing found", beth)
        beth.page.get_by_role("searchbox").fill("a")
        beth.card("Attic").wait_for()
        yield State("hallway, search", beth)
        beth.page.get_by_role("searchbox").fill("")
        evening.goes(beth, f"/rooms/{porch}")
        beth.reads("rick hosts it.")
        yield State("a room's door, nobody signed in", beth)
        evening.follows(beth, "/")
        beth.button("Choose a name").first.click()
        beth.page.locator(".sign-in__person").first.wait_for()
        yield State("signing in", beth)
        beth.button("Enter").click()
        beth.reads("A name needs at least one letter.")
        yield State("signing in, refused", beth)


def hallway(evening: Evening) -> Iterator[State]:
    """The hallway, its dialogs and notices."""
    psql = evening.psql
    porch, _ = furnish(psql)

    def forever(_: Route) -> None:
        """Leaves a request without an answer."""

    with evening.user("beth", before=NEVER_NOTIFIED) as beth:
        beth.card("Porch").wait_for()
        yield State("hallway", beth)
        psql.run(
            "insert into follows (user_id, followed_id) select %s, id from users where username in ('amara', 'maya', 'dao', 'lior')",
            psql.person("beth"),
        )
        beth.page.reload()
        beth.page.locator(".card__known").first.wait_for()
        yield State("hallway, people whom I follow", beth)
        beth.page.get_by_role("searchbox").fill("a")
        beth.page.locator(".found__link .avatar").first.wait_for()
        yield State("hallway, search for people and clubs", beth)
        beth.page.get_by_role("searchbox").fill("")
        remind = beth.card("Saturn before bedtime").get_by_role("button", name="Remind me of")
        remind.click()
        beth.reads("You will be notified")
        beth.card("Saturn").get_by_role("link").click()
        beth.button("You will be notified").wait_for()
        yield State("a scheduled room, reminded", beth)
        psql.run(
            "update rooms set repeats = 'weekly', time_zone = 'Europe/Berlin' where name like 'Saturn%%'"
        )
        beth.button("Remind me every week").wait_for()
        yield State("a scheduled room of a series", beth)
        beth.page.get_by_role("link", name="Hallway").filter(visible=True).first.click()
        beth.card("Trading fours").get_by_role("link").click()
        beth.button("Cancel the room").wait_for()
        yield State("a room that I planned", beth)
        psql.run("select add_co_host(id, 'amara') from rooms where name = 'Trading fours'")
        beth.page.get_by_text("You planned this room with amara.").wait_for()
        beth.button("Co-hosts").click()
        beth.button("Remove the co-host amara").wait_for()
        yield State("co-hosts of a planned room", beth)
        beth.page.keyboard.press("Escape")
        beth.button("Edit").click()
        beth.page.get_by_role("dialog", name="Edit the room").wait_for()
        yield State("editing a planned room", beth)
        beth.page.keyboard.press("Escape")
        beth.button("Cancel the room").click()
        yield State("cancelling a room", beth)
        beth.page.keyboard.press("Escape")
        beth.button("Copy link").filter(visible=True).first.click()
        beth.page.locator(".notice").wait_for()
        yield State("a notice", beth)
        beth.page.locator(".notice__close").click()
        evening.follows(beth, "/")
        beth.button("Start a room").click()
        yield State("starting a room", beth)
        beth.page.get_by_label("Later").check()
        beth.page.locator(".more summary").click()
        beth.button("Plan the room").click()
        beth.reads("A room needs a name.")
        yield State("planning a room, refused", beth)
        beth.page.keyboard.press("Escape")
        beth.page.locator(".topbar__sound").click()
        beth.page.get_by_role("dialog", name="Sound check").wait_for()
        beth.button("Stop the test").wait_for()
        yield State("sound check", beth)
        beth.page.keyboard.press("Escape")
        beth.button("Invitations, none open").click()
        yield State("invitations, none", beth)
        beth.page.keyboard.press("Escape")
        people = (psql.person("rick"), psql.person("beth"))
        invite = "insert into invitations (room_id, invited_by, invited_user) values (%s, %s, %s)"
        psql.run(invite, porch, *people)
        psql.run(
            "insert into invitations (club_id, invited_by, invited_user) select max(id), %s, %s from clubs",
            *people,
        )
        beth.page.locator(".notice").nth(1).wait_for()
        psql.run("update rooms set opened_at = now() where name like 'Saturn%%'")
        beth.reads("“Saturn before bedtime” is open now.")
        yield State("invited and reminded", beth)
        for _ in range(beth.page.locator(".notice").count()):
            beth.page.locator(".notice:visible").last.get_by_role("button", name="Not now").click()
        beth.page.locator(".notices").wait_for(state="hidden")
        beth.page.get_by_role("button", name="Invitations").click()
        beth.page.get_by_role("dialog", name="Invitations").locator("li").first.wait_for()
        yield State("invitations", beth)
        beth.page.keyboard.press("Escape")
        evening.goes(beth, "/attic")
        beth.reads("There is no such page.")
        yield State("no such page", beth)
        beth.page.route("**/hallway/events*", forever)
        beth.page.goto(evening.relay.url)
        beth.page.locator(".card--waiting").first.wait_for()
        yield State("hallway, loading", beth)
        beth.page.unroute("**/hallway/events*")
        evening.goes(beth, "/lab")
        beth.page.get_by_role("heading", name="Four lanes").wait_for()
        yield State("the lab", beth)
        psql.run(
            "with r as (insert into rooms (name, host_id) select 'Attic ' || n, %s from generate_series(1, 60) n returning id)"
            " insert into participants (room_id, user_id, role) select id, %s, 'SPEAKER' from r",
            *people,
        )
        evening.goes(beth, "/")
        beth.button("Show more").wait_for()
        yield State("hallway, more rooms", beth)
        beth.page.route("**/rows/rpc/search*", lambda route: route.fulfill(status=429))
        beth.page.get_by_role("searchbox").fill("attic")
        beth.reads("Only the rooms shown before were searched.")
        yield State("hallway, a search failed", beth)
        beth.page.unroute("**/rows/rpc/search*")
