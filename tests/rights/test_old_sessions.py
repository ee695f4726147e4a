"""An older session of a seat can do nothing, by any interface."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..following import follow
from ..people import Psql
from ..running import RunningRelay, run_relay
from ..server.rows_world import problem

pytestmark = pytest.mark.anyio


@pytest.fixture
def relay(database_url: str) -> Iterator[RunningRelay]:
    with run_relay(database_url) as running:
        yield running


async def test_an_older_session_can_do_nothing_with_the_seat(
    psql: Psql, relay: RunningRelay
) -> None:
    room = psql.room("rick")
    rick = psql.seat(room, "rick")
    with relay.sign_in("anna") as anna:
        join = {"room_id": room}
        old = anna.post("/rows/rpc/join_room", json=join).json()["peer_id"]
        new = anna.post("/rows/rpc/join_room", json=join).json()["peer_id"]
        assert old != new

        left = anna.post("/rows/rpc/leave_room", json=join | {"peer_id": old})
        assert left.json() is False
        signal = {"room_id": room, "to_peer": rick, "from_peer": old, "kind": "bye", "body": {}}
        refused = anna.post("/rows/signals", json=signal)
        problem(refused, 400, "23514", "signals_sender_is_seated")
        seat = f"/rows/participants?room_id=eq.{room}&peer_id=eq.{old}"
        for done in (anna.patch(seat, json={"muted": False}), anna.delete(seat)):
            assert done.status_code in (200, 204)
        polled = anna.get(
            f"/rooms/{room}/events", params={"peer_id": old}, headers={"Accept": "application/json"}
        )
        problem(polled, 403, "42501", "participants_peer_id_is_current")
        token = anna.headers["Authorization"].removeprefix("Bearer ")
        async with follow(f"{relay.url}/rooms/{room}/events", token, peer_id=old) as stale:
            assert (stale.status, (stale.problem or {})["rule"]) == (
                403, "participants_peer_id_is_current",
            )  # fmt: skip

        assert psql.all("select peer_id::text, muted from roster where username = 'anna'") == [
            (new, True)
        ]
        assert anna.post("/rows/signals", json=signal | {"from_peer": new}).status_code == 201


async def test_a_user_cannot_use_the_session_of_another(psql: Psql, relay: RunningRelay) -> None:
    """A `peer_id` is public, and of no use to anybody but its user."""
    room = psql.room("rick")
    rick, anna = psql.seat(room, "rick"), psql.seat(room, "anna")
    psql.seat(room, "eve")
    with relay.sign_in("eve") as eve:
        assert eve.get(f"/rows/roster?peer_id=eq.{anna}").json()[0]["username"] == "anna"
        signal = {"room_id": room, "to_peer": rick, "from_peer": anna, "kind": "bye", "body": {}}
        problem(eve.post("/rows/signals", json=signal), 400, "23514", "signals_sender_is_seated")
        left = eve.post("/rows/rpc/leave_room", json={"room_id": room, "peer_id": anna})
        assert left.json() is False
    async with follow(f"{relay.url}/rooms/{room}/events", relay.token("eve"), peer_id=anna) as eve_:
        assert eve_.status == 403
    assert psql.roster(room) == ["rick", "anna", "eve"]
