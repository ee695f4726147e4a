"""A row embedded in another is one that a direct read of its table shows, for every foreign key, in both directions, for everybody.

An error that a filter raises, an order, `!inner` and the count tell no more about hidden rows than a direct read does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from roomtone.identity.tokens import Tokens
from roomtone.types import UserId

from ..people import Psql
from ..running import run_relay
from ..server.rows_world import problem
from .world import World, make

SECRET = "a secret of more than thirty-two bytes"

RAISING = "like.%\\"
"""A pattern that ends with its escape: an error for every row with a text that it is tried on."""

Relation = tuple[str, str, str, str, str | None]
"""A foreign key; the table it is followed from and to; a column to order by, and one with text to raise errors on."""

RELATIONS = """
select k.conname, s.relname, t.relname, min(a.attname),
       min(a.attname) filter (where a.atttypid = 'text'::regtype)
from pg_constraint k
cross join lateral (values (k.conrelid, k.confrelid), (k.confrelid, k.conrelid)) d (source, target)
join pg_class s on s.oid = d.source
join pg_class t on t.oid = d.target
join pg_attribute a on a.attrelid = t.oid and a.attnum > 0
  and has_column_privilege('roomtone_person', t.oid, a.attnum, 'select')
where k.contype = 'f' and s.relnamespace = 'roomtone'::regnamespace and s.oid <> t.oid
  and has_any_column_privilege('roomtone_person', s.oid, 'select')
group by k.conname, s.relname, t.relname order by 1, 2
"""


@pytest.fixture
def rights(psql: Psql) -> World:
    return make(psql)


def token(rights: World, name: str) -> str:
    """Everybody there has passkeys, so that a name does not sign in."""
    return Tokens(SECRET).issue(UserId(rights.people[name]))


def each_as_text(rows: Any) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def read(client: httpx.Client, path: str, **parameters: str) -> httpx.Response:
    answer = client.get(f"/rows/{path}", params=parameters, headers={"Prefer": "count=exact"})
    assert answer.status_code in (200, 206, 400, 401, 403), answer.text
    return answer


def differences(client: httpx.Client, relation: Relation) -> Iterator[str]:
    """What an embedded read shows that a direct read does not."""
    key, source, target, column, text = relation
    direct, outer = read(client, target), read(client, source)
    embedded = {"select": f"e:{target}!{key}(*)"}
    plain = read(client, source, **embedded)
    if direct.status_code != 200 or outer.status_code != 200:
        if plain.status_code == 200:
            yield "may not be read, and is embedded"
        return
    if plain.status_code != 200:
        yield plain.text
        return
    found = [row["e"] for row in plain.json()]
    inner_rows = [
        row for rows in found for row in (rows if isinstance(rows, list) else [rows]) if row
    ]
    if not set(each_as_text(inner_rows)) <= set(each_as_text(direct.json())):
        yield "embedded rows that a direct read does not show"
    with_rows = [row for row in plain.json() if row["e"]]
    for required in (
        {"select": f"e:{target}!{key}!inner(*)"},
        {"select": f"e:{target}!{key}(*)", "e": "not.is.null"},
    ):
        inner = read(client, source, **required)
        if each_as_text(inner.json()) != each_as_text(with_rows):
            yield f"{required}: {inner.text[:200]}"
        if inner.headers["content-range"].partition("/")[2] != str(len(with_rows)):
            yield f"counted {inner.headers['content-range']} of {len(with_rows)}"
    ordered = read(client, source, **embedded, **{"e.order": column})
    if len(ordered.json()) != len(found):
        yield f"ordered: {ordered.text[:200]}"
    if not isinstance(next(iter(found), []), list):
        by_it = read(client, source, **embedded, order=f"e({column})")
        if each_as_text(by_it.json()) != each_as_text(plain.json()):
            yield f"ordered by it: {by_it.text[:200]}"
    if text is not None and read(client, target, **{text: RAISING}).status_code == 200:
        for shape in ("", "!inner"):
            wanted = {"select": f"e:{target}!{key}{shape}(*)", f"e.{text}": RAISING}
            raised = read(client, source, **wanted)
            if raised.status_code != 200:
                yield f"an error of a hidden row: {raised.text[:200]}"


def test_embedded_rows_are_those_that_a_direct_read_shows(
    psql: Psql, rights: World, database_url: str
) -> None:
    assert rights.people
    relations: list[Relation] = psql.connection.execute(RELATIONS).fetchall()
    assert len(relations) > 50
    wrong = []
    with (
        # So that no seat expires between two reads.
        run_relay(database_url, jwt_secret=SECRET) as relay,
        relay.client() as anonymous,
        relay.client(token(rights, "host")) as host,
    ):
        for actor, client in (("anonymous", anonymous), ("host", host)):
            for relation in relations:
                wrong += [f"{actor}, {relation}: {what}" for what in differences(client, relation)]
    assert not wrong, "\n".join(wrong)


def test_a_room_for_the_invited_is_embedded_in_nothing_that_others_read(
    rights: World, database_url: str
) -> None:
    hidden, host = rights.hidden_room, rights.people["far"]
    with (
        run_relay(database_url, jwt_secret=SECRET) as relay,
        relay.client() as anonymous,
        relay.client(token(rights, "far")) as far,
    ):
        hosted = {"select": "username,rooms!rooms_host_id_fkey(name)", "id": f"eq.{host}"}
        (shown,) = anonymous.get("/rows/users", params=hosted).json()
        assert "Hush" not in [room["name"] for room in shown["rooms"]]
        (own,) = far.get("/rows/users", params=hosted).json()
        assert "Hush" in [room["name"] for room in own["rooms"]]
        for extra in (
            {"rooms.name": RAISING, "rooms.id": f"eq.{hidden}"},
            {"rooms.or": f'(id.neq.{hidden},name.like."Hush%\\\\")', "rooms.order": "name"},
        ):
            answer = anonymous.get("/rows/users", params=hosted | extra)
            assert answer.status_code == 200, answer.text
            assert "Hush" not in answer.text
        seats = {"select": "name,participants(user_id)", "id": f"eq.{hidden}"}
        assert anonymous.get("/rows/rooms", params=seats).json() == []
        sitting = {
            "select": "username,participants!inner(room_id)",
            "participants.room_id": f"eq.{hidden}",
        }
        assert anonymous.get("/rows/users", params=sitting).json() == []
        pattern = {"select": "name,clubs(name)", "clubs.name": "match.x"}
        problem(
            anonymous.get("/rows/rooms", params=pattern),
            401,
            "42501",
            "requests_patterns_are_of_users",
        )
