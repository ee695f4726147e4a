"""Invitations reach the invited user on every stream, as the whole list; a sign-out ends these streams."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from ...following import Frame, follow
from ...people import Psql
from ...running import RunningRelay, run_relay
from ...sockets import open_socket

pytestmark = [pytest.mark.anyio, pytest.mark.shares_a_relay]

JSON = {"Accept": "application/json"}


def is_snapshot(frame: Frame) -> bool:
    return frame.event == "snapshot"


def awaits(*rooms: int) -> Any:
    """The list of invitations to exactly these rooms."""
    return lambda f: (
        f.event == "invitations"
        and f.id is None
        and [each["room_id"] for each in f.data["invitations"]] == list(rooms)
    )


def invite(psql: Psql, room: int, username: str) -> tuple[int, str]:
    """The id and the code of an invitation by the room's host."""
    [(number, code)] = psql.act_as("rick").all(
        "select id, code from invite_to_room(%s, %s)", room, username
    )
    psql.act_as(None)
    return number, code


async def test_an_invitation_is_sent_on_every_stream_of_the_invited_user_and_on_no_other(
    psql: Psql, relay: RunningRelay
) -> None:
    tea, den = psql.room("rick", "Tea"), psql.room("rick", "Den")
    psql.seat(den, "anna")
    token = relay.token("anna")
    hallway = f"{relay.url}/hallway/events"
    async with (
        follow(hallway, token) as anna,
        follow(f"{relay.url}/rooms/{den}/events", token) as inside,
        open_socket(f"{relay.url}/rooms/{tea}/socket", token) as caller,
        follow(hallway, relay.token("eve")) as eve,
        open_socket(f"{relay.url}/hallway/socket") as anonymous,
    ):
        for each in (anna, inside, caller, eve):
            assert (await each.until(is_snapshot)).data["invitations"] == []
        assert "invitations" not in (await anonymous.until(is_snapshot)).data
        _, code = invite(psql, tea, "anna")
        invitations: list[dict[str, Any]] = []
        for each in (anna, inside, caller):
            invitations = (await each.until(awaits(tea))).data["invitations"]
            assert (
                invitations[0]["code"],
                invitations[0]["room"],
                invitations[0]["invited_by"],
            ) == (
                code,
                "Tea",
                "rick",
            )
        async with follow(hallway, token) as late:
            assert (await late.until(is_snapshot)).data["invitations"] == invitations
        psql.act_as("anna").one("select accept_invitation(%s)", code)
        for each in (anna, inside, caller):
            await each.until(awaits())
        psql.act_as(None).run("update rooms set name = 'Coffee' where id = %s", tea)
        for each in (eve, anonymous):
            await each.until(lambda f: f.event == "hallway" and f.data["name"] == "Coffee")
            assert each.changes("invitations") == []


async def test_an_invitation_that_is_withdrawn_or_whose_room_ends_is_removed_from_the_list(
    psql: Psql, relay: RunningRelay
) -> None:
    tea, den = psql.room("rick", "Tea"), psql.room("rick", "Den")
    psql.person("anna")
    async with follow(f"{relay.url}/hallway/events", relay.token("anna")) as anna:
        await anna.until(is_snapshot)
        number, _ = invite(psql, tea, "anna")
        await anna.until(awaits(tea))
        invite(psql, den, "anna")
        await anna.until(awaits(tea, den))
        psql.run("delete from invitations where id = %s", number)
        await anna.until(awaits(den))
        psql.run("update rooms set ended_at = now() where id = %s", den)
        await anna.until(awaits())


async def test_what_a_lost_listener_missed_is_sent_after_the_resync(
    psql: Psql, relay: RunningRelay
) -> None:
    tea = psql.room("rick", "Tea")
    psql.person("anna")
    async with follow(f"{relay.url}/hallway/events", relay.token("anna")) as anna:
        await anna.until(is_snapshot)
        # In one transaction with the end of the listener, so that nothing receives its notification.
        with psql.connection.transaction():
            psql.run(
                "insert into invitations (room_id, invited_user, invited_by) values (%s, %s, %s)",
                tea, psql.person("anna"), psql.person("rick"),
            )  # fmt: skip
            psql.run(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                " where application_name = 'roomtone listener' and datname = current_database()"
            )
        await anna.until(awaits(tea))


def test_a_poll_gets_the_list_when_it_differs_from_the_one_sent_before(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    psql.seat(room, "anna")
    with relay.sign_in("anna") as anna, relay.client() as anonymous:

        def ask(url: str, **asked: str) -> Any:
            return anna.get(url, headers=JSON, params=asked).json()

        for url in (f"/rooms/{room}/events", "/hallway/events"):
            assert "invitations" not in ask(url)
            first = ask(url, invitations="")
            assert first["invitations"] == []
            known = {"after": first["cursor"], "invitations": first["invitations_cursor"]}
            assert "invitations" not in ask(url, **known)
            tea = psql.room("rick", "Tea")
            _, code = invite(psql, tea, "anna")
            ends = {"wait": "20"}
            while "invitations" not in (then := ask(url, **known, **ends)):
                known["after"] = then["cursor"]
            assert [each["code"] for each in then["invitations"]] == [code]
            assert then["invitations_cursor"] != first["invitations_cursor"]
            psql.act_as("anna").one("select decline_invitation(%s)", code)
            psql.act_as(None)
            while ask(url, invitations="")["invitations"]:
                pass  # until the relay was notified
        answer_to_anonymous: httpx.Response = anonymous.get(
            "/hallway/events", headers=JSON, params={"invitations": ""}
        )
        assert not answer_to_anonymous.json().keys() & {"invitations", "invitations_cursor"}


async def test_signing_out_on_one_relay_ends_the_streams_on_every_relay(
    psql: Psql, relay: RunningRelay, database_url: str
) -> None:
    with run_relay(database_url) as other:
        for method, path in (("DELETE", "/session"), ("POST", "/rows/rpc/sign_out")):
            token, kept = relay.token("anna"), relay.token("anna")
            async with (
                follow(f"{relay.url}/hallway/events", token) as here,
                follow(f"{other.url}/hallway/events", token) as there,
                open_socket(f"{other.url}/hallway/socket", token) as caller,
                follow(f"{other.url}/hallway/events", kept) as stays,
            ):
                for each in (here, there, caller, stays):
                    await each.until(is_snapshot)
                with relay.client(token) as client:
                    assert client.request(method, path).is_success
                for each in (here, there, caller):
                    bye = await each.until(lambda f: f.event == "bye")
                    assert bye.data == {"reason": "signed out"}
                psql.room("rick", "Later")
                await stays.until(lambda f: f.event == "hallway" and f.data["name"] == "Later")
            for base in (relay, other):
                with base.client(token) as client:
                    assert client.get("/hallway/events", headers=JSON).status_code == 401
            async with follow(f"{other.url}/hallway/events", token) as again:
                assert again.status == 401


def test_a_scheduled_room_opens_when_its_time_has_come(psql: Psql, relay: RunningRelay) -> None:
    soon = int(
        psql.one(
            "insert into rooms (name, host_id, starts_at) values ('Soon', %s, now() + interval '1 second') returning id",
            psql.person("rick"),
        )
    )
    with relay.client() as anonymous:
        asked: dict[str, str] = {}
        scheduled = [True]
        while scheduled[-1]:
            answer = anonymous.get(
                "/hallway/events", headers=JSON, params=asked | {"wait": "60"}
            ).json()
            rows = answer["hallway"] + answer.get("snapshot", {"hallway": []})["hallway"]
            assert rows or "snapshot" in answer, "nothing happened for a minute"
            scheduled += [row["scheduled"] for row in rows if row["id"] == soon]
            asked = {"after": answer["cursor"]}
    assert psql.one("select opened_at >= starts_at from rooms where id = %s", soon)
