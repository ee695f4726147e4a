"""Faults of the database."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress

import psycopg

from ..supervision import begin, beside
from ..tools.http import UNREACHABLE, ask
from ..tools.waiting import in_thread, until
from ..types import Cursor
from .drill import Drill
from .environment import DrillEnvironment, Psql
from .follower import Follower

TERMINATIONS = 4
QUIET = 2  # followers in the room where nothing else happens
OPEN_AT_ONCE = 6
INTERLEAVED = 24
HELD_FOR = 2.5  # seconds
DATABASE_AWAY = 0.7  # seconds
STORM = 30  # requests at once against a pool of two


async def terminate_listener(environment: DrillEnvironment) -> None:
    """An event is written in a quiet room while no connection listens; no later notification points to it."""
    await environment.disconnect_some()
    async with await environment.psql() as psql:
        room = await environment.new_room(psql)
        quiet = await environment.add_followers(QUIET, rooms=[room])
        environment.rooms.remove(room)  # no other user writes there
        psql_user = "insert into users (username) values ('quiet psql user') returning id"
        row = await (await psql.execute(psql_user)).fetchone()
        assert row is not None
        ended = 0
        for turn in range(TERMINATIONS):
            ended += await _terminate(psql)
            if turn % 2:
                await psql.execute("delete from participants where user_id = %s", row)
            else:
                statement = "insert into participants (room_id, user_id) values (%s, %s)"
                await psql.execute(statement, (room, *row))
            await environment.traffic(0.6)
    behind = max(event.behind for follower in quiet for event in follower.observed.events()) * 1000
    environment.figures["listeners terminated"] = ended
    environment.figures["longest behind in the quiet room, ms"] = round(behind)
    environment.expect(ended >= TERMINATIONS, f"only {ended} listeners were there to be terminated")


async def _terminate(psql: Psql) -> int:
    """Terminate the listeners' backends and wait for their end; how many there were."""
    listeners = (
        "select pid from pg_stat_activity"
        " where application_name = 'roomtone listener' and datname = current_database()"
    )
    found: list[tuple[object, ...]] = []

    async def is_there() -> bool:
        found[:] = await (await psql.execute(listeners)).fetchall()
        return bool(found)

    await until(is_there)
    for listener in found:
        await psql.execute("select pg_terminate_backend(%s, 5000)", listener)
    return len(found)


async def crash_postgres(environment: DrillEnvironment) -> None:
    """Rooms and clubs are created until the crash; each acknowledged row has to survive."""
    acknowledged: dict[str, list[int]] = {"rooms": [], "clubs": []}
    founders = (
        environment.active_followers()
    )  # in turn, because a single user would reach the limit of rooms

    async def found() -> None:
        for number in range(10_000):
            founder = founders[number % len(founders)]
            for table, ids in acknowledged.items():
                with suppress(*UNREACHABLE):
                    answer = await ask(
                        founder.place,
                        "POST",
                        f"/rows/{table}",
                        {"name": f"founded {number}"},
                        token=founder.token,
                        headers={"Prefer": "return=representation"},
                    )
                    if answer.status == 201:
                        ids.append(answer.body[0]["id"])
            await asyncio.sleep(0.05)

    async with beside(founder=found()):
        await environment.traffic(1.0)
        await environment.disconnect_some()
        lost = [
            (follower, follower.observed.position) for follower in environment.active_followers()
        ]
        crashed = time.monotonic()
        await in_thread(environment.server.crash)
        await environment.traffic(DATABASE_AWAY)
        await in_thread(environment.server.start)
        environment.figures["database away, s"] = round(time.monotonic() - crashed, 1)
        environment.note_departure()
        began = time.monotonic()
        on_new_logs = await until(lambda: all(is_after(follower, log) for follower, log in lost))
        environment.figures["all followers on the new logs after, s"] = round(
            time.monotonic() - began, 1
        )
        environment.expect(on_new_logs, "a follower did not learn that the log was lost")
        await environment.traffic(1.0)
    await _check_acknowledged(environment, acknowledged)


def is_after(follower: Follower, lost: Cursor | None) -> bool:
    """Whether the follower reads a newer log than the lost one, in which it had this position."""
    now = follower.observed.position
    return now is not None and lost is not None and now.epoch > lost.epoch


async def _check_acknowledged(
    environment: DrillEnvironment, acknowledged: dict[str, list[int]]
) -> None:
    async with await environment.psql() as psql:
        for table, ids in acknowledged.items():
            statement = (
                "select count(*) from rooms where id = any (%s)"
                if table == "rooms"
                else "select count(*) from clubs where id = any (%s)"
            )
            row = await (await psql.execute(statement, (ids,))).fetchone()
            there = row[0] if row is not None else 0
            environment.figures[f"{table} acknowledged"] = len(ids)
            lost = len(ids) - there
            environment.expect(not lost, f"{lost} {table} were acknowledged and are lost")


async def exhaust_pool(environment: DrillEnvironment) -> None:
    """An operator locks rows that users want to change; their requests occupy the whole pool."""
    await environment.disconnect_some()
    people = environment.active_followers()[:STORM]
    answers: list[int] = []

    async def storm() -> None:
        async def change(token: str, room: int, user: int) -> None:
            path = f"/rows/participants?room_id=eq.{room}&user_id=eq.{user}"
            with suppress(*UNREACHABLE):
                answer = await ask(people[0].place, "PATCH", path, {"muted": True}, token=token)
                answers.append(answer.status)

        await asyncio.gather(
            *(change(follower.token, follower.room, follower.user) for follower in people)
        )

    async with await environment.psql() as psql:
        async with psql.transaction():
            await psql.execute(
                "select from participants where user_id = any (%s) for update",
                ([follower.user for follower in people],),
            )
            storming = begin(storm(), "storm")
            await environment.traffic(HELD_FOR)
            await until(lambda: 503 in answers)
        await storming
    environment.figures["requests in the storm"] = len(answers)
    turned_away = answers.count(503)
    environment.figures["refused (503)"] = turned_away
    others = [status for status in answers if status >= 500 and status != 503]
    environment.expect(turned_away, "no request was refused: the pool was not exhausted")
    environment.expect(not others, f"some answers were {others[:3]} and not 503")


async def interleave(environment: DrillEnvironment) -> None:
    """Transactions begin in one order and commit in another; one stays open all the time."""
    await environment.disconnect_some()
    chance = random.Random(7)
    async with await environment.psql() as psql:
        made = await psql.execute(
            "insert into users (username) select 'slow psql user ' || n from generate_series(1, %s) n returning id",
            (INTERLEAVED + 1,),
        )
        psql_users = [user for (user,) in await made.fetchall()]
    sessions = [await environment.psql() for _ in range(OPEN_AT_ONCE)]
    idle = list(sessions)
    under_way: list[psycopg.AsyncConnection[tuple[object, ...]]] = []
    long = await environment.psql()
    insert = "insert into participants (room_id, user_id) values (%s, %s)"
    try:
        await long.execute("begin")
        await long.execute(insert, (environment.rooms[0], psql_users[-1]))
        for psql_user in psql_users[:-1]:
            if not idle:
                over = under_way.pop(chance.randrange(len(under_way)))
                await over.execute("commit")
                idle.append(over)
            session = idle.pop()
            await session.execute("begin")
            await session.execute(insert, (environment.rooms[0], psql_user))
            under_way.append(session)
            await environment.traffic(0.05)
        while under_way:
            await under_way.pop(chance.randrange(len(under_way))).execute("commit")
        await long.execute("commit")
        await environment.traffic(0.3)
        await long.execute("delete from participants where user_id = any (%s)", (psql_users,))
    finally:
        for session in (*sessions, long):
            await session.close()
    environment.figures["transactions interleaved"] = len(psql_users)


LISTENER_TERMINATED = Drill(
    "listener-terminated",
    "The backend that receives the notifications is terminated again and again while users write. "
    "Notifications sent meanwhile are lost, in a quiet room too, so the relay has to read the logs' heads again as soon as it listens.",
    terminate_listener,
    unready=True,
)
POSTGRES_CRASH = Drill(
    "postgres-crash",
    "PostgreSQL is shut down in immediate mode in the middle of traffic and started again, with two relays on it. "
    "Acknowledged rooms and clubs survive, the logs are lost and begin again, and every follower gets a new snapshot.",
    crash_postgres,
    relays=2,
    durable=True,
    unready=True,
    new_snapshots=True,
)
POOL_EXHAUSTED = Drill(
    "pool-exhausted",
    "Requests wait for locked rows until the relay has no free database connection. "
    "Requests are refused with 503, and followers notice nothing.",
    exhaust_pool,
    settings={"pool_size": 2, "pool_timeout": 0.5},
)
OUT_OF_ORDER_COMMITS = Drill(
    "out-of-order-commits",
    "Transactions on one room begin in one order and commit in another, and one stays open all the time. "
    "Every event is delivered once, in commit order, and the open transaction delays no other.",
    interleave,
)
