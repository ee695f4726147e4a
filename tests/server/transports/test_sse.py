"""The event stream: a snapshot, then every change once and in order, also after failures."""

from __future__ import annotations

import pytest

from ...following import Frame, follow, goes, joins
from ...people import Psql
from ...running import RunningRelay

pytestmark = [pytest.mark.anyio, pytest.mark.shares_a_relay]


def events(relay: RunningRelay, room: int) -> str:
    return f"{relay.url}/rooms/{room}/events"


async def test_a_fresh_stream_opens_with_the_room_and_the_hallway(
    psql: Psql, relay: RunningRelay
) -> None:
    room = psql.room("rick")
    psql.seat(room, "rick")
    peer = psql.seat(room, "anna")
    relay.shows(room, here=2)
    async with follow(events(relay, room), relay.token("anna"), peer_id=peer) as anna:
        first = await anna.until(lambda frame: frame.event == "snapshot")
        assert anna.headers["content-type"].startswith("text/event-stream")
        assert anna.headers["cache-control"] == "no-store"
        assert anna.headers["x-accel-buffering"] == "no"
        assert first.id == first.data["cursor"]
        assert first.data["room"]["name"] == "Tea"
        assert [p["username"] for p in first.data["participants"]] == ["rick", "anna"]
        assert [row["here"] for row in first.data["hallway"]] == [2]


async def test_rows_written_in_psql_are_seen_at_once_and_in_order(
    psql: Psql, relay: RunningRelay
) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    async with follow(events(relay, room), relay.token("anna")) as anna:
        await anna.until(lambda frame: frame.event == "snapshot")
        psql.seat(room, "bo")
        psql.run("update participants set muted = false where room_id = %s", room)
        psql.run("delete from participants where user_id = %s", psql.person("bo"))
        await anna.until(goes("bo"))
        assert anna.seqs == [3, 4, 5, 6]
        arrival = await anna.until(joins("bo"))
        assert arrival.id is not None
        assert arrival.id.endswith("-3")
        assert set(arrival.data) >= {
            "seq", "table", "type", "record", "old_record", "commit_timestamp", "recipient", "heard_at",
        }  # fmt: skip
        await anna.until(lambda f: f.event == "hallway" and f.data["here"] == 1 and f.id is None)


async def test_a_stream_resumes_exactly_where_it_was(psql: Psql, relay: RunningRelay) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    token = relay.token("anna")
    async with follow(events(relay, room), token) as anna:
        psql.seat(room, "bo")
        last = (await anna.until(joins("bo"))).id
    psql.seat(room, "cleo")
    psql.seat(room, "dan")
    async with follow(events(relay, room), token, after=last) as anna:
        psql.seat(room, "eve")
        await anna.until(joins("eve"))
        assert anna.seqs == [4, 5, 6]
        assert [f for f in anna.changes("snapshot") if "room" in f.data] == []
        assert (await anna.until(lambda f: f.event == "snapshot")).id is None
    async with follow(events(relay, room), token, last_event_id=str(last)) as anna:
        await anna.until(joins("eve"))
        assert anna.seqs == [4, 5, 6]


@pytest.mark.parametrize(
    "cursor", ["1-1", "nonsense", "99999999999999-3", "-", "1-999999999999999999"]
)
async def test_a_cursor_the_log_does_not_know_gets_a_fresh_snapshot(
    psql: Psql, relay: RunningRelay, cursor: str
) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    async with follow(events(relay, room), relay.token("anna"), after=cursor) as anna:
        first = await anna.until(lambda frame: frame.event == "snapshot")
        assert first.data["room"]["id"] == room


async def test_a_cursor_from_the_future_gets_a_fresh_snapshot(
    psql: Psql, relay: RunningRelay
) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    epoch = psql.one("select epoch from logs where room_id = %s", room)
    async with follow(events(relay, room), relay.token("anna"), after=f"{epoch}-4711") as anna:
        assert (await anna.until(lambda f: f.event == "snapshot")).data["cursor"] == f"{epoch}-2"


async def test_a_cursor_of_another_room_gets_a_fresh_snapshot(
    psql: Psql, relay: RunningRelay
) -> None:
    # Opened by one statement, in the same millisecond.
    psql.run(
        "insert into rooms (name, host_id) select name, %s from (values ('one'), ('two')) t (name)",
        psql.person("rick"),
    )
    one, two = (room for (room,) in psql.all("select id from rooms order by id"))
    psql.seat(one, "anna")
    psql.seat(two, "anna")
    cursor = psql.one("select epoch || '-' || head_seq from logs where room_id = %s", one)
    async with follow(events(relay, two), relay.token("anna"), after=cursor) as anna:
        assert (await anna.until(lambda f: f.event == "snapshot")).data["room"]["id"] == two


async def test_a_signal_reaches_its_recipient_alone(psql: Psql, relay: RunningRelay) -> None:
    room = psql.room("rick")
    rick = psql.seat(room, "rick")
    psql.seat(room, "bo")
    psql.seat(room, "anna")
    async with (
        follow(events(relay, room), relay.token("rick")) as hears,
        follow(events(relay, room), relay.token("bo")) as does_not,
    ):
        await hears.until(lambda f: f.event == "snapshot")
        await does_not.until(lambda f: f.event == "snapshot")
        psql.act_as("anna").signal(room, rick, "offer", {"type": "offer", "sdp": "x" * 20_000})
        psql.act_as(None).seat(room, "cleo")
        signal = await hears.until(lambda f: f.event == "signals")
        assert len(signal.data["record"]["body"]["sdp"]) == 20_000
        await hears.until(joins("cleo"))
        await does_not.until(joins("cleo"))
        assert hears.seqs == [5, 6]
        assert does_not.seqs == [6]


async def test_signals_sent_before_the_stream_opened_are_in_its_snapshot(
    psql: Psql, relay: RunningRelay
) -> None:
    room = psql.room("rick")
    rick = psql.seat(room, "rick")
    psql.seat(room, "anna")
    psql.act_as("anna").signal(room, rick, "offer")
    async with follow(events(relay, room), relay.token("rick")) as stream:
        first = await stream.until(lambda f: f.event == "snapshot")
        assert [signal["kind"] for signal in first.data["signals"]] == ["offer"]


async def test_a_crash_that_empties_the_log_gives_a_fresh_snapshot(
    psql: Psql, relay: RunningRelay
) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    async with follow(events(relay, room), relay.token("anna")) as anna:
        first = await anna.until(lambda f: f.event == "snapshot")
        with psql.connection.transaction():  # the relay may read the logs at any moment
            psql.run("truncate logs, events")
            psql.seat(room, "bo")
        again = await anna.until(lambda f: f.event == "snapshot" and f.id not in (first.id, None))
        assert [p["username"] for p in again.data["participants"]] == ["anna", "bo"]
        psql.seat(room, "cleo")
        await anna.until(joins("cleo"))
        assert anna.seqs == [4]


async def test_who_opens_a_stream_after_a_crash_begins_the_log_again(
    psql: Psql, relay: RunningRelay
) -> None:
    """Also where others have followed the room since before the crash, and nothing was written after it."""
    room = psql.room("rick")
    peers = {name: psql.seat(room, name) for name in ("anna", "bo", "cleo")}
    async with follow(events(relay, room), relay.token("anna")) as anna:
        first = await anna.until(lambda f: f.event == "snapshot")
        psql.run("truncate logs, events")
        with relay.client(relay.token("bo")) as bo:
            path, peer = f"/rooms/{room}/events", {"peer_id": peers["bo"]}
            polled = bo.get(path, params=peer, headers={"Accept": "application/json"})
        assert len(polled.raise_for_status().json()["snapshot"]["participants"]) == 3
        again = await anna.until(lambda f: f.event == "snapshot" and f.id not in (first.id, None))
        psql.run("truncate logs, events")
        async with follow(events(relay, room), relay.token("cleo")) as cleo:
            newest = await cleo.until(lambda f: f.event == "snapshot")
            await anna.until(lambda f: f.event == "snapshot" and epoch(f) == epoch(newest))
            psql.seat(room, "dan")
            await cleo.until(joins("dan"))
            await anna.until(joins("dan"))
        assert len({epoch(first), epoch(again), epoch(newest)}) == 3


def epoch(frame: Frame) -> str:
    return str(frame.id).split("-")[0]


async def test_a_lost_listener_costs_a_delay_and_never_an_event(
    psql: Psql, relay: RunningRelay
) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    async with follow(events(relay, room), relay.token("anna")) as anna:
        await anna.until(lambda f: f.event == "snapshot")
        killed = psql.run(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'roomtone listener' and datname = current_database()"
        )
        assert killed == 1
        psql.seat(room, "bo")
        await anna.until(joins("bo"))
        assert anna.seqs == [3]


async def test_every_subscriber_gets_every_event_once_through_many_notifications(
    psql: Psql, relay: RunningRelay
) -> None:
    room = psql.room("rick")
    for name in ("anna", "bo", "cleo"):
        psql.seat(room, name)
    async with (
        follow(events(relay, room), relay.token("anna")) as one,
        follow(events(relay, room), relay.token("bo")) as two,
    ):
        for stream in (one, two):
            await stream.until(lambda f: f.event == "snapshot")
        for n in range(300):
            muted = bool(n % 2)
            psql.run(
                "update participants set muted = %s where user_id = %s", muted, psql.person("cleo")
            )
        psql.seat(room, "last")
        for stream in (one, two):
            await stream.until(joins("last"))
            assert stream.seqs == list(range(5, 306))


async def test_the_hallway_stream_sends_new_changed_and_ended_rooms(
    psql: Psql, relay: RunningRelay
) -> None:
    async with follow(f"{relay.url}/hallway/events", relay.token("anna")) as anna:
        first = await anna.until(lambda f: f.event == "snapshot")
        assert first.data == {"hallway": [], "invitations": []}
        room = psql.room("rick", "Tea")
        await anna.until(lambda f: f.event == "hallway" and f.data["name"] == "Tea")
        psql.seat(room, "bo")
        await anna.until(lambda f: f.event == "hallway" and f.data["people"] != [])
        psql.run("update rooms set name = 'Coffee' where id = %s", room)
        await anna.until(lambda f: f.event == "hallway" and f.data["name"] == "Coffee")
        psql.act_as("rick").one("select end_room(%s)", room)
        gone = await anna.until(lambda f: f.event == "hallway" and f.data["ended_at"] is not None)
        assert gone.data["id"] == room


async def test_a_room_deleted_by_hand_vanishes_from_the_hallway(
    psql: Psql, relay: RunningRelay
) -> None:
    room = psql.room("rick", "Tea")
    relay.shows(room)
    async with follow(f"{relay.url}/hallway/events", relay.token("anna")) as anna:
        first = await anna.until(lambda f: f.event == "snapshot")
        psql.run("delete from rooms where id = %s", room)
        gone = await anna.until(lambda f: f.event == "hallway" and f.data["ended_at"] is not None)
        assert gone.data["id"] == room
        assert gone.data["cursor"] == first.data["hallway"][0]["cursor"]


async def test_the_hallway_says_which_club_changed_to_streams_and_polls(
    psql: Psql, relay: RunningRelay
) -> None:
    founder = psql.person("rick")
    json_wanted = {"Accept": "application/json"}
    with relay.sign_in("bo") as bo:
        cursor = bo.get("/hallway/events", headers=json_wanted).json()["cursor"]
        async with follow(f"{relay.url}/hallway/events", relay.token("anna")) as anna:
            await anna.until(lambda f: f.event == "snapshot")
            club = psql.one(
                "insert into clubs (name, owner_id) values ('Tea', %s) returning id", founder
            )
            await anna.until(lambda f: f.event == "clubs" and f.data == {"clubs": [club]})
        asked = {"after": cursor, "wait": "5"}
        polled = bo.get("/hallway/events", headers=json_wanted, params=asked).json()
        assert polled["clubs"] == [{"clubs": [club]}]
