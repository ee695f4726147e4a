"""A change of one user's window costs as much with ten thousand followers as with a hundred: nobody looks at the others."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final, cast

import pytest
from roomtone.log.framing import Framing, event_stream
from roomtone.log.writers import Sent
from roomtone.postgres.pools import Database
from roomtone.relay.followed_people import FollowedPeople
from roomtone.relay.hallway_changes import HallwayChanges, HallwayReader
from roomtone.relay.hallway_row import Row
from roomtone.relay.hallway_users import HallwayUsers
from roomtone.relay.hallway_windows import BUSIEST, HallwayWindows
from roomtone.relay.recipients import Recipients
from roomtone.supervision import supervised
from roomtone.types import RoomId, UserId

from ...patience import comes_true

pytestmark = pytest.mark.anyio

CLUB_OF: Final = 5  # followers of each club
HOST: Final = 1_000_000
FEW, MANY = 100, 10_000


class Follows:
    """Stands for the database: user n follows club n // 5."""

    def __init__(self) -> None:
        self._asked: list[int] = []
        self._people = False

    @asynccontextmanager
    async def relay(self) -> AsyncIterator[Follows]:
        yield self

    async def execute(self, statement: str, parameters: tuple[list[int]]) -> Follows:
        self._asked = parameters[0]
        self._people = "relay_followed" in statement
        return self

    async def fetchall(self) -> list[tuple[int, list[int], list[int]]]:
        return [] if self._people else [(user, [user // CLUB_OF], []) for user in self._asked]


class Client:
    """A follower that is written to at once, as a stream is. `touched` are the users that anything was done with."""

    framing: Framing = staticmethod(event_stream)

    def __init__(self, changes: HallwayChanges, user: UserId, touched: set[UserId]) -> None:
        self._reader = HallwayReader(changes, self, user)
        self._touched = touched
        self._changes = changes
        self._user = user
        changes.subscribe(self._reader)
        self._reader.seen = changes.version
        self._reader.join(self)

    def advance(self) -> None:
        self._touched.add(self._user)
        self._changes.after(self._reader)
        self._reader.seen = self._changes.version
        self._reader.join(self)

    def write(self, data: object) -> None:
        self._touched.add(self._user)

    def failed(self) -> None:
        raise AssertionError("a frame could not be written")

    def cut(self) -> None:
        raise AssertionError("a follower was cut off")


def row(room: int, here: int, seq: int, *, club: int | None = None, name: str = "Room") -> Row:
    fields: dict[str, Any] = {
        "id": room, "name": name, "club_id": club, "host_id": HOST, "here": here, "on_stage": 0, "people": [],
        "scheduled": False, "starts_at": None, "ended_at": None, "empty_since": None, "cursor": f"1-{seq}",
    }  # fmt: skip
    return Row.of(fields, json.dumps(fields))


def calls_of(action: Callable[[], object]) -> int:
    """How many functions this calls, those written in C too."""
    count = 0

    def counted(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    gc.collect()
    gc.disable()  # what other tests have left is not to be freed meanwhile, by functions of its own
    sys.setprofile(counted)
    try:
        action()
    finally:
        sys.setprofile(None)
        gc.enable()
    return count


async def costs(followers: int) -> dict[str, tuple[set[int], int]]:
    """For each kind of change: who was touched, and how many functions were called."""
    touched: set[UserId] = set()
    changes = HallwayChanges(Sent())
    database = cast(Database, Follows())
    users = HallwayUsers(
        database,
        FollowedPeople(database, lambda frame, to: changes.add(frame, Recipients(to))),
        lambda user: windows.begin_again(user),  # noqa: PLW0108 - each needs the other
    )
    windows = HallwayWindows(changes, users, timedelta(hours=1))
    for room in range(1, BUSIEST + 1):
        windows.put(row(room, 10, 1))
    windows.put(row(100, 0, 1, club=7))
    windows.put(row(200, 0, 1))
    windows.settle()
    windows.send()
    everybody = [UserId(user) for user in range(1, followers + 1)]
    async with supervised() as tasks:
        tasks.keep(users.run, "windows")
        await asyncio.gather(*(users.open(user) for user in everybody))
        await comes_true(lambda: all(users[user].is_read for user in everybody))
    users.invited(UserId(3), frozenset({RoomId(200)}))
    clients = [Client(changes, user, touched) for user in everybody]
    assert len(clients) == followers

    found: dict[str, tuple[set[int], int]] = {}

    def measure(kind: str, *steps: Callable[[], object]) -> None:
        touched.clear()
        calls = calls_of(lambda: [step() for step in (*steps, windows.send)])
        found[kind] = ({int(user) for user in touched}, calls)

    measure("a room of a club", lambda: windows.put(row(100, 0, 2, club=7, name="Blue")))
    measure("its numbers", lambda: windows.put(row(100, 1, 3, club=7, name="Blue")))
    measure("a room to which one is invited", lambda: windows.put(row(200, 0, 2, name="Tea")))
    measure("an invitation", lambda: users.invited(UserId(9), frozenset({RoomId(200)})))
    measure("a room that nobody follows", lambda: windows.put(row(300, 0, 1)))
    measure("a room of everybody", lambda: windows.put(row(1, 10, 2, name="Loud")))
    return found


async def test_a_change_touches_only_those_in_whose_windows_it_is() -> None:
    few, many = await costs(FEW), await costs(MANY)
    club = {35, 36, 37, 38, 39}
    assert {kind: users for kind, (users, _) in many.items()} == {
        "a room of a club": club,
        "its numbers": club,
        "a room to which one is invited": {3},
        "an invitation": {9},
        "a room that nobody follows": set(),
        "a room of everybody": set(range(1, MANY + 1)),
    }
    same = [kind for kind in few if kind != "a room of everybody"]
    assert {kind: many[kind][1] for kind in same} == {kind: few[kind][1] for kind in same}
