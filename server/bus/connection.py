"""A connection to NATS, which ends its block when it is lost: its user makes another, and begins anew with it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error, SlowConsumerError

from .address import BusAddress, without_password

CONNECTS_WITHIN: Final = 5.0  # seconds
ANSWERS_WITHIN: Final = 2.0  # seconds, for whatever NATS answers
PROBE_EVERY: Final = 1.0  # seconds
MOST_WAITING: Final = 4096  # messages of one subscription that were not looked at yet
MOST_WAITING_BYTES: Final = 16 * 1024 * 1024

log = logging.getLogger(__name__)


class BusLost(Exception):
    """The bus does not answer, or has dropped messages for this connection."""


class BusConnection:
    """`lost` is set when messages may have been dropped, or the connection has ended."""

    def __init__(self, client: Client, lost: asyncio.Event) -> None:
        self._client = client
        self._lost = lost

    @property
    def largest(self) -> int:
        """Bytes of one message."""
        return self._client.max_payload

    async def publish(self, subject: str, message: bytes, reply_to: str = "") -> None:
        """Raises BusLost."""
        with _answering():
            async with asyncio.timeout(ANSWERS_WITHIN):
                await self._client.publish(subject, message, reply_to)

    async def subscribe(
        self, subject: str, received: Callable[[Msg], Awaitable[None]]
    ) -> Subscription:
        """In force when `settled` returns. Raises BusLost."""
        with _answering():
            return await self._client.subscribe(
                subject, cb=received, pending_msgs_limit=MOST_WAITING, pending_bytes_limit=MOST_WAITING_BYTES,
            )  # fmt: skip

    async def unsubscribe(self, subscription: Subscription) -> None:
        """At once here; NATS is informed, unless the connection is lost."""
        with suppress(Error, OSError, TimeoutError):
            async with asyncio.timeout(ANSWERS_WITHIN):
                await subscription.unsubscribe()

    async def settled(self) -> None:
        """Return when NATS has done all that it was asked. Raises BusLost."""
        with _answering():
            await self._client.flush(ANSWERS_WITHIN)  # type: ignore[arg-type]  # any number of seconds

    async def request(self, subject: str, message: bytes, within: float) -> bytes | None:
        """The first answer; None if none came in time."""
        try:
            return (await self._client.request(subject, message, within)).data
        except (Error, OSError, TimeoutError):
            return None

    async def until_lost(self) -> None:
        """Raises BusLost when the connection is."""
        while True:
            await self.settled()
            with suppress(TimeoutError):
                async with asyncio.timeout(PROBE_EVERY):
                    await self._lost.wait()
            if self._lost.is_set():
                raise BusLost("the connection ended, or messages were dropped")


class _Client(Client):
    """Where the address demands TLS, it logs in at no server that does not offer it: nats-py would, with everything in clear text.

    `_connect_command` and `_server_info` are nats-py's own (docs/internals.md).
    """

    def __init__(self, *, protected: bool) -> None:
        super().__init__()
        self._protected = protected

    def _connect_command(self) -> bytes:
        if self._protected and not self._server_info.get("tls_required"):
            raise Error("the server does not offer TLS, which the address demands")
        return super()._connect_command()


@contextmanager
def _answering() -> Iterator[None]:
    """Raises BusLost for the errors of nats-py."""
    try:
        yield
    except (Error, OSError, TimeoutError) as error:
        raise BusLost(without_password(error) or type(error).__name__) from error


@asynccontextmanager
async def connected(address: BusAddress, name: str) -> AsyncIterator[BusConnection]:
    """A connection until the block ends. Raises BusLost."""
    lost = asyncio.Event()
    client = _Client(protected=address.protected)

    async def failed(error: Exception) -> None:
        log.debug("NATS: %s", without_password(error))
        if isinstance(error, SlowConsumerError):
            lost.set()

    async def ended() -> None:
        lost.set()

    try:
        with _answering():
            async with asyncio.timeout(CONNECTS_WITHIN):
                await client.connect(
                    list(address.urls), name=f"roomtone {name}", allow_reconnect=False,
                    max_reconnect_attempts=1, connect_timeout=ANSWERS_WITHIN, reconnect_time_wait=0.2,  # type: ignore[arg-type]  # any number of seconds
                    error_cb=failed, closed_cb=ended, disconnected_cb=ended, tls=address.context(),
                    user_credentials=address.credentials,
                )  # fmt: skip
        yield BusConnection(client, lost)
    finally:
        with suppress(Error, OSError, TimeoutError):
            async with asyncio.timeout(ANSWERS_WITHIN):
                await client.close()
