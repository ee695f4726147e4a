"""Default privileges of the login that installs: they are meant for another program, and give nothing on what Roomtone creates."""

from __future__ import annotations

from typing import Final

import psycopg

from .single_value import single_value

KNOWN: Final = (
    "select case when to_regprocedure('roomtone.revoke_default_privileges(oid[])') is null then array[]::oid[] else array("
    "select oid from pg_class where relnamespace = to_regnamespace('roomtone')"
    " union all select oid from pg_proc where pronamespace = to_regnamespace('roomtone')"
    " union all select to_regnamespace('roomtone')::oid) end"
)
"""What is in the schema. Nothing of it counts as known where an earlier release installed it, which revoked no default privileges."""


def known_objects(connection: psycopg.Connection, *, restored: bool) -> list[int]:
    """Those on which the owner may have given rights. A dump creates all objects anew, with the default privileges of that database."""
    found: list[int] = single_value(connection, KNOWN)
    return [] if restored else found


def revoke_default_privileges(connection: psycopg.Connection, known: list[int]) -> None:
    """On all that the installation has created. It must have been recorded in `schema_installs`."""
    connection.execute("select roomtone.revoke_default_privileges(%s::oid[])", (known,))
