"""The refusal of a login because the server has too many connections, with what to do."""

from __future__ import annotations

import re
from typing import Final

import psycopg
from psycopg.errors import TooManyConnections

TOO_MANY: Final = re.compile(r"too many (?:clients|connections)|connection slots")
"""What PostgreSQL says then. libpq gives the text of a refused login and not its SQLSTATE (53300)."""

WHAT_TO_DO: Final = (
    "Raise max_connections there, or use fewer: a relay process has up to --pool-size and four more, a media node or bot process"
    " five, and --workers multiplies them."
)


def explained(error: psycopg.OperationalError) -> psycopg.OperationalError:
    """The same error, or one that says what to do."""
    text = str(error).strip()
    return TooManyConnections(f"{text}. {WHAT_TO_DO}") if TOO_MANY.search(text) else error
