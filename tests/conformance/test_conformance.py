"""What Python and JavaScript must decide alike, by the cases beside this file. JavaScript's half is conformance.test.js."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import pytest
from roomtone.drill.hallway_view import HallwayView
from roomtone.media import mesh as mesh_module
from roomtone.media.audio_connection import AudioOptions
from roomtone.media.direct_connection import DirectCallbacks
from roomtone.media.glare import is_used
from roomtone.media.mesh import RETRIES, Mesh, MeshCallbacks, offers_first, should_connect
from roomtone.media.node_rules import room_node_of, voices_at, voices_now_at
from roomtone.media.route_changes import closes_old_after
from roomtone.media.signaling.client import ConnectionLost, Frame, Ice, Refused, no_servers
from roomtone.media.signaling.events import Event, event_of, seat_of, snapshot_of
from roomtone.media.signaling.held_seat import COMING_BACK
from roomtone.media.signaling.http_client import refusal
from roomtone.media.signaling.outbox import Outbox, Outgoing
from roomtone.media.signaling.room_state import RoomState
from roomtone.paths import CLIENT_WEB, SCHEMA, TRIGGERS
from roomtone.types import Cursor, PeerId, RoomId

from ..patience import comes_true
from ..people import Psql

CASES = Path(__file__).parent
Case = dict[str, Any]


def cases(name: str) -> pytest.MarkDecorator:
    """One test for each case of a file."""
    all_cases = json.loads((CASES / f"{name}.json").read_text("utf-8"))["cases"]
    return pytest.mark.parametrize("case", all_cases, ids=lambda case: case["name"])


def test_every_file_of_cases_is_run_by_both_languages() -> None:
    files = {path.stem for path in CASES.glob("*.json")}
    for runner in ("conformance.test.js", "test_conformance.py"):
        text = (CASES / runner).read_text("utf-8")
        assert {
            name for name in files if f"cases('{name}'" in text or f'cases("{name}"' in text
        } == files


@cases("folding")
def test_what_a_search_compares_is_the_same_in_the_database(case: Case, psql: Psql) -> None:
    assert psql.one("select folded(%s)", case["text"]) == case["folded"]


@cases("connections")
def test_who_connects_with_whom_and_who_offers(case: Case) -> None:
    me, other = seat_of(case["me"]), seat_of(case["other"])
    assert should_connect(me, other) == case["connects"]
    if case["offers"] is not None:
        counted = case.get("counted", False)
        assert offers_first(me, other, counted=counted) == (case["offers"] == "me")


@cases("glare")
def test_which_description_is_used_when_both_sides_offer(case: Case) -> None:
    used = is_used(
        case["kind"],
        polite=case["polite"],
        making_offer=case["making_offer"],
        signaling_state=case["signaling_state"],
    )
    assert used == case["used"]


@cases("room")
def test_who_is_in_a_room(case: Case) -> None:
    state = RoomState()
    for frame in case["frames"]:
        cursor = None if frame["cursor"] is None else Cursor.parse(frame["cursor"])
        data = frame["data"]
        event: Event | None
        if frame["type"] == "snapshot":
            event = snapshot_of(RoomId(1), PeerId("me"), data) if "participants" in data else None
        else:
            event = event_of(Frame(frame["type"], data, cursor))
        if event is not None:
            state = state.after(event)
    present = sorted(
        (seat for seat in state.seats.values() if seat.peer), key=lambda seat: seat.seq
    )
    assert names(present) == case["present"]
    assert names(seat for seat in present if seat.may_speak) == case["stage"]
    assert names(seat for seat in present if seat.audible) == case["heard"]
    audience = None if state.audience is None else asdict(state.audience)
    assert audience == case.get("audience")


@cases("hallway")
def test_which_rooms_are_in_the_window_of_the_hallway(case: Case) -> None:
    view = HallwayView()
    for frame in case["frames"]:
        if frame["type"] == "snapshot":
            view.begin(frame["data"]["hallway"])
        else:
            view.change(frame["data"])
    assert [[room, row["here"]] for room, row in sorted(view.rooms.items())] == case["rooms"]


@cases("routes")
def test_which_route_audio_takes(case: Case) -> None:
    me, seats = seat_of(case["me"]), [seat_of(record) for record in case["seats"]]
    node = room_node_of(seats, case["topology"], me)
    assert (None if node is None else node.username) == case["node"]
    assert ([] if node is None else voices_at(node, me, seats)) == case["voices"]
    assert ([] if node is None else voices_now_at(node, me, seats)) == case.get("voices_now", [])
    meshed = seats if case["topology"] == "mesh" else []
    assert names(seat for seat in meshed if should_connect(me, seat)) == case["direct"]


@cases("route_changes")
def test_when_old_connections_are_closed(case: Case) -> None:
    after = closes_old_after(
        topology=case["topology"],
        node=case["node"],
        mesh_complete=case["mesh_complete"],
        old=case["old"],
        audible=case.get("audible", False),
    )
    assert (None if after is None else after.total_seconds() * 1000) == case["closes_after"]


class Recipients:
    """A signaling client that keeps what arrives for each recipient. It refuses a transaction with a row for `refuses`."""

    def __init__(self, refuses: str | None) -> None:
        self._refuses = refuses
        self.arrived: dict[str, list[Any]] = {}

    async def insert(self, table: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        assert table == "signals"
        if any(row["to_peer"] == self._refuses for row in rows):
            raise Refused("nobody is there", "23514", "signals_recipient_is_seated")
        for row in rows:
            bodies = row["body"] if isinstance(row["body"], list) else [row["body"]]
            self.arrived.setdefault(row["to_peer"], []).extend([row["kind"], b] for b in bodies)
        return []


@cases("signal_order")
async def test_signals_arrive_in_order(case: Case) -> None:
    recipients = Recipients(case["refuses"])
    refused: list[list[str]] = []
    outbox = Outbox(
        recipients,  # type: ignore[arg-type]  # an outbox uses no other method
        lambda signal, _: refused.append([signal.to_peer, signal.kind]),
    )
    for send in case["sends"]:
        to = PeerId(send["to"])
        outbox.put(Outgoing(RoomId(1), PeerId("me"), to, send["kind"], send["body"]))
    last = PeerId("last")
    outbox.put(Outgoing(RoomId(1), PeerId("me"), last, "bye", {}))  # arrives after all others
    running = asyncio.create_task(outbox.run())
    await comes_true(lambda: recipients.arrived.pop(last, None))
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert recipients.arrived == case["arrives"]
    assert refused == case["refused"]


@cases("refusals")
def test_what_a_refusal_means(case: Case) -> None:
    body = "<html>" if case["body"] is None else json.dumps(case["body"])
    error = refusal(httpx.Response(case["status"], text=body))
    assert isinstance(error, ConnectionLost) == case["temporary"]
    if isinstance(error, Refused):
        assert (error.rule, error.message) == (case["rule"], case["message"])
    elif case["message"] is not None:
        assert str(error) == case["message"]


@cases("page_refusals")
def test_the_database_has_the_rules_that_the_page_explains(case: Case) -> None:
    if case["rule"] is not None:
        assert any(case["rule"] in file.read_text("utf-8") for file in sql_files())


ENDS = {"refuse_bad_names": "is_allowed", "refuse_hidden_controls": "has_no_hidden_controls"}
"""How the rules are named that these functions make."""


def test_the_database_has_every_rule_that_the_page_names() -> None:
    sql = "".join(file.read_text("utf-8") for file in sql_files())
    made = re.findall(r"select (refuse_\w+)\('(\w+)', '(\w+)'", sql)  # see 26_text_rules.sql
    rules = sql + " ".join(f"{table}_{column}_{ENDS[function]}" for function, table, column in made)
    tables = "|".join(re.findall(r"create (?:unlogged )?table if not exists (\w+)", sql))
    named = re.compile(rf"(?:'|^ +)((?:{tables})_[a-z][a-z_]*)(?:'|: [\['])", re.MULTILINE)
    found = 0
    for script in CLIENT_WEB.rglob("*.js"):
        for rule in named.findall(script.read_text("utf-8")):
            found += 1
            assert rule in rules, f"{script.name} names the rule {rule}"
    assert found > 20


def sql_files() -> list[Path]:
    return [*SCHEMA.rglob("*.sql"), *TRIGGERS.rglob("*.sql")]


@cases("byes")
def test_what_a_bye_means(case: Case) -> None:
    assert (case["name"] in COMING_BACK) == case["goes_on"]


async def test_a_connection_that_cannot_be_made_is_reported(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """JavaScript shows it on the page; Python writes it into the log. Neither is silent."""
    made: asyncio.Queue[Callable[[str], None]] = asyncio.Queue()

    class Breaking:
        """A connection that breaks when the test says so."""

        offers = True
        connected = False

        def __init__(self, _ice: Ice, _audio: AudioOptions, callbacks: DirectCallbacks, **_: Any):
            made.put_nowait(callbacks.on_broken)

        def start(self) -> None: ...

        async def close(self) -> None: ...

    monkeypatch.setattr(mesh_module, "DirectConnection", Breaking)
    monkeypatch.setattr(mesh_module, "PAUSE", 0)
    callbacks = MeshCallbacks(send=lambda *_: None, forget=lambda _: None, on_track=lambda *_: None)
    mesh = Mesh(no_servers, AudioOptions(None, receives=False), callbacks)
    [pair] = [
        c
        for c in json.loads((CASES / "connections.json").read_text())["cases"]
        if c["offers"] == "me"
    ][:1]
    await mesh.update(seat_of(pair["me"]), [seat_of(pair["other"])])
    with caplog.at_level(logging.WARNING):
        for _ in range(RETRIES + 1):
            breaks = await made.get()
            breaks("no way was found")
    assert f"the connection with {pair['other']['username']} cannot be made" in caplog.text
    await mesh.close()


def names(seats: Any) -> list[str]:
    return [seat.username for seat in seats]
