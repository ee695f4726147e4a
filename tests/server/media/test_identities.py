"""Bots and WHIP programs of people who sign in with passkeys or at an issuer."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from click.testing import CliRunner
from roomtone.cli import cli

from ...patience import PATIENCE
from ...people import Psql
from ...running import NO_TLS
from ..http.test_openid import with_issuer
from .node.people import Person
from .processes import bot
from .test_routes import move, nodes
from .test_whip import SDP, loopback, offer

__all__ = ["loopback"]


@pytest.mark.usefixtures("loopback")
async def test_bots_and_whip_programs_are_users_of_passkeys_and_of_an_issuer(
    database_url: str, psql: Psql, room: int
) -> None:
    anna = psql.person("anna")
    psql.run(
        "insert into passkeys (user_id, credential_id, public_key, user_handle, sign_count, name) values (%s, 'k', 'k', 'k', 0, 'Phone')",
        anna,
    )
    made = CliRunner().invoke(cli, ["token", "Anna", "--database-url", database_url, "--days", "2"])
    unknown = CliRunner().invoke(cli, ["token", "nobody", "--database-url", database_url])
    assert unknown.exit_code == 1
    assert unknown.output.startswith("Error: there is no user called 'nobody'")
    token = made.output.strip()
    with with_issuer(database_url) as (relay, issuer):
        of_issuer = issuer.token("sam", name="Sam")
        here = ("--room", room, "--url", relay.url)
        with (
            bot(*here, "--token", of_issuer, "--listen") as listens,
            bot(*here, "--token", token, "--tone", 440) as plays,
        ):
            await asyncio.to_thread(plays.prints, "anna is in room")
            await asyncio.to_thread(listens.prints, "Sam hears anna speak")
        speaker, listener = Person(1, 440), Person(2, 660)
        async with (
            nodes(database_url, psql, "mcu"),
            httpx.AsyncClient(base_url=relay.url, timeout=PATIENCE, verify=NO_TLS) as http,
        ):
            move(psql, room, "mcu")
            for program, way, bearer, name in (
                (speaker, "whip", token, "anna"),
                (listener, "whep", of_issuer, "Sam"),
            ):
                answered = await http.post(
                    f"/rooms/{room}/{way}",
                    content=await offer(program, listens=way == "whep"),
                    headers=SDP | {"Authorization": f"Bearer {bearer}"},
                )
                assert answered.status_code == 201, answered.text
                assert psql.one("select count(*) from roster where username = %s", name) == 1
                await program.connection.close()
        # With that token it ends; the user's others are not asked.
        with relay.client(token) as ended:
            assert ended.get("/session").json()["user"]["id"] == anna
            assert ended.delete("/session").status_code == 204
            assert ended.get("/session").status_code == 401
