"""Captions as rows, written with the operator's login."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, LiteralString

import psycopg
from psycopg import AsyncCursor
from psycopg_pool import AsyncConnectionPool

from ...postgres.roles import LOST_AFTER, RECONNECTS
from ...postgres.session import Session
from ...types import PeerId, RoomId, UserId

log = logging.getLogger(__name__)

ANSWERS_WITHIN: Final = 10.0  # seconds
LONGEST: Final = 500  # characters: captions_text_is_text
INSERT: Final[LiteralString] = (
    "insert into roomtone.captions (room_id, user_id, text, final, started_at)"
    " values (%s, %s, %s, %s, clock_timestamp() - make_interval(secs => %s)) returning id"
)
CORRECT: Final[LiteralString] = "update roomtone.captions set text = %s, final = %s where id = %s"
DIRECT: Final[LiteralString] = (
    "update roomtone.participants set edge = null, served_directly = true where peer_id = %s and not served_directly"
)


class NotTheOperator(Exception):
    """The login is not the operator's, who alone writes for others."""


class NotWritten(Exception):
    """It was refused, as after the speaker or the host switched captions off, or lost with the connection."""


class TakenBack(NotWritten):
    """Somebody deleted this caption."""


class CaptionWriter:
    """Writes the captions of one room. Made by `caption_writer`."""

    def __init__(self, pool: AsyncConnectionPool[Session], room: RoomId) -> None:
        self._pool = pool
        self._room = room

    async def begin(self, user: UserId, text: str, *, final: bool, ago: float) -> int:
        """Begin a caption of words whose sound began `ago` seconds before; its id. Raises NotWritten."""
        row = (self._room, user, text, final, ago)
        begun = await (await self._execute(INSERT, row)).fetchone()
        if begun is None:
            raise NotWritten
        return int(begun[0])

    async def correct(self, caption: int, text: str, *, final: bool) -> None:
        """Raises TakenBack, NotWritten."""
        if (await self._execute(CORRECT, (text, final, caption))).rowcount == 0:
            raise TakenBack

    async def be_served_directly(self, peer: PeerId) -> None:
        """Ask the stage's node itself to serve this session: an edge sends a mix, in which voices cannot be told apart.

        To be asked again while an edge serves it; the database may be away for a while.
        """
        with suppress(NotWritten):
            await self._execute(DIRECT, (peer,))

    async def _execute(
        self, statement: LiteralString, values: tuple[object, ...]
    ) -> AsyncCursor[tuple[Any, ...]]:
        try:
            async with self._pool.connection() as connection:
                return await connection.execute(statement, values)
        except psycopg.Error as error:
            log.info("nothing was written: %s", error.diag.message_primary or error)
            raise NotWritten from error


@asynccontextmanager
async def caption_writer(url: str, room: RoomId) -> AsyncIterator[CaptionWriter]:
    """Open until the block ends. Raises NotTheOperator, psycopg errors."""
    pool: AsyncConnectionPool[Session] = AsyncConnectionPool(
        url,
        connection_class=Session,
        kwargs={"application_name": "roomtone captions", "autocommit": True, **LOST_AFTER},
        min_size=1,
        max_size=4,
        timeout=ANSWERS_WITHIN,
        max_idle=30,
        **RECONNECTS,
        check=AsyncConnectionPool.check_connection,
        open=False,
    )
    await pool.open(wait=True, timeout=ANSWERS_WITHIN)
    try:
        async with pool.connection() as connection:
            answer = await connection.execute("select roomtone.acting_as_operator()")
            row = await answer.fetchone()
        if row is None or not row[0]:
            raise NotTheOperator(
                "Captions are written with the operator's login: the owner of the schema, or a superuser."
            )
        yield CaptionWriter(pool, room)
    finally:
        await pool.close(timeout=1)
