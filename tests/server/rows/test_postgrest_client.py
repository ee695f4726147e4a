"""The `postgrest` client from PyPI works unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from postgrest import APIError, CountMethod, ReturnMethod, SyncPostgrestClient

from ..rows_world import World

pytestmark = pytest.mark.shares_a_relay


def client_of(world: World, username: str | None) -> SyncPostgrestClient:
    client = SyncPostgrestClient(f"{world.relay.url}/rows")
    if username is not None:
        token = world.anonymous.post("/session", json={"username": username}).json()["token"]
        client.auth(token)
    return client


@pytest.fixture
def rick(world: World) -> Iterator[SyncPostgrestClient]:
    with client_of(world, "rick") as client:
        yield client


@pytest.fixture
def anna(world: World) -> Iterator[SyncPostgrestClient]:
    with client_of(world, "anna") as client:
        yield client


@pytest.fixture
def rooms(rick: SyncPostgrestClient) -> dict[str, int]:
    """Four rooms of rick, by name."""
    named = [{"name": name} for name in ("Tea", "Night owls", "Ten, or so", "Quiet")]
    rows: Any = rick.from_("rooms").insert(named).execute().data
    return {row["name"]: row["id"] for row in rows}


def names(query: Any) -> list[str]:
    return sorted(row["name"] for row in query.execute().data)


def test_it_selects_with_every_filter(rick: SyncPostgrestClient, rooms: dict[str, int]) -> None:
    def select() -> Any:
        return rick.from_("rooms").select("id", "name")

    tea = rooms["Tea"]
    assert names(select().eq("name", "Ten, or so")) == ["Ten, or so"]
    assert names(select().neq("name", "Tea")) == ["Night owls", "Quiet", "Ten, or so"]
    assert names(select().gt("id", tea).lt("id", rooms["Quiet"])) == ["Night owls", "Ten, or so"]
    assert names(select().gte("id", tea).lte("id", tea)) == ["Tea"]
    assert names(select().like("name", "Te%")) == ["Tea", "Ten, or so"]
    assert names(select().ilike("name", "%OWL%")) == ["Night owls"]
    assert names(select().like_any_of("name", "Tea,Q%")) == ["Quiet", "Tea"]
    assert names(select().ilike_all_of("name", "%t%,%o%")) == ["Night owls", "Ten, or so"]
    assert names(select().is_("club_id", None).not_.is_("ended_at", None)) == []
    assert names(select().is_("club_id", "null").limit(1).order("id")) == ["Tea"]
    assert names(select().in_("name", ["Ten, or so", "Tea"])) == ["Tea", "Ten, or so"]
    assert names(select().not_.in_("name", ["Ten, or so", "Tea"])) == ["Night owls", "Quiet"]
    assert names(select().in_("name", [])) == []
    assert names(select().or_('name.eq."Ten, or so",id.eq.' + str(tea))) == ["Tea", "Ten, or so"]
    assert names(select().not_.or_("name.like.T*,name.like.Q*")) == ["Night owls"]
    assert names(select().match({"name": "Tea", "id": tea})) == ["Tea"]
    assert names(select().text_search("name", "owls", {"type": "plain"})) == ["Night owls"]


def test_it_orders_counts_and_pages(rick: SyncPostgrestClient, rooms: dict[str, int]) -> None:
    query = rick.from_("rooms").select("name", count=CountMethod.exact)
    page = query.order("club_id", nullsfirst=True).order("name", desc=True).range(1, 2).execute()
    assert (page.data, page.count) == ([{"name": "Tea"}, {"name": "Quiet"}], 4)
    head = rick.from_("rooms").select("*", count=CountMethod.exact, head=True).execute()
    assert (head.data, head.count) == ([], 4)


def test_it_gets_one_object(rick: SyncPostgrestClient, rooms: dict[str, int]) -> None:
    table = rick.from_("rooms")
    assert table.select("name").eq("id", rooms["Tea"]).single().execute().data == {"name": "Tea"}
    assert table.select("name").eq("id", -1).maybe_single().execute() is None
    with pytest.raises(APIError) as refused:
        table.select("name").single().execute()
    assert refused.value.code == "PGRST116"


def test_it_inserts_one_and_many(rick: SyncPostgrestClient, world: World) -> None:
    table = rick.from_("rooms")
    one: Any = table.insert({"name": "One"}).execute().data
    assert (one[0]["name"], one[0]["stage"]) == ("One", "open")
    many = [{"name": "Two"}, {"name": "Three", "stage": "moderated"}]
    rows: Any = table.insert(many, default_to_null=False, count=CountMethod.exact).execute()
    assert [row["stage"] for row in rows.data] == ["open", "moderated"]
    assert rows.count == 2
    quiet = table.insert({"name": "Four"}, returning=ReturnMethod.minimal).execute()
    assert quiet.data == []
    assert table.insert({"name": "Five"}).select("name").execute().data == [{"name": "Five"}]
    assert world.psql.count("rooms") == 5


def test_it_upserts(anna: SyncPostgrestClient, world: World) -> None:
    room = world.room()
    table = anna.from_("participants")
    first: Any = table.upsert({"room_id": room}).execute().data
    peer = "6f1b6c1e-8a57-4f6e-9b71-000000000001"
    seat = {"room_id": room, "peer_id": peer}
    again: Any = table.upsert(seat, on_conflict="room_id,user_id").execute().data
    assert again[0]["peer_id"] == peer != first[0]["peer_id"]
    assert table.upsert(seat, ignore_duplicates=True).execute().data == []
    assert world.psql.roster(room) == ["anna"]


def test_it_updates_and_deletes(anna: SyncPostgrestClient, world: World) -> None:
    room = world.room()
    world.psql.seat(room, "anna")
    mine = anna.from_("participants")
    changed: Any = mine.update({"muted": False}).eq("room_id", room).execute().data
    assert [row["muted"] for row in changed] == [False]
    gone: Any = mine.delete().eq("room_id", room).select("user_id").execute().data
    assert gone == [{"user_id": world.psql.person("anna")}]
    assert world.psql.roster(room) == []
    with pytest.raises(APIError) as refused:
        mine.delete().execute()
    assert (refused.value.code, refused.value.message) == (
        "21000",
        "DELETE requires a WHERE clause",
    )


def test_it_calls_functions(anna: SyncPostgrestClient, world: World) -> None:
    room = world.room()
    seat: Any = anna.rpc("join_room", {"room_id": room, "role": "AUDIENCE"}).execute().data  # type: ignore[dict-item] # any JSON goes
    assert seat["role"] == "AUDIENCE"
    me = anna.rpc("acting_user", {}, get=True).execute().data
    assert me == world.psql.person("anna")
    assert anna.rpc("leave_room", {"room_id": room}).execute().data is True  # type: ignore[dict-item] # any JSON goes


def test_it_embeds_other_tables(
    rick: SyncPostgrestClient, anna: SyncPostgrestClient, rooms: dict[str, int]
) -> None:
    anna.from_("participants").upsert({"room_id": rooms["Tea"]}).execute()
    host = "host:users!rooms_host_id_fkey(username)"
    query = rick.from_("rooms").select("name", host, "participants(role,users(username))")
    with pytest.raises(APIError) as refused:
        query.execute()
    assert refused.value.code == "PGRST127"
    every = rick.from_("rooms").select("name", host, "clubs(name)", "participants(role)")
    tea: Any = every.eq("name", "Tea").eq("participants.role", "SPEAKER").single().execute().data
    assert tea == {
        "name": "Tea",
        "host": {"username": "rick"},
        "clubs": None,
        "participants": [{"role": "SPEAKER"}],
    }
    full = rick.from_("rooms").select("name", "participants!inner(role)", count=CountMethod.exact)
    assert full.limit(1, foreign_table="participants").execute().count == 1
    made: Any = rick.from_("rooms").insert({"name": "New"}).select("name", host).execute().data
    assert made == [{"name": "New", "host": {"username": "rick"}}]


def test_a_write_of_one_object_is_undone_if_it_is_not_one(
    rick: SyncPostgrestClient, rooms: dict[str, int], world: World
) -> None:
    assert len(rooms) == 4
    table = rick.from_("rooms")
    one: Any = table.update({"name": "Mate"}).eq("name", "Tea").select("name").single().execute()
    assert one.data == {"name": "Mate"}
    with pytest.raises(APIError) as refused:
        table.update({"name": "All"}).neq("name", "Mate").select("name").single().execute()
    assert refused.value.code == "PGRST116"
    assert world.psql.one("select count(*) from rooms where name = 'All'") == 0


def test_it_counts_what_a_function_returns(
    rick: SyncPostgrestClient, rooms: dict[str, int]
) -> None:
    rick.from_("participants").upsert({"room_id": rooms["Tea"]}).execute()
    room: Any = {"room_id": rooms["Tea"]}
    every: Any = rick.rpc("replay_room", room).execute().data
    counted = rick.rpc("replay_room", room, count=CountMethod.exact).select("seq").limit(1)
    assert counted.execute().count == len(every) > 1


def test_it_gets_errors_in_the_form_of_postgrest(world: World, anna: SyncPostgrestClient) -> None:
    with client_of(world, None) as anonymous, pytest.raises(APIError) as refused:
        anonymous.from_("rooms").insert({"name": "x"}).execute()
    assert refused.value.code == "42501"
    with pytest.raises(APIError) as refused:
        anna.from_("nowhere").select("*").execute()
    assert (refused.value.code, bool(refused.value.hint)) == ("PGRST205", True)
    with pytest.raises(APIError) as refused:
        anna.from_("rooms").insert({"name": " "}).execute()
    assert refused.value.code == "23514"
    with pytest.raises(APIError) as refused:
        anna.schema("pg_catalog").from_("pg_class").select("*").execute()
    assert refused.value.code == "PGRST106"
