"""Rules for the SQL files, checked with PostgreSQL's own parser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pglast import ast as sql
from pglast import parse_sql, split
from pglast.enums import DropBehavior, ObjectType
from pglast.parser import fingerprint
from roomtone.paths import SCHEMA
from roomtone.postgres.schema_files import SqlFile, schema_files, script
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

every_file = pytest.mark.parametrize("path", FILES, ids=label)


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


@every_file
def test_the_file_parses(path: Path) -> None:
    assert statements(path)


def test_the_printed_script_parses() -> None:
    assert parse_sql("".join(script()))


@every_file
def test_no_update_or_delete_in_the_file_lacks_its_where(path: Path) -> None:
    fragments = [Fragment(label(path), path.read_text(encoding="utf-8")), *plpgsql_queries(path)]
    assert [found for fragment in fragments for found in without_where(fragment)] == []


@every_file
def test_no_literal_that_a_function_executes_lacks_its_where(path: Path) -> None:
    """EXECUTE takes its SQL from strings, which the parser of the function does not look into."""
    literals = [
        Fragment(fragment.place, str(node.val.sval))
        for fragment in plpgsql_queries(path)
        for raw in parsed(f"select {fragment.text}") or parsed(fragment.text) or ()
        for node in nodes(raw.stmt)
        if isinstance(node, sql.A_Const) and isinstance(node.val, sql.String)
    ]
    assert [found for literal in literals for found in without_where(literal)] == []


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


@every_file
def test_the_file_drops_no_view_and_nothing_with_cascade(path: Path) -> None:
    """An operator's own views may depend on it: it is replaced, or the update says what depends on it."""
    literals = [parsed(f"select {f.text}") or () for f in plpgsql_queries(path)]
    texts = [str(n.val.sval) for raws in literals for raw in raws for n in nodes(raw.stmt) if isinstance(n, sql.A_Const) and isinstance(n.val, sql.String)]  # fmt: skip
    dropped = [s for s in statements(path) if isinstance(s, sql.DropStmt)]
    assert not [s for s in dropped if s.behavior == DropBehavior.DROP_CASCADE]
    assert not [s for s in dropped if s.removeType == ObjectType.OBJECT_VIEW]
    assert not [text for text in texts if re.search(r"\bdrop\b.*\bcascade\b", text)]


@pytest.mark.parametrize("path", sorted((SCHEMA / "migrations").iterdir()), ids=lambda p: p.name)
def test_a_migration_has_a_number_and_says_when_it_runs(path: Path) -> None:
    assert re.fullmatch(r"\d{3}_[a-z0-9_]+\.(pre|post)\.sql", path.name)


@every_file
def test_the_file_leaves_the_transaction_to_the_installation(path: Path) -> None:
    assert not [s for s in statements(path) if isinstance(s, sql.TransactionStmt)]


@pytest.mark.parametrize("file", schema_files(), ids=lambda file: file.name)
def test_statements_begin_where_the_parser_says(file: SqlFile) -> None:
    """The installer finds the failing statement's line without that parser."""
    begins = statement_starts(file.text)
    ends = [*begins[1:], len(file.text)]
    found = [file.text[begin:end] for begin, end in zip(begins, ends, strict=True)]
    assert [fingerprint(text) for text in found] == [fingerprint(s) for s in split(file.text)]


@every_file
def test_no_name_in_a_function_depends_on_the_callers_search_path(path: Path) -> None:
    """A function pins its search path, names Roomtone's schema itself, or was parsed when it was installed."""
    assert [f"{f.name}: {name}" for f in functions(path) for name in f.names_to_look_up()] == []


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
