"""Polling and long-polling: the same log by the same cursor."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

import httpx
import pytest
from roomtone.transports.following import wait_for_news

from ...patience import PATIENCE, eventually
from ...people import Psql
from ...running import RunningRelay, run_relay

JSON = {"Accept": "application/json"}


pytestmark = pytest.mark.shares_a_relay


@pytest.fixture(scope="module")
def path() -> None:
    """A poll has one."""


@pytest.fixture
def room(psql: Psql) -> int:
    room = psql.room("rick")
    psql.seat(room, "anna")
    return room


@pytest.fixture
def anna(relay: RunningRelay) -> Iterator[httpx.Client]:
    with relay.sign_in("anna") as client:
        yield client


def test_the_first_poll_gets_a_snapshot_and_the_next_what_came_after(
    psql: Psql, room: int, anna: httpx.Client
) -> None:
    first = anna.get(f"/rooms/{room}/events", headers=JSON).json()
    assert first["snapshot"]["cursor"] == first["cursor"]
    assert first["events"] == []
    psql.seat(room, "bo")
    answer = anna.get(f"/rooms/{room}/events", headers=JSON, params={"after": first["cursor"]})
    assert answer.headers["cache-control"] == "no-store"
    then = answer.json()
    assert [event["record"]["username"] for event in then["events"]] == ["bo"]
    assert "snapshot" not in then
    last = anna.get(f"/rooms/{room}/events", headers=JSON, params={"after": then["cursor"]}).json()
    assert last == {"events": [], "cursor": then["cursor"]}


def test_a_long_poll_is_answered_by_the_notification(
    psql: Psql, room: int, anna: httpx.Client
) -> None:
    cursor = anna.get(f"/rooms/{room}/events", headers=JSON).json()["cursor"]
    asked = {"after": cursor, "wait": "60"}  # the next user joins sooner, so the notification was
    with asking(psql, anna, f"/rooms/{room}/events", asked) as answers:
        working = (
            "select count(*) from pg_stat_activity where datname = current_database()"
            " and application_name like 'roomtone relay%%' and state <> 'idle'"
        )
        eventually(lambda: not psql.one(working))  # it uses no database connection while it waits
        psql.seat(room, "bo")
    assert [event["table"] for event in answers[0].json()["events"]] == ["participants"]


def test_a_long_poll_without_news_is_answered_empty(room: int, anna: httpx.Client) -> None:
    cursor = anna.get(f"/rooms/{room}/events", headers=JSON).json()["cursor"]
    answer = anna.get(
        f"/rooms/{room}/events", headers=JSON, params={"after": cursor, "wait": "0.2"}
    )
    assert answer.json() == {"events": [], "cursor": cursor}


def test_a_cursor_the_log_does_not_reach_back_to_gets_a_snapshot(
    room: int, anna: httpx.Client
) -> None:
    answer = anna.get(f"/rooms/{room}/events", headers=JSON, params={"after": "17-4"}).json()
    assert answer["snapshot"]["room"]["id"] == room


@pytest.mark.parametrize(
    "query",
    [
        {"after": "17"},
        {"after": "a-b"},
        {"wait": "9999"},
        {"wait": "-1"},
        {"wait": "soon"},
        {"wait": "nan"},
        {"wait": "1_0"},
        {"wait": "1e1"},
        {"wait": "٣"},
    ],
)
def test_an_invalid_poll_is_refused(room: int, anna: httpx.Client, query: dict[str, str]) -> None:
    answer = anna.get(f"/rooms/{room}/events", headers=JSON, params=query)
    assert (answer.status_code, answer.json()["code"]) == (400, "PGRST100")


def test_polling_is_presence(psql: Psql, database_url: str) -> None:
    room = psql.room("rick")
    with run_relay(database_url) as relay, relay.sign_in("anna") as anna:
        joined = anna.post("/rows/participants", json={"room_id": room})
        assert joined.status_code == 201
        expires = "select expires_at from participants where peer_id is not null"

        def renewed(before: datetime) -> bool:
            return (psql.one(expires) or before) > before

        # Each poll starts the grace period again, so the seat never expires.
        for _ in range(3):
            before = psql.one(expires)
            assert anna.get(f"/rooms/{room}/events", headers=JSON, params={"wait": "0"}).is_success
            eventually(partial(renewed, before))


def test_the_hallway_is_polled_by_a_cursor_of_its_own(
    psql: Psql, relay: RunningRelay, room: int, anna: httpx.Client
) -> None:
    relay.shows(room, here=1)
    first = anna.get("/hallway/events", headers=JSON).json()
    assert [row["id"] for row in first["snapshot"]["hallway"]] == [room]
    assert first["hallway"] == []
    psql.run("update rooms set name = 'Coffee' where id = %s", room)
    asked = {"after": first["cursor"], "wait": "60"}
    then = anna.get("/hallway/events", headers=JSON, params=asked).json()
    assert [row["name"] for row in then["hallway"]] == ["Coffee"]
    assert "snapshot" not in then
    other = anna.get("/hallway/events", headers=JSON, params={"after": "17-4"}).json()
    assert other["snapshot"]["hallway"][0]["name"] == "Coffee"


def test_a_poll_of_a_room_includes_the_hallway_on_request(
    psql: Psql, relay: RunningRelay, room: int, anna: httpx.Client
) -> None:
    relay.shows(room, here=1)
    url = f"/rooms/{room}/events"
    first = anna.get(url, headers=JSON, params={"hallway": ""}).json()
    assert first["snapshot"]["hallway"][0]["id"] == room
    assert first["snapshot"]["participants"][0]["username"] == "anna"
    psql.run("update rooms set name = 'Coffee' where id = %s", room)
    names = []
    cursors = {"after": first["cursor"], "hallway": first["hallway_cursor"]}
    ends = time.monotonic() + PATIENCE
    while "Coffee" not in names and time.monotonic() < ends:
        then = anna.get(url, headers=JSON, params=cursors | {"wait": "5"}).json()
        cursors = {"after": then["cursor"], "hallway": then["hallway_cursor"]}
        names += [row["name"] for row in then["hallway"]]
        assert "snapshot" not in then
    assert names == ["Coffee"]


@pytest.mark.parametrize("reason", ["removed", "banned", "room ended", "taken over", "left"])
def test_a_poll_after_the_seat_was_lost_says_why(
    psql: Psql, room: int, anna: httpx.Client, reason: str
) -> None:
    psql.seat(room, "rick")
    first = anna.get(f"/rooms/{room}/events", headers=JSON).json()
    [peer] = [p["peer_id"] for p in first["snapshot"]["participants"] if p["username"] == "anna"]
    if reason == "removed":
        anna_id = psql.person("anna")
        psql.act_as("rick").run("delete from participants where user_id = %s", anna_id)
    elif reason == "banned":
        psql.act_as("rick").one("select ban_from_room(%s, 'anna')", room)
    elif reason == "room ended":
        psql.act_as("rick").one("select end_room(%s)", room)
    elif reason == "left":
        psql.act_as("anna").one("select leave_room(%s)", room)
    else:
        psql.act_as("anna").one("select join_room(%s)", room)
    asked = {"peer_id": peer, "after": first["cursor"]}
    answer = anna.get(f"/rooms/{room}/events", headers=JSON, params=asked)
    assert answer.json() == {"events": [], "cursor": first["cursor"], "bye": {"reason": reason}}
    # A session that never read the log has no cursor of it.
    unread = anna.get(f"/rooms/{room}/events", headers=JSON, params=asked | {"after": "0-0"})
    assert unread.json() == {"events": [], "cursor": "0-0", "bye": {"reason": reason}}
    # And one may have read the event, without having seen that it was its end.
    head = psql.act_as(None).one(
        "select concat(epoch, '-', head_seq) from logs where room_id = %s", room
    )
    read = anna.get(f"/rooms/{room}/events", headers=JSON, params=asked | {"after": head})
    assert read.json() == {"events": [], "cursor": head, "bye": {"reason": reason}}
    unknown = anna.get(f"/rooms/{room}/events", headers=JSON, params={"peer_id": peer})
    assert unknown.status_code in (400, 403)


def test_losing_the_seat_answers_a_long_poll_with_the_reason(
    psql: Psql, room: int, anna: httpx.Client
) -> None:
    first = anna.get(f"/rooms/{room}/events", headers=JSON).json()
    # With its session: the seat may be gone before the poll has read the log, and then only that says whose it was.
    [peer] = [p["peer_id"] for p in first["snapshot"]["participants"] if p["username"] == "anna"]
    asked = {"after": first["cursor"], "wait": "25", "peer_id": peer}
    with asking(psql, anna, f"/rooms/{room}/events", asked) as answers:
        psql.run("delete from participants where user_id = %s", psql.person("anna"))
    assert answers[0].json()["bye"] == {"reason": "removed"}


def test_an_event_and_its_row_of_the_hallway_are_one_answer(
    psql: Psql, room: int, anna: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = threading.Event()

    async def wait(*news: Any) -> bool:
        waits.set()
        return await wait_for_news(*news)

    monkeypatch.setattr("roomtone.transports.polling.wait_for_news", wait)
    monkeypatch.setattr("roomtone.transports.polling.HALLWAY_DELAY", PATIENCE)
    url = f"/rooms/{room}/events"
    first = anna.get(url, headers=JSON, params={"hallway": ""}).json()
    cursors = {"after": first["cursor"], "hallway": first["hallway_cursor"]}
    together, names = False, (f"room {n}" for n in range(60))
    # On a busy machine the row may arrive before the event, several times. A name is sent at once, numbers are not.
    while not together:
        name = next(names)
        waits.clear()
        with asking(psql, anna, url, cursors | {"wait": "25"}) as answers:
            # Other news, such as numbers of the room, may answer it before it waits.
            eventually(lambda: waits.is_set() or answers)
            psql.run("update rooms set name = %s where id = %s", name, room)
        reply = answers[0].json()
        together = bool(reply["events"] and reply["hallway"])
        events, rows = reply["events"], reply["hallway"]
        # Then the next poll gets the other.
        while not events or name not in [row["name"] for row in rows]:
            cursors = {"after": reply["cursor"], "hallway": reply["hallway_cursor"], "wait": "25"}
            reply = anna.get(url, headers=JSON, params=cursors).json()
            events, rows = events + reply["events"], rows + reply["hallway"]
        assert [event["record"]["name"] for event in events] == [name]
        cursors = {"after": reply["cursor"], "hallway": reply["hallway_cursor"]}


@contextmanager
def asking(
    psql: Psql, client: httpx.Client, url: str, question: dict[str, str]
) -> Iterator[list[httpx.Response]]:
    """Do something while this poll waits, or is answered already. The answer is there when the block ends."""
    follows = "select count(*) from participants where served_by is not null and expires_at is null"
    eventually(lambda: not psql.one(follows))  # the relay has finished the poll before this one
    answers: list[httpx.Response] = []
    thread = threading.Thread(
        target=lambda: answers.append(client.get(url, headers=JSON, params=question))
    )
    thread.start()
    eventually(lambda: answers or psql.one(follows))
    yield answers
    thread.join(PATIENCE)
    assert answers
