"""Whatever changes, each user is sent the rooms that the definition of the window says."""

from __future__ import annotations

import random
from contextlib import suppress
from functools import partial
from typing import Any, Final

import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege

from ...conftest import Connect
from ...patience import comes_true
from ...people import Psql
from .hallway_follower import HallwayFollower, club, follower, relay_here

pytestmark = pytest.mark.anyio

PEOPLE: Final = ["anna", "bo", "cleo", "dan", "eve"]

OWN_WINDOW: Final = """
  select h.id from hallway h where
    h.access = 'invited' or h.host_id = acting_user()
    or h.club_id in (select f.club_id from followers f where f.user_id = acting_user()
                     union select m.club_id from members m where m.user_id = acting_user())
    or h.id in (select i.room_id from invitations i
                where i.invited_user = acting_user() and i.uses = 0 and i.declined_at is null)
    or h.id in (select r.room_id from reminders r where r.user_id = acting_user())
"""
"""The user's own window, as SQL: what they see besides what everybody is sent."""


class Change:
    """Random changes of rooms, clubs and people, as an operator makes them."""

    def __init__(self, psql: Psql, dice: random.Random) -> None:
        self.dice, self.psql = dice, psql
        self.people = [psql.person(name) for name in PEOPLE]
        self.clubs = [club(psql, name, "anna") for name in ("Jazz", "Tea")]
        for each in self.clubs:  # any of them may host a room in it
            psql.run("insert into members (club_id, user_id) select %s, unnest(%s::bigint[]) on conflict do nothing", each, self.people[:3])  # fmt: skip

    def make(self) -> None:
        steps = [self.join] * 6 + [self.leave] * 3 + [self.open] * 3 + [
            self.end, self.rename, self.access, self.follow, self.unfollow, self.invite, self.withdraw,
        ]  # fmt: skip
        step = self.dice.choice(steps)
        # The room may be scheduled or private, or there is none.
        with suppress(CheckViolation, InsufficientPrivilege):
            step()

    def room(self) -> int | None:
        rooms = self.psql.all("select id from rooms where ended_at is null order by id")
        return int(self.dice.choice(rooms)[0]) if rooms else None

    def join(self) -> None:
        self.psql.run(
            "insert into participants (room_id, user_id, role) select id, %s, null from rooms"
            " where id = %s on conflict do nothing", self.dice.choice(self.people), self.room(),
        )  # fmt: skip

    def leave(self) -> None:
        who = self.dice.choice(self.people)
        self.psql.run("delete from participants where room_id = %s and user_id = %s", self.room(), who)  # fmt: skip

    def open(self) -> None:
        dice = self.dice
        within = dice.choice([None, *self.clubs])
        starts = dice.choice([None, None, f"{dice.randrange(1, 90)} days"])
        self.psql.run("insert into rooms (name, host_id, club_id, access, starts_at) values ('A room', %s, %s, %s, now() + %s::interval)",
            dice.choice(self.people[:3]), within, dice.choice(["open", "open", "invited"]), starts)  # fmt: skip

    def end(self) -> None:
        self.psql.run("update rooms set ended_at = now() where id = %s", self.room())

    def rename(self) -> None:
        self.psql.run("update rooms set name = %s where id = %s", f"Room {self.dice.random()}", self.room())  # fmt: skip

    def access(self) -> None:
        self.psql.run("update rooms set access = %s where id = %s", self.dice.choice(["open", "invited"]), self.room())  # fmt: skip

    def follow(self) -> None:
        self.psql.run("insert into followers (user_id, club_id) values (%s, %s) on conflict do nothing", self.dice.choice(self.people), self.dice.choice(self.clubs))  # fmt: skip

    def unfollow(self) -> None:
        self.psql.run("delete from followers where user_id = %s", self.dice.choice(self.people))

    def invite(self) -> None:
        self.psql.run("insert into invitations (room_id, invited_user, invited_by) select id, %s, host_id from rooms where id = %s and host_id <> %s", who := self.dice.choice(self.people[3:]), self.room(), who)  # fmt: skip

    def withdraw(self) -> None:
        self.psql.run("delete from invitations")


async def test_after_random_changes_each_window_is_what_its_definition_says(
    psql: Psql, connect: Connect, database_url: str, small: None
) -> None:
    dice = random.Random(15)
    change = Change(psql, dice)
    asking = Psql(connect())

    def definition(name: str) -> tuple[set[int], dict[int, dict[str, Any]]]:
        """The ids of the own window, and all rows that this user may see."""
        asking.act_as(name)
        own = {int(room) for (room,) in asking.all(OWN_WINDOW)}
        rows = {
            row["id"]: row
            for (row,) in asking.all("select to_jsonb(h) - 'followed' from hallway h")
        }
        asking.act_as(None)
        return own, rows

    async with relay_here(database_url) as relay:
        nobody = await follower(relay, None)
        followers = {name: await follower(relay, psql.person(name)) for name in PEOPLE}
        for _ in range(6):
            for _ in range(30):
                change.make()
            for name, each in followers.items():
                own, rows = definition(name)

                def is_right(
                    each: HallwayFollower = each, own: Any = own, rows: Any = rows
                ) -> bool:
                    wanted = {room: rows.get(room) for room in own | set(nobody.rooms)}
                    shown = {room: row | {} for room, row in each.rooms.items()}
                    for row in shown.values():
                        row.pop("ended_at")
                    return shown == wanted

                await comes_true(is_right)
            await comes_true(partial(has_the_busiest, nobody, psql))


def has_the_busiest(nobody: HallwayFollower, psql: Psql) -> bool:
    """Whether everybody's window has as many rooms as there are places, and no other room is clearly busier."""
    public = "select id, here, starts_at from hallway where access <> 'invited' and scheduled = %s"
    here = {room: count for room, count, _ in psql.all(public, False)}
    soon = {room: starts_at for room, _, starts_at in psql.all(public, True)}
    busiest, soonest = set(nobody.rooms) & set(here), set(nobody.rooms) & set(soon)
    return (
        len(busiest) == min(3, len(here))
        and len(soonest) == min(2, len(soon))
        and all(here[one] <= here[other] + 1 for one in set(here) - busiest for other in busiest)
        and all(soon[one] >= soon[other] for one in set(soon) - soonest for other in soonest)
    )
