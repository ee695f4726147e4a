"""A login whose default privileges give others rights on all that it creates: they get none on what Roomtone creates."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from roomtone.paths import SCHEMA, TRIGGERS
from roomtone.postgres.install import install
from roomtone.postgres.schema_files import script

from ...conftest import Connect

KINDS = ("schemas", "tables", "sequences", "functions")
GIVEN = """
    select kind, array_agg(distinct grantee order by grantee) from (
      select case relkind when 'S' then 'sequences' else 'tables' end kind, a.grantee::regrole::text grantee
      from pg_class, aclexplode(relacl) a where relnamespace = 'roomtone'::regnamespace and a.grantee <> relowner
      union all select 'functions', a.grantee::regrole::text
      from pg_proc, aclexplode(proacl) a where pronamespace = 'roomtone'::regnamespace and a.grantee <> proowner
      union all select 'schemas', a.grantee::regrole::text
      from pg_namespace, aclexplode(nspacl) a where nspname = 'roomtone' and a.grantee <> nspowner
    ) given group by kind"""
OURS = {
    "schemas": ["roomtone_anon", "roomtone_person", "roomtone_relay"],
    "tables": ["roomtone_anon", "roomtone_person"],
    "functions": ["roomtone_anon", "roomtone_person", "roomtone_relay"],
}


def rights(connect: Connect, url: str) -> dict[str, list[str]]:
    """Who has any right on what stands in the schema, beside its owner; `-` is PUBLIC."""
    return {str(kind): list(names) for kind, names in connect(url).execute(GIVEN).fetchall()}


@pytest.fixture
def generous_url(empty_database_url: str, connect: Connect, template: str) -> Iterator[str]:
    """A database in which all that its owner creates is also for a program of theirs, and for everybody."""
    admin = connect(empty_database_url)
    admin.execute('create role "A Shop"')
    for kind in KINDS:
        for role in ('"A Shop"', "public"):
            admin.execute(f"alter default privileges grant all on {kind} to {role}".encode())
    yield empty_database_url
    admin.execute('drop owned by "A Shop"')
    admin.execute('drop role "A Shop"')


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the whole schema, which a test may change."""
    for folder in (SCHEMA, TRIGGERS):
        shutil.copytree(folder, tmp_path / folder.name)
    return tmp_path


def test_they_give_nothing_on_what_an_installation_creates(
    generous_url: str, connect: Connect
) -> None:
    install(generous_url, demo=True)
    assert rights(connect, generous_url) == OURS
    connect(generous_url).execute("create table public.orders (id int)")
    mine = "select has_table_privilege('A Shop', 'public.orders', 'insert')"
    assert connect(generous_url).execute(mine).fetchone() == (True,)


def test_they_give_nothing_by_the_printed_script(generous_url: str, connect: Connect) -> None:
    with psycopg.connect(generous_url, autocommit=True) as connection:
        connection.execute("".join(script()).encode())
    assert rights(connect, generous_url) == OURS


def test_what_an_operator_grants_stays_and_what_an_update_adds_is_not_given(
    generous_url: str, connect: Connect, source: Path
) -> None:
    install(generous_url, demo=False, source=source)
    admin = connect(generous_url)
    admin.execute('grant select on roomtone.rooms to "A Shop"')
    (source / "triggers" / "10_more.sql").write_text(
        "create table if not exists roomtone.more (id int);\ncomment on table more is 'More.';\n"
        "create or replace function roomtone.further() returns int language sql return 1;\ncomment on function further() is 'Further.';"
    )
    assert install(generous_url, demo=False, source=source).changed
    assert rights(connect, generous_url)["functions"] == OURS["functions"]
    can = "select has_table_privilege('A Shop', 'roomtone.rooms', 'select'), has_table_privilege('A Shop', 'roomtone.more', 'select')"
    assert admin.execute(can).fetchone() == (True, False)


def test_what_they_gave_in_an_earlier_release_is_taken_back(
    generous_url: str, connect: Connect, source: Path
) -> None:
    install(generous_url, demo=False, source=source)
    admin = connect(generous_url)
    admin.execute('grant all on all functions in schema roomtone to "A Shop", public')
    admin.execute("set search_path = roomtone, public; create table invoices (id int)")
    admin.execute("drop function roomtone.revoke_default_privileges(oid[])")
    admin.execute(
        "update roomtone.schema_installs set fingerprint = 'other', files = '{}' where true"
    )
    assert install(generous_url, demo=False, source=source).changed
    found = rights(connect, generous_url)
    assert found["functions"] == OURS["functions"]
    assert found["tables"] == ['"A Shop"', *OURS["tables"]], "on the table of theirs"
