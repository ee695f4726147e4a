"""Clubs, people, invitations."""

from __future__ import annotations

from collections.abc import Iterator

from .evening import Evening, State
from .foyer import furnish


def clubs(evening: Evening) -> Iterator[State]:
    """Clubs, and what their owner can do."""
    psql = evening.psql
    psql.person("beth")
    with evening.user("beth", "/clubs") as beth:
        beth.reads("There are no clubs yet.")
        yield State("clubs, none", beth)
        _, club = furnish(psql)
        beth.page.reload()
        beth.page.locator(".club-card").first.wait_for()
        yield State("clubs", beth)
        beth.button("Create a club").click()
        beth.page.get_by_role("dialog").get_by_role("button", name="Create the club").click()
        beth.reads("A club needs a name.")
        yield State("creating a club, refused", beth)
        beth.page.keyboard.press("Escape")
        beth.page.locator(".club-card").get_by_role("link", name="Blue Hour").click()
        beth.page.locator(".member").nth(2).wait_for()
        yield State("a club of mine", beth)
        beth.button("Edit").click()
        yield State("editing a club", beth)
        beth.page.keyboard.press("Escape")
        beth.button("Hand over").click()
        yield State("handing a club over", beth)
        beth.page.keyboard.press("Escape")
        beth.button("Remove amara").click()
        yield State("removing a member", beth)
        beth.page.keyboard.press("Escape")
        beth.button("Invite").click()
        beth.button("Make a link").click()
        beth.page.locator(".share__link").filter(visible=True).wait_for()
        yield State("inviting to a club", beth)
        beth.page.keyboard.press("Escape")
        evening.follows(beth, f"/clubs/{club + 1}")
        beth.page.locator(".member").first.wait_for()
        yield State("another club", beth)
        evening.follows(beth, "/clubs/999")
        beth.reads("To all clubs")
        yield State("no such club", beth)


def people(evening: Evening) -> Iterator[State]:
    """People, and the pages of invitations."""
    psql = evening.psql
    porch, _ = furnish(psql)
    psql.run("update users set bio = 'I play the drums.\nSlowly.' where username = 'amara'")
    code = psql.one(
        "insert into invitations (club_id, invited_by) select max(id), %s from clubs returning code",
        psql.person("rick"),
    )
    room_code = psql.one(
        "insert into invitations (room_id, invited_by) values (%s, %s) returning code",
        porch,
        psql.person("rick"),
    )
    with evening.user("beth", "/people/amara") as beth:
        beth.page.get_by_role("link", name="Blue Hour").first.wait_for()
        yield State("a person", beth)
        evening.follows(beth, "/people/beth")
        beth.button("Edit your page").click()
        yield State("editing my page", beth)
        beth.page.keyboard.press("Escape")
        yield State("my page", beth)
        evening.follows(beth, "/people/nobody")
        beth.reads("They may have a new name.")
        yield State("no such person", beth)
        evening.follows(beth, f"/invitations/{code}")
        beth.button("Join the club").wait_for()
        yield State("an invitation to a club", beth)
        evening.follows(beth, f"/invitations/{room_code}")
        beth.page.locator(".layout__page").get_by_role("button", name="Enter").wait_for()
        yield State("an invitation to a room", beth)
        evening.follows(beth, "/invitations/unknown")
        beth.reads("There is no such invitation")
        yield State("no such invitation", beth)
