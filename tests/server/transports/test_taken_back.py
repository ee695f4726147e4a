"""An event that was taken back is sent to no subscriber any more, by any technique."""

from __future__ import annotations

import json

import pytest
from roomtone.log.frame import Frame
from roomtone.log.room_log import Arrived, Entry, LogReader, RoomLog
from roomtone.log.subscriber import News
from roomtone.types import Cursor, PeerId, RoomId, UserId

from ...following import follow, joins
from ...people import Psql
from ...running import RunningRelay
from ...sockets import open_socket

pytestmark = [pytest.mark.anyio, pytest.mark.shares_a_relay]

SECRET = "my secret"


async def test_a_message_that_was_taken_back_is_not_read_again(
    psql: Psql, relay: RunningRelay
) -> None:
    """By users who had a seat, from their cursor; and by a late participant, from an invented cursor."""
    room = psql.room("rick")
    psql.seat(room, "rick")
    psql.seat(room, "anna")
    events = f"{relay.url}/rooms/{room}/events"
    epoch = psql.one("select epoch from logs")
    async with follow(events, relay.token("anna")) as anna:
        await anna.until(lambda f: f.event == "snapshot")
        with relay.sign_in("rick") as rick:
            said = rick.post("/rows/rpc/say", json={"room_id": room, "body": SECRET})
            await anna.until(lambda f: f.event == "messages" and f.data["record"]["body"] == SECRET)
            gone = rick.delete(f"/rows/messages?id=eq.{said.json()}")
            assert gone.status_code in (200, 204)
            await anna.until(lambda f: f.event == "messages" and f.data["type"] == "DELETE")
    psql.seat(room, "late")
    taken_back = ("messages", "DELETE")
    for name in ("anna", "late"):
        token, after = relay.token(name), f"{epoch}-0"
        async with follow(events, token, after=after) as stream:
            await stream.until(lambda f: f.event == "messages" and f.data["type"] == "DELETE")
            assert SECRET not in json.dumps([f.data for f in stream.frames])
        async with open_socket(f"{relay.url}/rooms/{room}/socket", token, after=after) as caller:
            await caller.until(lambda f: f.event == "messages" and f.data["type"] == "DELETE")
            assert SECRET not in json.dumps([f.data for f in caller.frames])
        with relay.client(token) as client:
            for wait in ("0", "5"):
                answer = client.get(
                    events,
                    params={"after": after, "wait": wait},
                    headers={"Accept": "application/json"},
                )
                read = [(event["table"], event["type"]) for event in answer.json()["events"]]
                assert taken_back in read
                assert SECRET not in answer.text
            for path in (
                f"/rows/rpc/replay_room?room_id={room}",
                f"/rows/rpc/room_snapshot?room_id={room}",
                "/rows/messages",
            ):
                answer = client.get(path)
                assert (answer.status_code, SECRET in answer.text) == (200, False), path


def test_the_relay_learns_which_event_was_taken_back(psql: Psql) -> None:
    room = psql.room("rick")
    psql.seat(room, "rick")
    message = psql.act_as("rick").one("select say(%s, %s)", room, SECRET)
    read = (
        "select seq, recipient, taken_back_seq from relay_read(array[%s::bigint], array[2::bigint])"
    )
    assert psql.act_as(None).all(read, room) == [(3, None, None)]
    psql.act_as("rick").run("delete from messages where id = %s", message)
    assert psql.act_as(None).all(read, room) == [(3, 0, None), (4, None, 3)]


def test_a_slow_reader_never_gets_an_event_that_was_taken_back() -> None:
    log = RoomLog(RoomId(1), epoch=7, head=0)
    behind = LogReader(log, UserId(1), PeerId("a"), News())
    log.subscribe(behind)
    behind.begin()
    for seq, gone in ((1, None), (2, None), (3, 2), (4, 2)):
        entry = Entry(seq, Frame("messages", str(seq), Cursor(7, seq)), taken_back_seq=gone)
        log.append([Arrived(entry)])
    assert [entry.seq for entry in behind.take()] == [1, 3, 4]


async def test_a_late_participant_of_an_invited_room_does_not_learn_by_any_technique_who_had_a_seat(
    psql: Psql, relay: RunningRelay
) -> None:
    room = psql.room("rick")
    psql.run("update rooms set access = 'invited' where id = %s", room)
    for name in ("early", "late"):
        psql.run("insert into guests (room_id, user_id) values (%s, %s)", room, psql.person(name))
    psql.seat(room, "early")
    psql.act_as("early").one("select say(%s, 'good evening')", room)
    psql.one("select leave_room(%s)", room)
    psql.act_as(None).seat(room, "late")
    token = relay.token("late")
    after = f"{psql.one('select epoch from logs where room_id = %s', room)}-0"
    events = f"{relay.url}/rooms/{room}/events"
    read = []
    async with follow(events, token, after=after) as stream:
        await stream.until(joins("late"))
        read.append([f.data for f in stream.frames if f.id and f.event != "snapshot"])
    async with open_socket(f"{relay.url}/rooms/{room}/socket", token, after=after) as caller:
        await caller.until(joins("late"))
        read.append([f.data for f in caller.frames if f.id and f.event != "snapshot"])
    with relay.client(token) as client:
        for wait in ("0", "5"):
            asked = {"after": after, "wait": wait}
            answer = client.get(events, params=asked, headers={"Accept": "application/json"})
            read.append(answer.json()["events"])
    for reply in read:
        assert [(event["table"], event["record"]["username"]) for event in reply] == [
            ("messages", "early"),
            ("participants", "late"),
        ]
