"""Every login can NOTIFY: whatever the payload, a relay keeps working, with bounded logs and reads."""

from __future__ import annotations

import logging
import re
import time

import pytest
from roomtone.drill.hostile_notifications import FIXED
from roomtone.postgres.notifications import CHANNEL
from roomtone.tools.waiting import until

from ...conftest import Connect
from ...following import Frame, Subscriber, follow
from ...payloads import CASES, GENERATED, MALFORMED, WELL_FORMED
from ...people import Psql
from ...running import RunningRelay

pytestmark = pytest.mark.anyio

FAR = '{"room":%d,"seq":99999999999,"hallway":99999999999}'


def counted(relay: RunningRelay, name: str) -> float:
    with relay.client() as client:
        found = re.search(rf"^{name} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    assert found is not None
    return float(found[1])


def is_ready(relay: RunningRelay) -> bool:
    with relay.client() as client:
        return client.get("/ready").status_code == 200


def rooms_of(frame: Frame) -> list[int]:
    return [each["room_id"] for each in frame.data["invitations"]]


async def receives(psql: Psql, room: int, anna: Subscriber, name: str) -> None:
    """Changes of the room and of the hallway still arrive."""
    psql.run("update rooms set name = %s where id = %s", name, room)
    psql.seat(room, name)

    def joined(frame: Frame) -> bool:
        record = frame.data.get("record") if frame.event == "participants" else None
        return record is not None and record["username"] == name

    await anna.until(joined)
    await anna.until(lambda f: f.event == "hallway" and f.data.get("name") == name)


async def test_a_malformed_notification_changes_nothing(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    psql.seat(room, "anna")
    async with follow(f"{relay.url}/rooms/{room}/events", relay.token("anna")) as anna:
        await anna.until(lambda frame: frame.event == "snapshot")
        for number, payload in enumerate(MALFORMED, 1):
            psql.run("select pg_notify(%s, %s)", CHANNEL, payload)
            await receives(psql, room, anna, f"bo {number}")
            malformed = counted(relay, "roomtone_notifications_malformed_total")
            assert malformed == number, payload[:80]
            assert is_ready(relay), payload[:80]


async def test_thousands_of_malformed_notifications_are_counted_and_logged_once(
    psql: Psql, relay: RunningRelay, room: int, caplog: pytest.LogCaptureFixture
) -> None:
    psql.seat(room, "anna")
    async with follow(f"{relay.url}/rooms/{room}/events", relay.token("anna")) as anna:
        await anna.until(lambda frame: frame.event == "snapshot")
        with caplog.at_level(logging.WARNING):
            for _ in range(50):
                psql.run(
                    "select pg_notify(%s, payload) from unnest(%s::text[]) payload",
                    CHANNEL, MALFORMED,
                )  # fmt: skip
            await receives(psql, room, anna, "bo")
        assert counted(relay, "roomtone_notifications_malformed_total") == 50 * len(set(MALFORMED))
        assert len([r for r in caplog.records if "notifications on channel" in r.message]) == 1
        assert is_ready(relay)


async def test_a_false_notification_repeated_ten_thousand_times_costs_a_bounded_number_of_reads(
    psql: Psql, relay: RunningRelay, room: int, connect: Connect
) -> None:
    psql.seat(room, "anna")
    async with follow(f"{relay.url}/rooms/{room}/events", relay.token("anna")) as anna:
        await anna.until(lambda frame: frame.event == "snapshot")
        reads, began = counted(relay, "roomtone_log_reads_total"), time.monotonic()
        other_login = Psql(connect())
        other_login.run("select set_config('test.payload', %s, false)", FAR % room)
        other_login.run(
            "do $$ begin for turn in 1..10000 loop"
            " perform pg_notify('roomtone', current_setting('test.payload')); commit;"
            " end loop; end $$"
        )
        await receives(psql, room, anna, "bo")
        assert await until(lambda: counted(relay, "roomtone_notifications_total") >= 10_000)
        # A hundred at once and fifty a second, which on a slow machine are more seconds.
        most = 150 + 60 * (time.monotonic() - began)
        assert counted(relay, "roomtone_log_reads_total") - reads < most
        assert is_ready(relay)


async def test_a_change_that_a_false_notification_announced_is_read_when_it_comes(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    """A false notification may name exactly the change that comes next: only what was read counts."""
    psql.seat(room, "anna")
    async with follow(f"{relay.url}/rooms/{room}/events", relay.token("anna")) as anna:
        await anna.until(lambda frame: frame.event == "snapshot")
        for turn in range(3):
            head = psql.one("select head_seq from logs where room_id = %s", room)
            for ahead in range(1, 4):
                payload = f'{{"room":{room},"seq":{head + ahead},"hallway":{head + ahead}}}'
                psql.run("select pg_notify(%s, %s)", CHANNEL, payload)
            psql.run("select pg_notify(%s, %s)", CHANNEL, FAR % room)
            await receives(psql, room, anna, f"bo {turn}")


async def test_notifications_of_invented_rooms_and_invitations_displace_no_true_ones(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    psql.seat(room, "anna")
    async with follow(f"{relay.url}/rooms/{room}/events", relay.token("anna")) as anna:
        await anna.until(lambda frame: frame.event == "snapshot")
        rooms = [FAR % (10**12 + number) for number in range(20_000)]
        invitations = [f'{{"invitation":{10**12 + number}}}' for number in range(20_000)]
        psql.run(
            "select pg_notify(%s, payload) from unnest(%s::text[]) payload",
            CHANNEL, rooms + invitations,
        )  # fmt: skip
        await receives(psql, room, anna, "bo")
        other = psql.room("rick", "Den")
        psql.act_as("rick").run("select code from invite_to_room(%s, 'anna')", other)
        psql.act_as(None)
        await anna.until(lambda f: f.event == "invitations" and rooms_of(f) == [other])


def test_the_drill_sends_every_malformed_case() -> None:
    cases = [payload for payload in CASES["payloads"] if payload != WELL_FORMED]
    assert set(cases) <= set(FIXED)
    assert set(GENERATED[:2]) <= set(FIXED)
