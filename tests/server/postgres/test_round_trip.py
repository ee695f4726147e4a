"""A transaction of one statement in a single round trip does what a transaction does: all or nothing, and errors that say why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from psycopg import OperationalError, errors
from psycopg.pq.abc import PGresult
from psycopg.waiting import WAIT_RW
from roomtone.postgres.pools import Database, opened
from roomtone.postgres.round_trip import MOST_PREPARED, OneStatement, _exchange, fits
from roomtone.types import NodeId

from ...conftest import Connect
from ...patience import PATIENCE, comes_true
from ...people import Psql
from ...running import patient

pytestmark = pytest.mark.anyio

INSERT = "insert into public.late (number) values (%s::int)"


@pytest.fixture
async def database(database_url: str, psql: Psql) -> AsyncIterator[Database]:
    for command in (
        "create table public.late (number int unique deferrable initially deferred check (number < 10))",
        "grant usage on schema public to roomtone_anon",
        "grant select, insert on public.late to roomtone_anon",
    ):
        psql.run(command)
    settings = patient(pool_size=1)
    async with opened(Database(database_url, node=NodeId("once"), settings=settings)) as own:
        yield own


def value(result: PGresult) -> bytes | None:
    return result.get_value(0, 0)


def nothing(result: PGresult) -> None:
    return None


async def ask(
    database: Database, text: str, *values: str | int | None, read_only: bool = True
) -> bytes | None:
    one = OneStatement(text, values, value, read_only, commits=True)
    return await database.once({}, one)


async def insert(database: Database, number: int, *, commits: bool = True) -> None:
    await database.once({}, OneStatement(INSERT, [number], nothing, False, commits))


async def test_the_statement_runs_as_the_user_in_a_transaction(database: Database) -> None:
    asked = "select current_user || current_setting('transaction_read_only') || %s || '%%s%%' || coalesce(%s, '-')"
    for _ in range(2):  # prepared, and again
        assert await ask(database, asked, "; it's", None) == b"roomtone_anonon; it's%s%-"
    assert (await ask(database, asked, 7, "ü", read_only=False)) == "roomtone_anonoff7%s%ü".encode()


@pytest.mark.parametrize("commits", [True, False])
async def test_what_was_written_is_committed(commits: bool, database: Database, psql: Psql) -> None:
    await insert(database, 1, commits=commits)
    await insert(database, 2, commits=commits)
    assert psql.all("select number from public.late order by number") == [(1,), (2,)]


@pytest.mark.parametrize("commits", [True, False])
@pytest.mark.parametrize(
    ("number", "refused", "rule"),
    [
        (10, errors.CheckViolation, "late_number_check"),
        (1, errors.UniqueViolation, "late_number_key"),
    ],
)
async def test_a_refusal_says_its_rule_and_leaves_nothing_behind(
    commits: bool,
    number: int,
    refused: type[errors.Error],
    rule: str,
    database: Database,
    psql: Psql,
) -> None:
    """The check refuses the statement, the deferred constraint its commit."""
    await insert(database, 1)
    with pytest.raises(refused) as raised:
        await insert(database, number, commits=commits)
    assert raised.value.diag.constraint_name == rule
    assert psql.all("select number from public.late") == [(1,)]
    await insert(database, 2)  # on the same connection


async def test_a_statement_that_cannot_be_prepared_fails_alone(database: Database) -> None:
    for _ in range(2):
        with pytest.raises(errors.UndefinedTable):
            await ask(database, "select from nowhere")
        assert await ask(database, "select 1") == b"1"


async def test_a_rollback_of_psycopg_takes_no_prepared_statement_from_the_next_request(
    database: Database,
) -> None:
    """When psycopg rolls back, and has prepared a statement itself, it sends DEALLOCATE ALL."""
    assert await ask(database, "select 1") == b"1"
    for _ in range(10):  # psycopg prepares what runs often
        async with database.acting({}) as connection:
            await connection.execute("select 1")
    with pytest.raises(errors.UndefinedTable):
        async with database.acting({}) as connection:
            await connection.execute("select from nowhere")
    await insert(database, 1)
    assert await ask(database, "select count(*) from public.late") == b"1"
    assert await ask(database, "select 1") == b"1"


async def test_a_revoked_token_is_refused_and_nothing_runs(database: Database, psql: Psql) -> None:
    psql.run(
        "insert into revoked_tokens (jti, expires_at) values ('gone', now() + interval '1 day')"
    )
    with pytest.raises(errors.InvalidAuthorizationSpecification):
        await database.once({"jti": "gone"}, OneStatement(INSERT, [1], nothing, False, True))
    assert psql.all("select from public.late") == []


async def test_an_answer_that_is_refused_is_rolled_back(database: Database, psql: Psql) -> None:
    def refuse(result: PGresult) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await database.once({}, OneStatement(INSERT, [1], refuse, False, False))
    assert psql.all("select from public.late") == []
    await insert(database, 1)


async def test_a_request_that_is_cancelled_leaves_a_usable_pool(
    database: Database, psql: Psql
) -> None:
    sleeping = asyncio.create_task(ask(database, "select pg_sleep(600)::text"))
    running = "select from pg_stat_activity where query like 'select pg_sleep(600)%%' and state = 'active'"
    await comes_true(lambda: psql.all(running) != [])
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping
    await comes_true(lambda: psql.all(running) == [])
    assert await ask(database, "select 1") == b"1"


async def test_a_connection_that_the_server_ends_fails_the_request_and_is_replaced(
    database: Database, psql: Psql
) -> None:
    sleeping = asyncio.create_task(ask(database, "select pg_sleep(600)::text"))
    running = "select pg_terminate_backend(pid) from pg_stat_activity where query like 'select pg_sleep(600)%%' and state = 'active'"
    await comes_true(lambda: psql.all(running) != [])
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(OperationalError):
            await sleeping
        assert await ask(database, "select 1") == b"1"


async def test_more_is_sent_than_the_buffers_hold(database: Database) -> None:
    text = "ü" * 3_000_000
    assert await ask(database, "select %s::text", text) == text.encode()


async def test_a_connection_keeps_a_bounded_number_of_prepared_statements(
    database: Database,
) -> None:
    for _ in range(2):
        for number in range(MOST_PREPARED + 20):
            assert await ask(database, f"select {number}") == str(number).encode()
    count = "select count(*) from pg_prepared_statements where name like 'roomtone%%'"
    assert await ask(database, count) == str(MOST_PREPARED + 1).encode()  # this one, too


def test_only_values_that_are_texts_on_the_wire_fit() -> None:
    assert fits(["", "ü", 1, None])
    for other in (True, 1.5, [1], b"", "\0", "\ud800"):
        assert not fits(["fits", other])


def test_a_wait_that_is_resumed_with_nothing_goes_on(connect: Connect) -> None:
    """As psycopg does after a cancellation. The value is larger than what the socket takes at once."""
    pgconn = connect().pgconn
    pgconn.nonblocking = 1
    large = b"x" * 50_000_000
    waits = _exchange(
        pgconn, [lambda: pgconn.send_query_params(b"select length($1::text)", [large])]
    )
    assert next(waits) == WAIT_RW
    assert waits.send(None) is not None  # type: ignore[arg-type]
    waits.close()
