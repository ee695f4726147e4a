"""Rules for the SQL files, checked with PostgreSQL's own parser."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from pglast import ast as sql
from pglast import parse_sql, split
from pglast.enums import DropBehavior, ObjectType
from pglast.parser import fingerprint
from roomtone.paths import SCHEMA
from roomtone.postgres.schema_files import schema_files, script
from roomtone.postgres.statement_lines import statement_starts

from .looked_up import functions
from .sources import (
    FILES,
    Fragment,
    filled,
    label,
    nodes,
    parsed,
    plpgsql_queries,
    python_literals,
    statements,
)

# what no parser understands, such as a template whose parts come later, is judged by its words
WRITES_ROWS = re.compile(r"\s*(update\s+\S+\s+set|delete\s+from)\s", re.IGNORECASE)
HAS_WHERE = re.compile(r"\bwhere\b", re.IGNORECASE)


def without_where(fragment: Fragment) -> list[str]:
    """The UPDATE and DELETE statements in it that would touch every row."""
    shown = f"{fragment.place}: {fragment.text.strip()[:80]}"
    trees = parsed(fragment.text)
    if trees is None:
        text = filled(fragment.text)
        return [shown] if WRITES_ROWS.match(text) and not HAS_WHERE.search(text) else []
    return [
        shown
        for raw in trees
        for node in nodes(raw.stmt)
        if isinstance(node, sql.UpdateStmt | sql.DeleteStmt) and node.whereClause is None
    ]


def test_every_file_parses() -> None:
    assert [label(path) for path in FILES if not statements(path)] == []


def test_the_printed_script_parses() -> None:
    assert parse_sql("".join(script()))


def test_no_update_or_delete_in_a_file_lacks_its_where() -> None:
    fragments = [
        fragment
        for path in FILES
        for fragment in (
            Fragment(label(path), path.read_text(encoding="utf-8")),
            *plpgsql_queries(path),
        )
    ]
    assert [found for fragment in fragments for found in without_where(fragment)] == []


@cache
def literals(path: Path) -> tuple[Fragment, ...]:
    """The strings in the functions of a file: EXECUTE takes its SQL from them, and the parser of the function does not look into them."""
    return tuple(
        Fragment(fragment.place, str(node.val.sval))
        for fragment in plpgsql_queries(path)
        for raw in parsed(f"select {fragment.text}") or parsed(fragment.text) or ()
        for node in nodes(raw.stmt)
        if isinstance(node, sql.A_Const) and isinstance(node.val, sql.String)
    )


def test_no_literal_that_a_function_executes_lacks_its_where() -> None:
    every = [literal for path in FILES for literal in literals(path)]
    assert [found for literal in every for found in without_where(literal)] == []


def test_no_update_or_delete_in_python_lacks_its_where() -> None:
    assert [found for fragment in python_literals() for found in without_where(fragment)] == []


def test_sql_in_python_is_short() -> None:
    """Long SQL lives in .sql files."""
    long = [f.place for f in python_literals() if parsed(f.text) and len(f.text) > 400]
    assert long == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("update rooms set name = 'x'", True),
        ("delete from rooms", True),
        ("with gone as (delete from rooms returning id) select * from gone", True),
        ("update rooms set name = 'x' where id = %s", False),
        ("delete from rooms where id = 1", False),
        ("update your browser", False),
        ("update {} set {} from {}{}", True),
        ("update {table} set {changes}{where}", False),
        ("delete from {}{}", True),
    ],
)
def test_the_check_itself_tells_a_missing_where(text: str, found: bool) -> None:
    assert bool(without_where(Fragment("here", text))) is found


def test_the_check_looks_into_functions(tmp_path: Path) -> None:
    path = tmp_path / "x.sql"
    path.write_text(
        "create function f() returns void language plpgsql as $$ begin"
        " if true then delete from rooms; end if; end $$;"
        "do $$ begin update rooms set name = 'x'; end $$;"
    )
    found = [place for fragment in plpgsql_queries(path) for place in without_where(fragment)]
    assert len(found) == 2


def test_no_file_drops_a_view_or_anything_with_cascade() -> None:
    """An operator's own views may depend on it: it is replaced, or the update says what depends on it."""
    dropped = [
        (label(path), s) for path in FILES for s in statements(path) if isinstance(s, sql.DropStmt)
    ]
    assert not [found for found in dropped if found[1].behavior == DropBehavior.DROP_CASCADE]
    assert not [found for found in dropped if found[1].removeType == ObjectType.OBJECT_VIEW]
    every = [literal for path in FILES for literal in literals(path)]
    assert not [each for each in every if re.search(r"\bdrop\b.*\bcascade\b", each.text)]


@pytest.mark.parametrize("path", sorted((SCHEMA / "migrations").iterdir()), ids=lambda p: p.name)
def test_a_migration_has_a_number_and_says_when_it_runs(path: Path) -> None:
    assert re.fullmatch(r"\d{3}_[a-z0-9_]+\.(pre|post)\.sql", path.name)


def test_every_file_leaves_the_transaction_to_the_installation() -> None:
    found = [(label(path), s) for path in FILES for s in statements(path)]
    assert [each for each in found if isinstance(each[1], sql.TransactionStmt)] == []


def test_statements_begin_where_the_parser_says() -> None:
    """The installer finds the failing statement's line without that parser."""
    for file in schema_files():
        begins = statement_starts(file.text)
        ends = [*begins[1:], len(file.text)]
        found = [file.text[begin:end] for begin, end in zip(begins, ends, strict=True)]
        assert [fingerprint(text) for text in found] == [
            fingerprint(s) for s in split(file.text)
        ], file.name


def test_no_name_in_a_function_depends_on_the_callers_search_path() -> None:
    """A function pins its search path, names Roomtone's schema itself, or was parsed when it was installed."""
    found = [
        (path, f, name) for path in FILES for f in functions(path) for name in f.names_to_look_up()
    ]
    assert [f"{label(path)}, {f.name}: {name}" for path, f, name in found] == []


def test_the_check_itself_tells_a_name_that_is_looked_up(tmp_path: Path) -> None:
    path = tmp_path / "x.sql"
    path.write_text(
        "create function a() returns int language plpgsql as $$ declare u users;"
        " begin perform acting_user(); return (select id from rooms limit 1); end $$;"
        "create function b() returns int language sql as $$ select id from rooms limit 1 $$;"
        "create function c() returns int language sql set search_path = roomtone as $$ select id from rooms $$;"
        "create function d() returns int language sql return (select id from rooms limit 1);"
        "create function e() returns int language plpgsql as $$ begin"
        " return (with rooms as (select roomtone.acting_user() as id) select id from rooms); end $$;"
    )
    found = [(f.name, name) for f in functions(path) for name in f.names_to_look_up()]
    assert found == [("a", "acting_user"), ("a", "rooms"), ("a", "users"), ("b", "rooms")]
