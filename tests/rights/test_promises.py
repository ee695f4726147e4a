"""Claims of SECURITY.md that no other test covers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from click.testing import CliRunner
from roomtone.cli import cli
from roomtone.http.recordings import TICKET_LASTS
from roomtone.identity.tickets import claims_of_ticket, ticket
from roomtone.identity.tokens import Tokens
from roomtone.media.node.ogg_writer import OggWriter
from roomtone.postgres.pools import Database
from roomtone.problem import Problem
from roomtone.settings_options import options
from roomtone.types import NodeId, UserId

from ..conftest import Connect
from ..people import Psql
from ..running import patient, run_relay

SECRET = "a secret of more than thirty-two bytes"


def test_the_roles_of_users_cannot_log_in(psql: Psql) -> None:
    roles = "select rolname from pg_roles where rolname in ('roomtone_anon', 'roomtone_person') and not rolcanlogin"
    assert {name for (name,) in psql.all(roles)} == {"roomtone_anon", "roomtone_person"}


def test_a_connection_has_no_user_after_the_transaction(psql: Psql, connect: Connect) -> None:
    claims = f'{{"sub": "{psql.person("rick")}"}}'
    relay = Psql(connect())
    relay.run("set session authorization roomtone_relay")
    who = "select current_user::text, coalesce(current_setting('request.jwt.claims', true), '')"
    with relay.connection.transaction():
        relay.run("select roomtone.become(%s, 'relay-1')", claims)
        assert relay.all(who) == [("roomtone_person", claims)]
    assert relay.all(who) == [("roomtone_relay", "")]


@pytest.mark.anyio
async def test_a_relay_with_another_login_drops_to_its_own_role(database_url: str) -> None:
    database = Database(database_url, node=NodeId("relay-1"), settings=patient())
    await database.open()
    try:
        async with database.relay() as connection:
            found = await connection.execute(
                "select session_user <> current_user, current_user::text"
            )
            assert await found.fetchone() == (True, "roomtone_relay")
    finally:
        await database.close()


def test_a_report_keeps_the_last_200_events_and_50_messages(psql: Psql) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    psql.seat(room, "ben")
    psql.run(
        "insert into messages (room_id, user_id, body) select %s, %s, n::text from generate_series(1, 260) n",
        *(room, psql.person("ben")),
    )
    psql.act_as("anna").one("select report(%s, 'ben', 'Rude.')", room)
    log = psql.act_as(None).one("select log from reports")
    assert len(log["events"]) == 200
    assert [message["body"] for message in log["messages"]] == [str(n) for n in range(211, 261)]


def test_the_code_of_an_invitation_has_144_random_bits(psql: Psql) -> None:
    codes = psql.all(
        "select decode(translate(new_code(), '-_', '+/'), 'base64') from generate_series(1, 256)"
    )
    assert {len(code) for (code,) in codes} == {144 // 8}
    assert len({code for (code,) in codes}) == 256
    for bit in range(144):
        ones = sum(code[bit // 8] >> bit % 8 & 1 for (code,) in codes)
        assert 64 < ones < 192, f"bit {bit}"  # a fair bit fails once in 10 to the 15


def test_the_folder_of_recordings_is_for_one_account(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    OggWriter(folder / "evening.ogg", make_folder=True).close()
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_ticket_opens_one_recording_for_six_hours() -> None:
    assert timedelta(hours=6) == TICKET_LASTS
    tokens = Tokens(SECRET)
    claims = jwt.decode(tokens.issue(UserId(5)), options={"verify_signature": False})
    now = datetime.now(UTC)
    good = ticket(tokens, claims, "/recordings/1", now + TICKET_LASTS)
    assert claims_of_ticket(tokens, good, "/recordings/1")["sub"] == "5"
    late = ticket(tokens, claims, "/recordings/1", now - timedelta(seconds=1))
    for worthless, path in ((good, "/recordings/2"), (late, "/recordings/1")):
        with pytest.raises(Problem) as refused:
            claims_of_ticket(tokens, worthless, path)
        assert refused.value.status == 401


def test_a_cookie_set_over_https_is_sent_only_over_https(database_url: str) -> None:
    with run_relay(database_url) as relay, relay.client() as browser:
        for scheme, secure in (("https", True), ("http", False)):
            answer = browser.post(
                "/session", json={"username": "rick"}, headers={"X-Forwarded-Proto": scheme}
            )
            assert ("Secure" in answer.headers["set-cookie"]) is secure


def test_no_other_origin_may_send_the_cookie(database_url: str) -> None:
    with run_relay(database_url) as relay, relay.sign_in("anna") as anna:
        for path in ("/rooms/1/whip", "/rooms/1/whep"):
            asked = anna.request("OPTIONS", path, headers={"Origin": "https://elsewhere.example"})
            assert asked.headers["access-control-allow-origin"] == "*"
            assert "access-control-allow-credentials" not in asked.headers


@pytest.mark.parametrize("name", [option.name for option in options() if option.secret])
def test_help_shows_no_secret(name: str) -> None:
    text = CliRunner().invoke(cli, ["--help"], env={f"ROOMTONE_{name.upper()}": SECRET}).output
    assert "--data-dir" in text
    assert SECRET not in text
