"""Waits for libpq that end at a signal. A call of libpq that waits does not return to Python, which handles signals."""

from __future__ import annotations

import select
from collections.abc import Iterator

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo


def with_timeout(url: str, seconds: int) -> str:
    """This connection URL with a `connect_timeout`, unless it has one or cannot be read."""
    try:
        return (
            url
            if "connect_timeout" in conninfo_to_dict(url)
            else make_conninfo(url, connect_timeout=seconds)
        )
    except psycopg.ProgrammingError:
        return url


def results(connection: pq.abc.PGconn) -> Iterator[pq.abc.PGresult]:
    """The results of what was sent. A signal is handled while they are waited for."""
    while True:
        while connection.is_busy():
            select.select([connection.socket], [], [])
            connection.consume_input()
        if (result := connection.get_result()) is None:
            return
        yield result
