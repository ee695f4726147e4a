"""The document. It is built once and kept until the schema changes."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import __version__
from ...negotiation import etag_of
from . import (
    calendars,
    described,
    fixed,
    functions,
    hallway_shapes,
    listening,
    passkeys,
    recordings,
    session,
    shapes,
    tables,
    whip,
)
from .components import shared
from .values import FILTERS

if TYPE_CHECKING:
    from ...postgres.pools import Database

READ_AT_MOST_EVERY_S: Final = 2.0  # so that requests for it cannot keep the database busy

_DESCRIPTION: Final = """\
Social audio whose signaling server is PostgreSQL. A write is a row; a row fires a trigger; the trigger
appends to the room's log and notifies; the relay hears it, reads the log, and streams it.

Rows and functions are those that the database grants, in PostgREST's conventions: this document shows the
common part of them, `docs/rows.md` all. Every refusal is a problem (`docs/errors.md`). The relay also serves
the pages that people open: `/`, `/rooms/{id}`, `/clubs`, `/clubs/{id}`, `/people/{username}`,
`/invitations/{code}`, `/recordings/{id}` and `/client/`."""


class Document:
    """The OpenAPI document of one relay. It is built again when the schema has changed."""

    def __init__(self, database: Database, root_path: str, *, with_passkeys: bool) -> None:
        self._database = database
        self._root_path = root_path
        self._with_passkeys = with_passkeys
        self._known: described.Described | None = None
        self._text = ""
        self.etag = ""  # of the text that was returned last
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def text(self) -> str:
        """The document as JSON. Raises psycopg errors."""
        async with self._reading:
            if time.monotonic() - self._read_at > READ_AT_MOST_EVERY_S:
                found = await described.read(self._database)
                self._read_at = time.monotonic()
                if found != self._known:
                    self._known = found
                    document = compose(found, self._root_path, with_passkeys=self._with_passkeys)
                    self._text = json.dumps(document, ensure_ascii=False)
                    self.etag = etag_of(self._text.encode())
        return self._text


def compose(schema: described.Described, root_path: str, *, with_passkeys: bool) -> dict[str, Any]:
    """The OpenAPI 3.1 document of this schema, for a relay below this path. `with_passkeys`: whether people sign in with them."""
    components = shared()
    components["schemas"] |= shapes.SCHEMAS | hallway_shapes.SCHEMAS
    for table in schema.relations:
        components["schemas"] |= tables.schemas(table)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Roomtone",
            "version": __version__,
            "description": _DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": root_path or "/"}],
        "tags": _tags(schema),
        "paths": {
            **session.PATHS,
            **(passkeys.PATHS if with_passkeys else {}),
            **fixed.PATHS,
            **whip.PATHS,
            **listening.PATHS,
            **recordings.PATHS,
            **calendars.PATHS,
            **{f"/rows/{quote(table.name)}": tables.path(table) for table in schema.relations},
            **functions.paths(schema),
        },
        "components": components,
    }
    used = json.dumps(document["paths"])
    for name in FILTERS:
        if f'schemas/{name}"' not in used:  # no column has such a type
            del components["schemas"][name]
    return document


def _tags(schema: described.Described) -> list[dict[str, str]]:
    tags = {
        "session": "Signing in and out.",
        "the log": "Events of rooms and of the hallway.",
        "audio": "STUN and TURN, WHIP and WHEP, listening without a seat, recordings.",
        "calendars": "Planned rooms for calendar programs.",
        "the relay": "Its state.",
        "functions": "The functions that people call in psql.",
    }
    for table in schema.relations:
        tags[table.name] = table.comment or ""
    return [{"name": name, "description": text} for name, text in tags.items()]
