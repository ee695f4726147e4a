"""The end of a process whose release the installed schema does not serve any more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg

from ..supervision import CannotGoOn

RULE: Final = "nodes_release_is_served"


@contextmanager
def served() -> Iterator[None]:
    """For a heartbeat: raises CannotGoOn if it is refused for that."""
    try:
        yield
    except psycopg.Error as error:
        if error.diag.constraint_name != RULE:
            raise
        text = f"{error.diag.message_primary}. {error.diag.message_hint}"
        raise CannotGoOn(text) from error
