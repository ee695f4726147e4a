"""Sends what is due: takes rows, encrypts, posts, and notes what became of each. All relays do it, and the database gives each row to one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg.rows import class_row

from ..formats.media_addresses import Reach
from ..formats.push_message import encrypted
from ..postgres.pools import Database
from ..relay.periodic import every
from .push_service import ANSWER_WITHIN_S, Answer, NotAllowed, NotValid, post
from .vapid import Vapid

if TYPE_CHECKING:
    from ..settings import Settings
    from ..supervision import Supervisor

AT_ONCE: Final = 100  # requests to push services
LOOK_EVERY: Final = 1.0  # seconds
LEASE: Final = timedelta(seconds=3 * ANSWER_WITHIN_S)  # then another relay may send a row

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Push:
    """A row of `relay_take_pushes`."""

    occasion_id: int
    subscription_id: int
    endpoint: str
    p256dh: str
    auth: str
    kind: str
    room_id: int
    seconds: int
    message: str


class Pushes:
    """The notifications that one relay sends. `secret` reads the one that the database keeps, of which the site's key is made."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        secret: Callable[[], Awaitable[str]],
        tasks: Supervisor,
    ) -> None:
        self._database = database
        self._secret = secret
        self._contact = settings.push_contact
        self._reach = Reach.of(settings.push_networks, loopback=False)
        self._tasks = tasks
        self._vapid: Vapid | None = None
        self._under_way = 0
        self._settling = asyncio.Lock()  # one connection is enough, and the log needs the others
        self._done = asyncio.Event()

    async def public_key(self) -> str:
        """With which browsers subscribe: base64url."""
        return (await self._key()).public

    async def run(self) -> None:
        """Send what is due, until cancelled."""
        await every(LOOK_EVERY, self.send_due)

    async def send_due(self) -> None:
        """Begin to send what is due now. At most AT_ONCE are under way: a slow push service holds up those of others for ANSWER_WITHIN_S."""
        while True:
            while self._under_way >= AT_ONCE:
                self._done.clear()
                await self._done.wait()
            due = await self._take(AT_ONCE - self._under_way)
            if not due:
                return
            for push in due:
                self._under_way += 1
                self._tasks.once(self._send(push), "push")

    async def _take(self, at_most: int) -> list[Push]:
        async with (
            self._database.relay() as connection,
            connection.cursor(row_factory=class_row(Push)) as cursor,
        ):
            await cursor.execute(
                "select * from roomtone.relay_take_pushes(%s, %s)", (at_most, LEASE)
            )
            return await cursor.fetchall()

    async def _send(self, push: Push) -> None:
        try:
            outcome, later = await self._outcome(push)
            async with self._settling, self._database.relay() as connection:
                await connection.execute(
                    "select roomtone.relay_settle_push(%s, %s, %s, %s)",
                    (push.occasion_id, push.subscription_id, outcome, later),
                )
        except psycopg.Error as error:
            log.warning("what became of a push was not noted: %s", str(error).strip())
        finally:
            self._under_way -= 1
            self._done.set()

    async def _outcome(self, push: Push) -> tuple[str, timedelta | None]:
        # An endpoint is a secret of its browser, so no line names more of it than its host.
        host = push.endpoint.split("/")[2]
        try:
            answer = await self._post(push)
        except NotAllowed as error:
            log.warning("a browser's push service at %.100s is not asked: %s", host, error)
            # One wrong answer of a name server must not end the subscriptions at a push service.
            return "gone" if isinstance(error, NotValid) else "refused", None
        except (OSError, ValueError) as error:
            log.info("the push service at %.100s was not reached: %.200s", host, error)
            return "failed", None
        if answer.status in (404, 410):
            return "gone", None
        if answer.status < 300:
            return "sent", None
        if answer.status in (408, 429) or answer.status >= 500:
            later = answer.retry_after
            return "failed", None if later is None else timedelta(seconds=later)
        log.warning("the push service at %.100s refused a message: %d", host, answer.status)
        return "refused", None

    async def _post(self, push: Push) -> Answer:
        """Raises what `post` raises, and NotValid for a key that is none."""
        vapid = await self._key()
        try:
            body = encrypted(push.message.encode(), push.p256dh, push.auth)
        except ValueError as error:
            raise NotValid(f"its key is not valid: {error}") from error
        headers = {
            "TTL": str(max(push.seconds, 0)),
            "Urgency": "high" if push.kind == "speak" else "normal",
            "Topic": vapid.topic(f"{push.kind} {push.room_id}"),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Authorization": vapid.authorization(push.endpoint),
        }
        return await post(push.endpoint, body, headers, self._reach)

    async def _key(self) -> Vapid:
        if self._vapid is None:
            self._vapid = Vapid(await self._secret(), self._contact)
        return self._vapid
