"""People follow people, and are found: from psql, with the rights of each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from ..conftest import Connect
from ..patience import PATIENCE, eventually
from ..people import Psql, refused


def where(psql: Psql, name: str) -> list[tuple[str, str | None]]:
    """Whom this user follows, and in which rooms they see them."""
    psql.act_as(name)
    found = [
        (str(row[0]), row[1]) for row in psql.all("select username, room from followed_people")
    ]
    psql.act_as(None)
    return found


def test_who_follows_a_person_sees_them_in_rooms_that_both_may_see(psql: Psql) -> None:
    for name in ("anna", "rick", "mo"):
        psql.person(name)
    tea, hush = psql.room("rick", "Tea"), psql.room("rick", "Hush")
    psql.run("update rooms set access = 'invited' where id = %s", hush)
    assert psql.act_as("anna").one("select follow('Rick')") is True
    assert psql.one("select follow('rick')") is False
    psql.act_as(None)
    assert where(psql, "anna") == [("rick", None)]
    psql.seat(hush, "rick")
    assert where(psql, "anna") == [("rick", None)]
    psql.seat(tea, "rick")
    assert where(psql, "anna") == [("rick", "Tea")]
    rick = psql.person_id("rick")
    assert psql.one("select here from relay_people_here(%s)", [rick]) == {
        "user_id": rick,
        "username": "rick",
        "rooms": [tea],
    }
    psql.act_as("rick").one("select invite_to_room(%s, 'anna')", hush)
    psql.act_as(None)
    assert where(psql, "anna") == [("rick", "Tea"), ("rick", "Hush")]
    assert psql.act_as("mo").all("select * from follows") == []
    psql.act_as("rick").run("delete from follows where followed_id = acting_user()")
    psql.act_as(None)
    assert where(psql, "anna") == []


def test_a_block_ends_following_both_ways_and_no_refusal_tells_of_it(psql: Psql) -> None:
    for name in ("anna", "rick", "gone"):
        psql.person(name)
    psql.run("insert into users (username, kind) values ('sfu', 'node')")
    psql.run("update users set disabled_at = now() where username = 'gone'")
    psql.act_as("anna").one("select follow('rick')")
    psql.act_as("rick").one("select follow('anna')")
    psql.one("select block('anna')")
    assert psql.all("select * from follows") == []
    with refused("follows_not_whom_you_blocked"):
        psql.one("select follow('anna')")
    psql.act_as("anna")
    assert psql.all("select * from followed_people") == []
    said = set[str]()
    for name in ("rick", "gone", "sfu"):
        with pytest.raises(psycopg.errors.CheckViolation) as refusal:
            psql.one("select follow(%s)", name)
        assert refusal.value.diag.constraint_name == "follows_user_can_be_followed"
        said.add(str(refusal.value))
    assert len({text.splitlines()[0] for text in said}) == 1
    with refused("follows_not_yourself"):
        psql.one("select follow('anna')")


def test_a_block_that_is_committed_at_the_same_moment_prevents_a_follow(
    psql: Psql, connect: Connect
) -> None:
    for name in ("anna", "rick"):
        psql.person(name)
    blocking = Psql(connect(autocommit=False))
    blocking.act_as("rick").one("select block('anna')")
    anna = Psql(connect()).act_as("anna")
    pid = anna.one("select pg_backend_pid()")
    with ThreadPoolExecutor(1) as thread:
        following = thread.submit(anna.one, "select follow('rick')")
        waits = (
            "select count(*) from pg_locks where pid = %s and locktype = 'advisory' and not granted"
        )
        eventually(lambda: psql.one(waits, pid) == 1)
        blocking.connection.commit()
        with refused("follows_user_can_be_followed"):
            following.result(PATIENCE)


def found(psql: Psql, query: str) -> list[str]:
    return [name for (name,) in psql.all("select name from search(%s)", query)]


def test_a_search_finds_rooms_by_their_description_and_by_the_index(psql: Psql) -> None:
    psql.person("anna")
    room, hush = psql.room("rick", "Tea"), psql.room("rick", "Hush")
    psql.seat(room, "rick")
    assert psql.one("select description from hallway where id = %s", room) is None
    psql.run("update rooms set access = 'invited' where id = %s", hush)
    psql.act_as("rick")
    for each in (room, hush):
        psql.run("update rooms set description = 'Crème brûlée,\nby candle' where id = %s", each)
    psql.act_as("anna")
    assert found(psql, "creme") == found(psql, "tea candle") == ["Tea"]
    assert psql.one("select description from hallway where id = %s", room).startswith("Crème")
    assert psql.act_as("rick").one(
        "select what from replay_room(%s) where what like 'the room is%%'", room
    ) == ("the room is described: Crème brûlée,\nby candle")
    psql.run("update rooms set description = null where id = %s", room)
    assert found(psql, "creme") == ["Hush"]
    psql.act_as(None)
    psql.run(
        "insert into rooms (name, host_id) select 'Room ' || n, %s from generate_series(1, 2000) n",
        psql.person("rick"),
    )
    psql.connection.execute("analyze rooms")
    plan = psql.all(
        "explain select id from rooms where ended_at is null"
        " and search_vector(name || ' ' || coalesce(description, '')) @@ search_query('tea')"
    )
    assert "rooms_search" in str(plan)


def test_a_search_finds_rooms_by_their_co_hosts(psql: Psql) -> None:
    for name in ("rick", "Zoë"):
        psql.person(name)
    room = psql.act_as("rick").one("insert into rooms (name) values ('Tea') returning id")
    hidden = psql.one("insert into rooms (name, access) values ('Hush', 'invited') returning id")
    for each in (room, hidden):
        psql.one("select add_co_host(%s, 'Zoë')", each)
    found = "select name from search('zoe', '{room}')"
    assert psql.act_as(None).person("eve")
    assert psql.act_as("eve").all(found) == [("Tea",)]
    assert psql.act_as("Zoë").all(found) == [("Tea",), ("Hush",)]
    psql.one("select remove_co_host(%s, 'Zoë')", room)
    assert psql.act_as("eve").all(found) == []


def test_a_search_finds_rooms_clubs_and_people_without_regard_to_case_and_accents(
    psql: Psql,
) -> None:
    for name in ("André", "Andrea Łoś", "rick", "Søren"):
        psql.person(name)
    psql.run("update users set bio = 'Crème brûlée, mostly.' where username = 'Søren'")
    club = psql.one(
        "insert into clubs (name, description, owner_id) select 'Café', 'Talk about jazz', id from users where username = 'rick' returning id"
    )
    jam, hush, over = (psql.room("rick", name) for name in ("今夜の Jam", "Hush crème", "Jam over"))
    psql.run("update rooms set club_id = %s where id = %s", club, jam)
    psql.run("update rooms set access = 'invited' where id = %s", hush)
    psql.act_as("rick").one("select end_room(%s)", over)
    psql.act_as("André")
    assert found(psql, "ANDRE") == ["André", "Andrea Łoś"]
    assert found(psql, "los and") == ["Andrea Łoś"]
    assert found(psql, "creme BRULEE") == ["Søren"]
    assert found(psql, "creme") == ["Søren"]
    assert found(psql, "jam") == found(psql, "今夜") == found(psql, "夜") == ["今夜の Jam"]
    assert found(psql, "jazz cafe") == ["今夜の Jam", "Café"]
    assert found(psql, "rick") == ["今夜の Jam", "rick"]
    assert found(psql, "ndre") == found(psql, " .,'&|!:*() ") == []
    assert psql.all("select kind, name, followed from search('cafe', '{club}')") == [
        ("club", "Café", False)
    ]
    psql.act_as("rick")
    assert found(psql, "hush") == ["Hush crème"]
    psql.one("select block('andré')")
    psql.act_as("André")
    assert found(psql, "rick") == ["今夜の Jam"]
    psql.act_as(None).run("update users set disabled_at = now() where username = 'Søren'")
    psql.act_as("rick")
    assert found(psql, "soren") == []
    assert found(psql, "x" * 100_000) == found(psql, "zz " * 50_000) == []
