"""What can befall the database, or be done to it."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress

import psycopg

from ..supervision import begin, beside
from ..types import Cursor
from .drill import Drill
from .environment import Psql, Scene
from .follower import Follower
from .http_connection import UNREACHABLE, Answer, ask
from .waiting import until

TERMINATIONS = 4
QUIET = 2  # followers in the room where nothing else happens
OPEN_AT_ONCE = 6
INTERLEAVED = 24
HELD_FOR = 2.5  # seconds
DATABASE_AWAY = 0.7  # seconds
STORM = 30  # requests at once against a pool of two


async def terminate_listener(scene: Scene) -> None:
    """While nobody listens something happens in a quiet room, where no later bell makes up for it."""
    await scene.ghosts()
    async with await scene.psql() as psql:
        room = await scene.new_room(psql)
        quiet = await scene.admit(QUIET, rooms=[room])
        scene.rooms.remove(room)  # nobody else writes there
        hand = "insert into users (username) values ('quiet hand') returning id"
        row = await (await psql.execute(hand)).fetchone()
        assert row is not None
        ended = 0
        for turn in range(TERMINATIONS):
            ended += await _terminate(psql)
            if turn % 2:
                await psql.execute("delete from participants where user_id = %s", row)
            else:
                statement = "insert into participants (room_id, user_id) values (%s, %s)"
                await psql.execute(statement, (room, *row))
            await scene.traffic(0.6)
    behind = max(event.behind for one in quiet for event in one.journal.events()) * 1000
    scene.figures["listeners terminated"] = ended
    scene.figures["longest behind in the quiet room, ms"] = round(behind)
    scene.expect(ended >= TERMINATIONS, f"only {ended} listeners were there to be terminated")


async def _terminate(psql: Psql) -> int:
    """Terminate the listener and wait for its end; how many there were."""
    listeners = (
        "select pid from pg_stat_activity"
        " where application_name = 'roomtone listener' and datname = current_database()"
    )
    found = await (await psql.execute(listeners)).fetchall()
    for listener in found:
        await psql.execute("select pg_terminate_backend(%s, 5000)", listener)
    return len(found)


async def crash_postgres(scene: Scene) -> None:
    """Rooms and clubs are founded up to the last instant; what was acknowledged has to be there."""
    scene.fresh_starts = True
    acknowledged: dict[str, list[int]] = {"rooms": [], "clubs": []}
    founders = scene.living()  # in turn: one alone would soon found more than anybody may

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
                        prefer="return=representation",
                    )
                    if answer.status == 201:
                        ids.append(answer.body[0]["id"])
            await asyncio.sleep(0.02)

    async with beside(founder=found()):
        await scene.traffic(1.0)
        await scene.ghosts()
        lost = [(one, one.journal.position) for one in scene.living()]
        crashed = time.monotonic()
        await asyncio.to_thread(scene.stage.crash)
        await scene.traffic(DATABASE_AWAY)
        await asyncio.to_thread(scene.stage.start)
        scene.figures["database away, s"] = round(time.monotonic() - crashed, 1)
        scene.departed()
        began = time.monotonic()
        on_new_logs = await until(lambda: all(_is_after(one, log) for one, log in lost), 10.0)
        scene.figures["everybody on the new logs after, s"] = round(time.monotonic() - began, 1)
        scene.expect(on_new_logs, "somebody was not told that the log was lost")
        await scene.traffic(1.0)
    await _look_for(scene, acknowledged)


def _is_after(one: Follower, lost: Cursor | None) -> bool:
    now = one.journal.position
    return now is not None and lost is not None and now.epoch > lost.epoch


async def _look_for(scene: Scene, acknowledged: dict[str, list[int]]) -> None:
    async with await scene.psql() as psql:
        for table, ids in acknowledged.items():
            statement = (
                "select count(*) from rooms where id = any (%s)"
                if table == "rooms"
                else "select count(*) from clubs where id = any (%s)"
            )
            row = await (await psql.execute(statement, (ids,))).fetchone()
            there = row[0] if row is not None else 0
            scene.figures[f"{table} acknowledged"] = len(ids)
            lost = len(ids) - there
            scene.expect(not lost, f"{lost} {table} were acknowledged and are lost")


async def exhaust_pool(scene: Scene) -> None:
    """An operator holds rows that people want to change; their requests take up the whole pool."""
    await scene.ghosts()
    people = scene.living()[:STORM]
    answers: list[int] = []

    async def storm() -> None:
        async def change(token: str, room: int, user: int) -> None:
            path = f"/rows/participants?room_id=eq.{room}&user_id=eq.{user}"
            with suppress(*UNREACHABLE):
                answer: Answer = await ask(
                    people[0].place, "PATCH", path, {"muted": True}, token=token
                )
                answers.append(answer.status)

        await asyncio.gather(*(change(one.token, one.room, one.user) for one in people))

    async with await scene.psql() as psql:
        async with psql.transaction():
            await psql.execute(
                "select from participants where user_id = any (%s) for update",
                ([one.user for one in people],),
            )
            storming = begin(storm(), "storm")
            await scene.traffic(HELD_FOR)
        await storming
    scene.figures["requests in the storm"] = len(answers)
    turned_away = answers.count(503)
    scene.figures["turned away (503)"] = turned_away
    others = [status for status in answers if status >= 500 and status != 503]
    scene.expect(turned_away, "nobody was turned away: the pool was not exhausted")
    scene.expect(not others, f"some were answered {others[:3]} and not 503")


async def interleave(scene: Scene) -> None:
    """Transactions begin in one order and commit in another; one stays open all the time."""
    await scene.ghosts()
    chance = random.Random(7)
    async with await scene.psql() as psql:
        made = await psql.execute(
            "insert into users (username) select 'slow hand ' || n from generate_series(1, %s) n returning id",
            (INTERLEAVED + 1,),
        )
        hands = [user for (user,) in await made.fetchall()]
    sessions = [await scene.psql() for _ in range(OPEN_AT_ONCE)]
    idle = list(sessions)
    under_way: list[psycopg.AsyncConnection[tuple[object, ...]]] = []
    long = await scene.psql()
    insert = "insert into participants (room_id, user_id) values (%s, %s)"
    try:
        await long.execute("begin")
        await long.execute(insert, (scene.rooms[0], hands[-1]))
        for hand in hands[:-1]:
            if not idle:
                over = under_way.pop(chance.randrange(len(under_way)))
                await over.execute("commit")
                idle.append(over)
            session = idle.pop()
            await session.execute("begin")
            await session.execute(insert, (scene.rooms[0], hand))
            under_way.append(session)
            await scene.traffic(0.05)
        while under_way:
            await under_way.pop(chance.randrange(len(under_way))).execute("commit")
        await long.execute("commit")
        await scene.traffic(0.3)
        await long.execute("delete from participants where user_id = any (%s)", (hands,))
    finally:
        for session in (*sessions, long):
            await session.close()
    scene.figures["transactions interleaved"] = len(hands)


LISTENER_TERMINATED = Drill(
    "listener-terminated",
    "The backend that hears the bells is terminated again and again while people write. "
    "Bells rung meanwhile are lost for good, in a quiet room too, so the relay has to read the heads again as soon as it listens.",
    terminate_listener,
    unready=True,
)
POSTGRES_CRASH = Drill(
    "postgres-crash",
    "PostgreSQL is shut down in immediate mode in the middle of traffic and started again, with two relays on it. "
    "Acknowledged rooms and clubs survive, the logs are lost and begin anew, and everybody is told by a fresh snapshot.",
    crash_postgres,
    relays=2,
    durable=True,
    unready=True,
)
POOL_EXHAUSTED = Drill(
    "pool-exhausted",
    "People's requests wait for locked rows until the relay has no database connection left for anybody. "
    "Requests are turned away with 503, and those who follow notice nothing.",
    exhaust_pool,
    settings={"pool_size": 2, "pool_timeout": 0.5},
)
OUT_OF_ORDER_COMMITS = Drill(
    "out-of-order-commits",
    "Transactions on one room begin in one order and commit in another, and one stays open all the time. "
    "Every event is delivered once, in commit order, and the open transaction delays nobody.",
    interleave,
)
