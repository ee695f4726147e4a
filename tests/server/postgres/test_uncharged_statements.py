"""Statements that no user's budget is charged for: each has a bound of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path

import httpx
import roomtone
from roomtone.http.openapi import Document
from roomtone.postgres.pools import Database, opened
from roomtone.types import NodeId

from ...conftest import Connect
from ...people import Psql
from ...running import patient
from ..rows_world import problem, run_world

SERVER = Path(roomtone.__file__).parent

UNCHARGED = {
    "app.py": "the key that signs tokens, once at start",
    "http/openapi/described.py": "the schema, every 2 s at most, one at a time",
    "http/openid_checks.py": "sessions of issuers, at fixed times",
    "http/subjects.py": "the user of an issuer's token, once a minute; who is refused, every 5 s",
    "http/session.py": "signing out, which is never refused: a request each, which revokes its token",
    "listening/broadcast.py": "whether a room that is listened to may still be heard, twice a second at most",
    "listening/mix_requests.py": "the mix of a room that somebody may listen to, every three seconds at most",
    "postgres/pools.py": "`/ready`: one statement at a time, which all who ask share",
    "relay/hallway.py": "rows that notifications name, read together; false ones have a rate",
    "relay/hallway_users.py": "what users with streams follow, read together, at most 50 a second",
    "relay/housekeeping.py": "at fixed times",
    "relay/invitations.py": "lists of users with streams, read together, at most 50 a second",
    "relay/followed_people.py": "people whom notifications name and somebody follows here, read together, twice a second at most",
    "relay/openings.py": "what is sent to streams that open at the same time, in one query: each is charged for its share",
    "relay/presence.py": "seats that are followed or left, stamped together, one statement at a time",
    "relay/reaper.py": "at fixed times",
    "relay/recording_files.py": "at fixed times",
    "relay/revocations.py": "tokens of streams that notifications name, read together; false ones have a rate",
    "relay/room_logs.py": "logs with readers, read together, and a head for each room that gets its first reader",
    "rows/catalogue.py": "the schema, every 2 s at most",
    "transports/following.py": "why a running stream lost its seat, at its end",
}
"""Who asks the database outside every budget, and what bounds it. All else acts as a user, or is `relay_for_subject`."""

UNCHARGED_CALL = re.compile(
    r"\w\.relay(_for_many)?\(\)|[\w.]*database\.relay\b(?!\()|subject\.set\(None\)"
)


def test_every_statement_outside_the_budgets_is_known() -> None:
    found = {
        path.relative_to(SERVER).as_posix()
        for folder in (
            "",
            "http",
            "identity",
            "listening",
            "postgres",
            "relay",
            "rows",
            "transports",
        )
        for path in (SERVER / folder).glob("**/*.py" if folder else "*.py")
        if UNCHARGED_CALL.search(path.read_text("utf-8"))
    }
    assert found == UNCHARGED.keys()


def test_why_a_seat_was_lost_is_charged_to_who_asks(
    database_url: str, psql: Psql, connect: Connect
) -> None:
    # The pool makes its second connection within the last one, too.
    limits: dict[str, float] = {"statement_timeout": 60, "lock_timeout": 60, "pool_timeout": 5}
    with (
        run_world(database_url, psql, statements_per_user=2, **limits) as world,
        ThreadPoolExecutor(8) as others,
    ):
        room = world.room()
        anna, peer = psql.person("anna"), psql.seat(room, "anna")
        asked = {"peer_id": peer, "after": psql.one("select epoch || '-1' from logs")}
        psql.run("delete from participants where user_id = %s", anna)
        blocker = connect(autocommit=False)
        blocker.execute("lock table events in access exclusive mode")

        def poll() -> httpx.Response:
            json = {"Accept": "application/json"}
            return world.anna.get(f"/rooms/{room}/events", params=asked, headers=json)

        waiting = [others.submit(poll) for _ in range(5)]
        for answer in islice(as_completed(waiting), 3):  # the other two wait for the lock
            problem(answer.result(), 429, "53400", "requests_in_flight_are_few")
        blocker.rollback()
        answers = [answer.result() for answer in waiting if answer.result().status_code == 200]
        assert [answer.json()["bye"] for answer in answers] == [{"reason": "removed"}] * 2


@asynccontextmanager
async def counting(database_url: str) -> AsyncIterator[tuple[Database, Callable[[], int]]]:
    """A relay's connections, and how many statements they have sent since they were opened."""
    connections = Database(database_url, node=NodeId("counting"), settings=patient())
    async with opened(connections) as database:
        before = database.counted.statements
        yield database, lambda: database.counted.statements - before


async def test_who_asks_whether_the_relay_is_ready_shares_one_statement(database_url: str) -> None:
    async with counting(database_url) as (database, statements):
        await asyncio.gather(*(database.ping() for _ in range(100)))
        assert statements() == 1
        await database.ping()
        assert statements() == 2


async def test_the_schema_is_read_once_for_all_who_ask_for_its_document(database_url: str) -> None:
    async with counting(database_url) as (database, statements):
        document = Document(database, "", with_passkeys=False)
        texts = await asyncio.gather(*(document.text() for _ in range(20)))
        assert statements() == 3  # its tables, which of them are served, and its functions
        assert len(set(texts)) == 1
