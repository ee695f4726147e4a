"""Reads a replication slot as it streams (PostgreSQL manual, 53.4 and 53.5): rows that were inserted, as pgoutput sends them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

import psycopg
from psycopg import generators
from psycopg.pq import ExecStatus
from psycopg.rows import TupleRow

HEADER: Final = 5
"""Bytes of a CopyData message beside its content."""
CONFIRMS_EVERY: Final = 1.0
"""Seconds. To confirm every commit, each follower cost PostgreSQL one more message for each write; pg_recvlogical confirms every ten."""
EPOCH: Final = 946_684_800  # Unix time of 2000-01-01, from which PostgreSQL counts microseconds


class Slot:
    """A session that streams one slot. A new session goes on after `read_to`, the position of the last commit that was read."""

    def __init__(self, connection: psycopg.AsyncConnection[TupleRow], read_to: int) -> None:
        self._connection = connection
        self._pg = connection.pgconn
        self._confirmed_at = 0.0
        self.read_to = read_to
        self.received = 0

    async def start(self, slot: str, publication: str) -> None:
        """Raises OperationalError."""
        command = (
            f"START_REPLICATION SLOT {slot} LOGICAL {self.read_to >> 32:X}/{self.read_to & 0xFFFFFFFF:X}"
            f" (proto_version '1', publication_names '{publication}')"
        )
        self._pg.send_query(command.encode())
        (answer, *_) = await self._connection.wait(generators.execute(self._pg))
        if answer.status != ExecStatus.COPY_BOTH:
            words = answer.error_message.decode(errors="replace")
            raise psycopg.OperationalError(words)

    async def read(self) -> list[list[str | None]]:
        """The rows of the next message, none if it is about something else. Raises OperationalError at the end."""
        data = await self._connection.wait(generators.copy_from(self._pg))
        if not isinstance(data, memoryview):
            raise psycopg.OperationalError("the replication ended")
        self.received += HEADER + len(data)
        message = bytes(data)
        if message[:1] == b"k":
            if message[17]:
                self.read_to = max(self.read_to, int.from_bytes(message[1:9]))
                await self._confirm()
            return []
        content = message[25:]
        match content[:1]:
            case b"I":
                return [list(_columns(content[6:]))]
            case b"C":
                self.read_to = int.from_bytes(content[10:18])
                if time.monotonic() - self._confirmed_at > CONFIRMS_EVERY:
                    await self._confirm()
        return []

    async def _confirm(self) -> None:
        """Standby status update: written, flushed and applied up to here, so PostgreSQL need not keep it."""
        self._confirmed_at = time.monotonic()
        now = int((time.time() - EPOCH) * 1_000_000)
        message = b"r" + self.read_to.to_bytes(8) * 3 + now.to_bytes(8) + b"\0"
        await self._connection.wait(generators.copy_to(self._pg, message, flush=True))


def _columns(row: bytes) -> Iterator[str | None]:
    """The columns of a TupleData, as text."""
    at = 2
    for _ in range(int.from_bytes(row[:2])):
        kind = row[at : at + 1]
        at += 1
        if kind != b"t":
            yield None
            continue
        size = int.from_bytes(row[at : at + 4])
        at += 4
        yield row[at : at + size].decode()
        at += size
