"""Captions as rows, written with the operator's login."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, LiteralString

import psycopg
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


class CaptionWriter:
    """Writes the captions of one room. Made by `caption_writer`."""

    def __init__(self, pool: AsyncConnectionPool[Session], room: RoomId) -> None:
        self._pool = pool
        self._room = room

    async def write(
        self, caption: int | None, user: UserId, text: str, *, final: bool, ago: float
    ) -> int | None:
        """Begin a caption of words that began `ago` seconds before, or correct this one; its id.

        None when it was refused, as after the speaker or the host switched captions off, or lost with the connection: nothing more
        belongs to it.
        """
        line = " ".join(text.split())[:LONGEST]
        try:
            async with self._pool.connection() as connection:
                if caption is not None:
                    await connection.execute(CORRECT, (line, final, caption))
                    return caption
                answer = await connection.execute(INSERT, (self._room, user, line, final, ago))
                row = await answer.fetchone()
                return None if row is None else int(row[0])
        except psycopg.Error as error:
            log.info("a caption was not written: %s", error.diag.message_primary or error)
            return None

    async def be_served_directly(self, peer: PeerId) -> None:
        """Ask the stage's node itself to serve this session: an edge sends a mix, in which voices cannot be told apart."""
        async with self._pool.connection() as connection:
            await connection.execute(DIRECT, (peer,))


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
