"""Whatever stands in the schema is served, or left out with a line in the log; the relay starts either way."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

import pytest

from ...people import Psql
from ..rows_world import World, problem, run_world

SERVED: Final = """
create type "per%cent" as enum ('few', 'many');
create type point_3 as (x int, y int, z int);
alter type point_3 drop attribute y;
create function variadic_sum(start int, variadic numbers int[]) returns bigint language sql stable
  return start + (select sum(n) from unnest(numbers) n);
create function mixed(out a int, b int, inout c int, out d text) language sql stable as
  'select $1, $1 + $2, ''d''::text';
create function one_out(a int, out b int) language sql stable return a + 1;
create function unnamed_outs(a int, out int, out text) language sql stable begin atomic select a, 'x'; end;
create function set_of_ints(n int, out i int) returns setof int language sql stable
  begin atomic select generate_series(1, n); end;
create function defaulted(a int, b int default 2, variadic c int[] default '{}') returns int language sql stable return a + b;
create function composite() returns point_3 language sql stable begin atomic select row(1, 3)::point_3; end;
create function overloaded(a int) returns int language sql stable return 1;
create function overloaded(b text) returns text language sql stable return 'text';
create function "Odd %s, näme"("an arg%" "per%cent") returns "per%cent" language sql stable return "an arg%";

create table generated (id bigint generated always as identity primary key, gone int, width int not null,
  twice int generated always as (width * 2) stored);
alter table generated drop column gone;
create table "odd %s table" ("100%" int primary key, "a b" "per%cent", "select" text);
create table parted (id int, part int, primary key (id, part)) partition by list (part);
create table parted_1 partition of parted for values in (1);
create table only_json (body json);
create table write_only (id int);
create materialized view counted as select count(*) as n from rooms;
create view reads_itself as select 1 as id;
create or replace view reads_itself as select id from reads_itself;
create view repeated as select id as a, id as b, id as c, part as d, part as e, part as f from parted;
create foreign data wrapper nowhere;
create server elsewhere foreign data wrapper nowhere;
create foreign table distant (id int) server elsewhere;

grant select, insert, update, delete on generated, "odd %s table", parted, only_json, counted, distant to roomtone_person;
grant select on reads_itself, repeated to roomtone_person;
grant insert on write_only to roomtone_person;
"""

LEFT_OUT: Final = """
create function unnamed(int) returns int language sql return 1;
create function half_named(a int, int) returns int language sql return 1;
create function polymorphic(a anyelement) returns anyelement language sql as 'select a';
create function any_values(variadic a "any") returns int language internal as 'pg_num_nulls';
create function records() returns setof record language sql as 'select 1, 2';
create function internals(a internal) returns int language internal as 'int4in';
create function handler() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
create procedure proceed(a int) language sql as 'select 1';
create aggregate summed(int) (sfunc = int4pl, stype = int);
create function "a/path"(a int) returns int language sql return 1;
create table no_columns ();
create table "a/table" (id int);
create domain color as int;
create function color_as_json(a color) returns json language sql immutable return to_json('#' || to_hex(a));
create cast (color as json) with function color_as_json as implicit;
create table painted (id int, color color);
create function paint() returns setof painted language sql stable as 'select * from painted';
create domain "text/html" as text;
create function page() returns "text/html" language sql stable return '<p>';
create function redirect() returns void language sql as
  $$ select set_config('response.headers', '[{"Location": "/"}]', true) $$;
grant select on no_columns, "a/table", painted to roomtone_person;
"""

CALLED: Final = (
    "variadic_sum",
    "mixed",
    "one_out",
    "unnamed_outs",
    "set_of_ints",
    "defaulted",
    "composite",
    "overloaded",
    "Odd %s, näme",
)

EXPECTED_IN_THE_LOG: Final = {
    "unnamed(integer)": "it has a parameter without a name",
    "half_named(integer,integer)": "it has a parameter without a name",
    "polymorphic(anyelement)": "it has a parameter of the pseudo-type anyelement",
    'any_values("any")': 'it has a parameter of the pseudo-type "any"',
    "records()": "it returns rows whose columns are not known",
    "internals(internal)": "it has a parameter of the pseudo-type internal",
    "handler()": "it returns the pseudo-type language_handler",
    "proceed(integer)": "it is a procedure",
    "summed(integer)": "it is an aggregate",
    '"a/path"(integer)': "its name has a character that separates the parts of an address",
    "no_columns": "it has no columns",
    "painted": "it has a column of a domain with casts of its own",
    "paint()": "it returns a column of a domain with casts of its own",
    "page()": "it returns a media type",
    "redirect()": "it uses settings that only PostgREST has",
    "a/table": "its name has a character that separates the parts of an address",
}


@pytest.fixture
def strange(database_url: str, psql: Psql, caplog: pytest.LogCaptureFixture) -> Iterator[World]:
    psql.connection.execute(SERVED)
    psql.connection.execute(LEFT_OUT)
    with caplog.at_level(logging.WARNING), run_world(database_url, psql) as world:
        yield world


def test_what_cannot_be_served_is_left_out_with_a_line_in_the_log(
    strange: World, caplog: pytest.LogCaptureFixture
) -> None:
    logged = caplog.get_records("setup")
    lines = [r.getMessage() for r in logged if r.name == "roomtone.rows.catalogue"]
    assert sorted(lines) == sorted(
        f"{name} is not served: {reason}" for name, reason in EXPECTED_IN_THE_LOG.items()
    )
    reply = problem(strange.anna.post("/rows/rpc/unnamed", json={"a": 1}), 404, "PGRST202")
    assert "it has a parameter without a name" in reply["message"]
    reply = problem(strange.anna.get("/rows/painted"), 404, "PGRST205")
    assert "it has a column of a domain with casts of its own" in reply["message"]
    paths = strange.anna.get("/openapi.json").json()["paths"]
    assert not paths.keys() & {"/rows/painted", "/rows/no_columns", "/rows/rpc/paint"}


def test_functions_of_one_name_are_described_together(strange: World) -> None:
    described = strange.anna.get("/openapi.json").json()["paths"]["/rows/rpc/overloaded"]
    parameters = described["get"]["parameters"]
    assert [(each["name"], each["required"]) for each in parameters] == [("a", False), ("b", False)]
    bodies = described["post"]["requestBody"]["content"]["application/json"]["schema"]["anyOf"]
    assert [body["required"] for body in bodies] == [["a"], ["b"]]
    answers = described["post"]["responses"]["200"]["content"]["application/json"]["schema"][
        "anyOf"
    ]
    assert {"integer", "string"} <= {kind for each in answers for kind in _types(each)}


def _types(shape: dict[str, Any]) -> list[str]:
    kinds = shape.get("type", [])
    return kinds if isinstance(kinds, list) else [kinds]


def test_functions_of_every_kind_are_called_by_post_and_by_get(strange: World) -> None:
    calls: tuple[tuple[str, dict[str, Any], Any], ...] = (
        ("variadic_sum", {"numbers": [1, 2], "start": 4}, 7),
        ("mixed", {"b": 1, "c": 2}, {"a": 1, "c": 3, "d": "d"}),
        ("one_out", {"a": 1}, {"b": 2}),
        ("unnamed_outs", {"a": 1}, {"column1": 1, "column2": "x"}),
        ("set_of_ints", {"n": 2}, [{"i": 1}, {"i": 2}]),
        ("defaulted", {"a": 1, "b": 4, "c": [5]}, 5),
        ("composite", {}, {"x": 1, "z": 3}),
        ("overloaded", {"a": 1}, 1),
        ("overloaded", {"b": "b"}, "text"),
        ("Odd %s, näme", {"an arg%": "many"}, "many"),
    )
    for name, arguments, expected in calls:
        path = f"/rows/rpc/{quote(name)}"
        posted = strange.anna.post(path, json=arguments)
        assert (posted.status_code, posted.json()) == (200, expected), (name, posted.text)
        got = strange.anna.get(path, params=arguments)  # an element of a list is one parameter
        assert (got.status_code, got.json()) == (200, expected), (name, got.text)


def test_relations_of_every_kind_are_read_and_written(strange: World) -> None:
    returning = {"Prefer": "return=representation"}
    made = strange.anna.post("/rows/generated", json={"width": 3}, headers=returning)
    assert made.json() == [{"id": 1, "width": 3, "twice": 6}], made.text
    refused = strange.anna.post("/rows/generated", json={"width": 3, "twice": 7})
    problem(refused, 400, "428C9")
    odd = f"/rows/{quote('odd %s table')}"
    row = {"100%": 1, "a b": "few", "select": "x"}
    made = strange.anna.post(odd, json=row, headers=returning)
    assert made.json() == [row], made.text
    chosen = strange.anna.get(odd, params={"100%": "eq.1", "select": '"a b"'})
    assert chosen.json() == [{"a b": "few"}], chosen.text
    made = strange.anna.post("/rows/parted", json={"id": 1, "part": 1}, headers=returning)
    assert made.json() == [{"id": 1, "part": 1}], made.text
    assert strange.anna.get("/rows/counted").json() == [{"n": 0}]
    problem(strange.anna.post("/rows/counted", json={"n": 1}), 400, "42809")
    assert strange.anna.post("/rows/write_only", json={"id": 1}).status_code == 201
    embedded = strange.anna.get("/rows/reads_itself?select=id,generated(id)")
    problem(embedded, 400, "PGRST200")
    assert strange.anna.get("/rows/repeated?select=a,d,f").json() == [{"a": 1, "d": 1, "f": 1}]
    distant = strange.anna.get("/rows/distant")
    assert distant.status_code < 500, distant.text


def test_the_document_describes_them(strange: World) -> None:
    document: dict[str, Any] = strange.anonymous.get("/openapi.json").json()
    paths = document["paths"]
    assert {f"/rows/rpc/{quote(name)}" for name in CALLED} <= paths.keys()
    assert not [path for path in paths if "unnamed" in path and path != "/rows/rpc/unnamed_outs"]
    assert "/rows/no_columns" not in paths
    inserted = document["components"]["schemas"]["GeneratedInsert"]
    assert inserted["properties"].keys() == {"width"}
    assert inserted["required"] == ["width"]
    described = paths["/rows/rpc/mixed"]["post"]
    arguments = described["requestBody"]["content"]["application/json"]["schema"]
    assert arguments["required"] == ["b", "c"]
    answer = described["responses"]["200"]["content"]["application/json"]["schema"]
    assert [*answer["properties"]] == ["a", "c", "d"]
