"""A relay whose database has users, clubs, rooms, seats and signals, so that random requests find rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from psycopg.types.json import Jsonb
from roomtone.tools.database_server import OPERATOR

from ..people import Psql
from ..running import RunningRelay, run_relay

USERS = ("anna", "ben", "cleo", "dov")


@dataclass
class PopulatedRelay:
    """`known` holds values that are in the database, by the names that requests use for them."""

    relay: RunningRelay
    psql: Psql
    known: dict[str, list[Any]]

    def repopulate(self) -> None:
        """Open rooms and seat the first three users in all of them, whatever earlier requests changed."""
        self.psql.run("delete from bans")
        self.psql.run(
            "update users set username = 'user ' || id where kind = 'person'"
        )  # a request may have renamed them
        for name in USERS:
            user = self.known["user_id"][USERS.index(name)]
            self.psql.run("update users set username = %s where id = %s", name, user)
        if len(self.psql.all("select from rooms where ended_at is null")) < 4:
            for stage in ("open", "moderated"):
                self.psql.room("anna", f"Tea, {stage}", stage)
            self.psql.room("ben", "Ben's")
        self.psql.run(
            "update rooms set locked = false, access = 'open'"
            " where ended_at is null and (locked or access <> 'open')"
        )  # so that everybody may join
        opened = "select id from rooms where ended_at is null and opened_at is not null"
        rooms = [room for (room,) in self.psql.all(opened)]
        for room in rooms:
            for name in USERS[:3]:
                if not self.psql.one(
                    "select peer_id from roster where room_id = %s and username = %s", room, name
                ):
                    self.psql.run(
                        "insert into participants (room_id, user_id) values (%s, %s) on conflict (room_id, user_id)"
                        " do update set peer_id = excluded.peer_id",
                        room,
                        self.psql.person(name),
                    )
        peers = [str(peer) for (peer,) in self.psql.all("select peer_id from roster order by seq")]
        self.known |= {"room_id": [*rooms, 1], "peer_id": peers, "to_peer": peers}
        self.known |= {"from_peer": peers, "id": [*rooms, *self.known["user_id"]]}


@contextmanager
def run_populated_relay(database_url: str, **settings: Any) -> Iterator[PopulatedRelay]:
    """A relay on this database, with users, clubs, rooms and a few signals in it."""
    more = {
        "turn_uris": ("turn:127.0.0.1",),
        "turn_secret": "shared with the TURN server of this test",
    }
    with (
        run_relay(
            database_url, statement_timeout=20, grace=300, streams_per_user=1000, **more | settings
        ) as relay,
        psycopg.connect(database_url, **OPERATOR) as connection,
    ):
        psql = Psql(connection)
        users = [psql.person(name) for name in USERS]
        club = psql.one(
            "insert into clubs (name, owner_id) values ('Tea', %s) returning id", users[0]
        )
        populated = PopulatedRelay(relay, psql, {"user_id": users, "club_id": [club]})
        populated.repopulate()
        offers = psql.all(
            "select newer.room_id, newer.peer_id, older.peer_id from roster older join roster newer using (room_id)"
            " where newer.seq > older.seq and newer.role <> 'AUDIENCE'"
        )
        for room, newcomer, earlier in offers:
            psql.run(
                "insert into signals (room_id, from_peer, to_peer, kind, body) values (%s, %s, %s, 'offer', %s)",
                *(room, newcomer, earlier, Jsonb({"type": "offer", "sdp": "v=0"})),
            )
        yield populated


def client(populated: PopulatedRelay, username: str | None) -> httpx.Client:
    """A client of this user; of an anonymous user for None."""
    relay = populated.relay
    return relay.client(None if username is None else relay.token(username))
