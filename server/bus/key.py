"""The key that pump and relays share by the database. It signs what is published: others who may publish on the bus cannot invent events.

A message is 16 bytes of keyed BLAKE2b, a letter for its kind, and its body.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Final

from ..postgres.roles import Connection
from ..types import RoomId

SIGNED: Final = 16  # bytes
FORMAT: Final = b"1"  # of all messages; another one has other subjects


@dataclass(frozen=True)
class BusKey:
    """All subjects begin with a digest of the key, so two Roomtones can use one NATS, and so can two releases with other messages."""

    secret: str = field(repr=False)

    def seal(self, kind: bytes, body: bytes) -> bytes:
        return self._signature(kind + body) + kind + body

    def open(self, message: bytes) -> tuple[bytes, bytes]:
        """Kind and body. Raises ValueError."""
        signature, signed = message[:SIGNED], message[SIGNED:]
        if not signed or not hmac.compare_digest(signature, self._signature(signed)):
            raise ValueError("not signed with this database's key")
        return signed[:1], signed[1:]

    @property
    def beats(self) -> str:
        return f"{self._subjects}.beats"

    @property
    def notifications(self) -> str:
        return f"{self._subjects}.notifications"

    @property
    def missed(self) -> str:
        """Where relays ask for pages, the only subject on which they publish."""
        return f"{self._subjects}.missed"

    def room(self, room: RoomId) -> str:
        return f"{self._subjects}.room.{room}"

    def _signature(self, signed: bytes) -> bytes:
        return blake2b(signed, key=self._key, digest_size=SIGNED).digest()

    @cached_property
    def _key(self) -> bytes:
        return blake2b(self.secret.encode()).digest()

    @cached_property
    def _subjects(self) -> str:
        digest = blake2b(FORMAT, key=self._key, digest_size=8).hexdigest()
        return f"roomtone.{digest}"


async def read_key(connection: Connection) -> BusKey:
    """The key of this database. Raises psycopg errors."""
    answer = await connection.execute("select roomtone.relay_secret('bus')")
    ((secret,),) = await answer.fetchall()
    return BusKey(secret)
