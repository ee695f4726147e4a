"""Roomtone in a database that a shop uses already: nothing outside the schema `roomtone` changes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest
from roomtone.postgres.install import install
from roomtone.postgres.programs import bin_dir, psql_command, psql_environment

from ...conftest import Connect
from ...running import run_relay

SHOP = Path(__file__).with_name("shop.sql")

SETTINGS = """
    select setdatabase, setrole, setconfig from pg_db_role_setting
    where setrole = 0 or setrole::regrole::text !~ '^roomtone_' order by setdatabase, setrole"""
ROLES = "select to_jsonb(r) from pg_roles r where rolname !~ '^roomtone_' order by rolname"


@pytest.fixture
def shop_url(empty_database_url: str, connect: Connect) -> str:
    connect(empty_database_url).execute(SHOP.read_bytes())
    return empty_database_url


def run(program: str, *arguments: str) -> str:
    done = subprocess.run(
        [str(bin_dir() / program), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def outside(url: str, connect: Connect) -> tuple[str, object, object]:
    """All that a shop can see of its database but our schema: its dump, and settings and roles."""
    # pg_dump's own marks are other ones each time
    dump = run("pg_dump", "--exclude-schema=roomtone", "--create", "--restrict-key=same", url)
    assert "a hotel room" in dump
    connection = connect(url)
    return dump, connection.execute(SETTINGS).fetchall(), connection.execute(ROLES).fetchall()


def a_day(url: str) -> None:
    """What people do with Roomtone, over HTTP."""
    with run_relay(url) as relay, relay.sign_in("rick") as rick, relay.sign_in("anna") as anna:
        made = rick.post(
            "/rows/rooms", json={"name": "Tea"}, headers={"Prefer": "return=representation"}
        )
        assert made.status_code == 201, made.text
        room = made.json()[0]["id"]
        for client, peer in ((rick, str(uuid4())), (anna, str(uuid4()))):
            seat = {"room_id": room, "peer_id": peer}
            assert client.post("/rows/participants", json=seat).status_code == 201
        assert (
            anna.post("/rows/rpc/say", json={"room_id": room, "body": "hello"}).status_code == 200
        )
        assert (
            anna.post("/rows/rpc/mute", json={"room_id": room, "username": "rick"}).status_code
            == 403
        )
        assert rick.post("/rows/rpc/invite_to_room", json={"room_id": room}).status_code == 200
        names = {row["username"] for row in rick.get(f"/rows/roster?room_id=eq.{room}").json()}
        assert names == {"rick", "anna"}
        log = rick.get(f"/rooms/{room}/events?after=0-0", headers={"Accept": "application/json"})
        assert "hello" in log.text
        assert rick.post("/rows/rpc/end_room", json={"room_id": room}).status_code == 200


def test_installing_and_using_roomtone_changes_nothing_of_a_shop(
    shop_url: str, connect: Connect
) -> None:
    before = outside(shop_url, connect)
    install(shop_url, demo=True)
    assert outside(shop_url, connect) == before
    a_day(shop_url)
    assert outside(shop_url, connect) == before


def test_only_sessions_of_roomtone_psql_look_in_its_schema_first(
    shop_url: str, connect: Connect
) -> None:
    install(shop_url, demo=True)

    def shown(*flags: str, **environment: str) -> str:
        reconnects = ["-c", "\\c -reuse-previous=on", "-c", "show search_path"]
        done = subprocess.run(
            [*psql_command(shop_url), "-At", *flags, "-c", "select count(*) from users", *reconnects],
            env=environment, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return re.sub("You are now connected.*\n", "", done.stdout)

    assert shown("-X") == "1\nshop, extensions, public\n"
    assert shown(**psql_environment(shop_url)) == "14\nroomtone, shop, extensions, public\n"
    admin = connect(shop_url)
    admin.execute("select set_config('search_path', '', false)")
    assert admin.execute("select count(*) from roomtone.hallway").fetchone() == (12,)
    assert admin.execute("select roomtone.act_as('rick')").fetchone() == ("rick",)
    assert admin.execute("select role from roomtone.join_room(1)").fetchone() == ("HOST",)
