"""A room with a moderated stage: as a listener, as a moderator, and with many people."""

from __future__ import annotations

from collections.abc import Iterator

from ...patience import eventually
from .evening import Evening, State
from .room import leaves_panel


def audience(evening: Evening) -> Iterator[State]:
    psql = evening.psql
    room = psql.room("rick", "Lecture on slow music", "moderated")
    club = psql.one(
        "insert into clubs (name, owner_id) values ('Blue Hour', %s) returning id",
        psql.person("rick"),
    )
    psql.run("update rooms set club_id = %s where id = %s", club, room)
    rick = evening.participant(room, "rick")
    path = f"/rooms/{room}"
    with evening.user("beth", path) as beth:
        beth.walks_in()
        beth.reads("You're listening")
        yield State("listening", beth)
        beth.button("Raise hand").click()
        beth.reads("Your hand is up: first in line")
        yield State("hand raised", beth)
        beth.button("Lower hand").click()
        beth.button("Raise hand").wait_for()
        # The page shows it before the row is written.
        eventually(lambda: psql.one("select every(hand_raised_at is null) from participants"))
        psql.act_as("rick").one("select invite_to_speak(%s, 'beth')", room)
        beth.reads("You're invited to speak.")
        yield State("invited to speak", beth)
        if evening.narrow:
            beth.page.locator(".room__back").click()
        else:
            beth.page.get_by_role("link", name="Clubs", exact=True).click()
        beth.page.get_by_role("region", name="The room you are in").wait_for()
        yield State("invited, with the room in the dock", beth)
        beth.page.go_back()
        beth.walks_in()
        beth.button("Join muted").click()
        beth.reads("Your microphone is off")
        psql.act_as(None).run(
            "update participants set role = 'MODERATOR' where user_id = %s", psql.person("beth")
        )
        beth.reads("You're a moderator now")
        yield State("a moderator now", beth)
        for name in ("morty", "zoe", "Maximiliana-Charlotte von Habsburg"):
            psql.seat(room, name, "AUDIENCE")
            psql.run(
                "update participants set hand_raised_at = now() - interval '3 min' where user_id = %s",
                psql.person(name),
            )
        psql.seat(room, "maya", "AUDIENCE")
        psql.run(
            "update participants set invited_to_speak_at = now() where user_id = %s",
            psql.person("maya"),
        )
        beth.reads("Invited, no answer yet")
        yield State("hands up, for a moderator", beth)
        psql.run(
            "update participants set asked_to_unmute_at = now() where user_id = %s",
            psql.person("beth"),
        )
        beth.reads("You're asked to unmute.")
        yield State("asked to unmute", beth)
        beth.button("Stay muted").click()
        for number in range(24):
            psql.seat(room, f"listener {number}", "AUDIENCE")
        for number in range(8):
            psql.seat(room, f"speaker {number}", "SPEAKER")
        beth.seat("speaker 7").wait_for()
        yield State("many people", beth)
        psql.run("update users set site_moderator = true where username = 'beth'")
        beth.page.reload()
        beth.walks_in()
        beth.seat("maya").locator(".seat__face").click()
        beth.page.get_by_role("dialog", name="maya").wait_for()
        yield State("a card, for a site moderator", beth)
        beth.page.locator(".person-card__action", has_text="Disable").click()
        beth.page.get_by_role("dialog", name="Disable the account of maya?").wait_for()
        yield State("disabling an account", beth)
        beth.button("Disable maya").click()
        beth.button("Undo").wait_for()
        yield State("an account is disabled", beth)
        psql.run("insert into roster_sizes (counted_above, full_below) values (12, 6)")
        psql.seat(room, "listener 24", "AUDIENCE")
        beth.button("Find a listener").click()
        beth.page.locator(".listeners .person").first.wait_for()
        yield State("finding a listener", beth)
        search = beth.page.get_by_role("searchbox", name="Find a listener by name")
        search.fill("er 2")
        beth.reads("people found.")
        yield State("listeners that were found", beth)
        search.fill("nobody at all")
        beth.reads("Nobody who is listening has")
        yield State("no listener was found", beth)
        leaves_panel(evening, beth)
        yield State("a counted audience", beth)
        psql.run("update users set site_moderator = false")
        psql.act_as("rick").run(
            "delete from participants where room_id = %s and user_id = %s",
            room,
            psql.person_id("beth"),
        )
        psql.act_as(None)
        beth.reads("You were removed from this room")
        yield State("removed", beth)
        psql.act_as("rick").one("select ban_from_room(%s, 'beth')", room)
        psql.act_as(None)
        beth.button("Try to come back").click()
        beth.reads("You are banned from this room")
        yield State("banned", beth)
        leaves_panel(evening, beth) if beth.page.locator(".panel").is_visible() else None
    rick.page.close()
