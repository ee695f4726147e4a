"""The counters of seats equal a count, whatever is written at the same time."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
import pytest
from psycopg import sql
from roomtone.tools.database_server import OPERATOR

from ..people import Psql
from .crowds import check_known, counters, people, small

CHECKED = """
    select r.id, (l.here, l.on_stage, l.hands) = (c.here, c.on_stage, c.hands), (r.roster = 'counted') = l.counted
    from rooms r join logs l on l.room_id = r.id cross join seat_counts(r.id) c
"""


@pytest.mark.parametrize(("seed", "crashes"), [(0, False), (1, False), (2, True)])
def test_the_counters_equal_a_count_whatever_happens_at_the_same_time(
    psql: Psql, database_url: str, seed: int, crashes: bool
) -> None:
    """Joins, leaves, new sessions, roles, hands, changes of rooms, transactions that are undone, and a crash."""
    small(psql, 8, 5)
    rooms = [psql.room("host", f"Room {n}", "moderated") for n in range(3)]
    for room in rooms:
        psql.seat(room, "host")
    users = people(psql, 24)
    stop = threading.Event()

    def work(number: int) -> int:
        """One room and one user in each transaction, or several of one's own, so that no two wait for each other's seats."""
        chance, done, own = random.Random(seed * 100 + number), 0, users[number::5]
        with psycopg.connect(database_url, **OPERATOR) as connection:
            for _ in range(60):
                if stop.is_set():
                    break
                some = chance.choice(([chance.choice(users)], own[: chance.randint(1, 4)]))
                values = {"room": chance.choice(rooms), "users": some}
                with (
                    suppress(psycopg.errors.UniqueViolation, psycopg.errors.CheckViolation),
                    connection.transaction(force_rollback=chance.random() < 0.1),
                ):
                    for statement in chance.sample(CHANGES, chance.choice((1, 1, 2))):
                        connection.execute(statement, values)
                    done += 1
        return done

    with ThreadPoolExecutor(5) as pool:
        working = [pool.submit(work, number) for number in range(5)]
        try:
            for _ in range(40):
                assert all(a and b for _, a, b in psql.all(CHECKED)), psql.all(CHECKED)
            if crashes:
                psql.run("truncate signals, logs, events")
            assert sum(each.result() for each in working) > 100
        finally:
            stop.set()
    psql.run("select relay_logs(%s)", rooms)
    assert [row[1:] for row in psql.all(CHECKED)] == [(True, True)] * 3
    for room in rooms:
        if not crashes:
            check_known(psql, room, psql.person("host"))
        seqs = [
            seq
            for (seq,) in psql.all("select seq from events where room_id = %s order by seq", room)
        ]
        tail, newest = psql.all("select tail_seq, head_seq from logs where room_id = %s", room)[0]
        assert seqs == list(range(tail + 1, newest + 1))
        here, _, _, counted = counters(psql, room)
        assert here >= 5 if counted else here <= 8, (here, counted)


CHANGES = [
    sql.SQL(text)
    for text in (
        "insert into participants (room_id, user_id) select %(room)s, unnest(%(users)s) on conflict do nothing",
        "insert into participants as p (room_id, user_id) select %(room)s, unnest(%(users)s)"
        " on conflict on constraint participants_pkey do update set peer_id = excluded.peer_id",
        "delete from participants where room_id = %(room)s and user_id = any (%(users)s)",
        "update participants set role = 'SPEAKER' where room_id = %(room)s and user_id = any (%(users)s)",
        "update participants set role = 'AUDIENCE' where room_id = %(room)s and user_id = any (%(users)s)",
        "update participants set hand_raised_at = now() where room_id = %(room)s and user_id = any (%(users)s) and role = 'AUDIENCE'",
        "update participants set hand_raised_at = null where room_id = %(room)s and user_id = any (%(users)s)",
        "update rooms set name = 'Room ' || random() where id = %(room)s and %(users)s is not null",
    )
]
