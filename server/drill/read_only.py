"""The database is read-only for a minute, as in a failover, or when a guard of the disk makes it so."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Any, Final, LiteralString

from psycopg import sql

from ..tools.http import ask
from ..tools.relays import RelayProcess
from ..tools.waiting import until
from .drill import Drill
from .environment import DrillEnvironment, Psql

LASTS: Final = 60.0  # seconds
BROKEN: Final = 4  # followers whose connection breaks meanwhile
SETTING: Final = "default_transaction_read_only"
BEGINS: Final = "the database is read-only"
ENDS: Final = "the database accepts writes again"


async def refuse_writes(environment: DrillEnvironment) -> None:
    """By `alter system`, which all sessions notice, and by `alter database`, which stays with the sessions that begin meanwhile."""
    began = time.monotonic()
    async with await environment.psql() as psql:
        await _set(environment, psql, "set {} = on")
        await psql.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where application_name like 'roomtone%%' and datname = current_database()"
        )
        await environment.disconnect_some()
        environment.expect(
            await until(lambda: _all_say_so(environment)),
            "/ready of a relay does not say that the database is read-only",
        )
        for follower in environment.active_followers()[-BROKEN:]:
            follower.reconnect_to(follower.place)
        with environment.writers.seldom():
            await asyncio.sleep(LASTS - (time.monotonic() - began))
        environment.expect(
            await _all_say_so(environment), "/ready of a relay is 200 before the end"
        )
        before = environment.writers.counted["written"]
        await _set(environment, psql, "reset {}")
    environment.figures["read-only, s"] = round(time.monotonic() - began, 1)
    environment.note_departure()
    ended = time.monotonic()
    environment.expect(
        await until(lambda: environment.writers.counted["written"] >= before + 20),
        "users cannot write after the end",
    )
    environment.figures["users write again after, s"] = round(time.monotonic() - ended, 1)
    environment.figures["all followed again, s"] = round(await environment.until_all_follow(), 1)
    for relay in environment.relays:
        environment.expect(
            await until(partial(_says, relay, ENDS)) and _says(relay, BEGINS),
            f"a relay did not log both, each once: {relay.log_text()[-2000:]}",
        )


def _says(relay: RelayProcess, line: str) -> bool:
    """Whether its log says this, once."""
    return relay.log_text().count(line) == 1


async def _set(environment: DrillEnvironment, psql: Psql, change: LiteralString) -> None:
    setting, database = sql.Identifier(SETTING), sql.Identifier(environment.database)
    await psql.execute(sql.SQL("alter system " + change).format(setting))
    writable = sql.SQL("begin read write; alter database {} ").format(database)
    await psql.execute(writable + sql.SQL(change).format(setting) + sql.SQL("; commit"))
    await psql.execute("select pg_reload_conf()")


async def _all_say_so(environment: DrillEnvironment) -> bool:
    answers = [await ask(relay.place, "GET", "/ready") for relay in environment.relays]
    return all(answer.status == 503 and _rule(answer.body) for answer in answers)


def _rule(problem: Any) -> bool:
    return bool(problem.get("rule") == "database_accepts_writes")


READ_ONLY_MINUTE = Drill(
    "read-only-minute",
    "The database is read-only for a minute in the middle of traffic, with two relays on it, and some clients lose their connection meanwhile. "
    "Streams stay open, writes are refused with 503, `/ready` says why, and after it every session writes again and nobody has lost a seat.",
    refuse_writes,
    relays=2,
    unready=True,
)
