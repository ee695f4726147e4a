"""Which of Roomtone's roles are granted to which, and to whom else. Roles belong to the whole cluster."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import psycopg

from .preflight import Roles

GRANTED: Final = (
    "select format('%%I from %%I', r.rolname, m.rolname) from pg_auth_members a"
    " join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member where r.rolname = any (%s)"
)
TO_REVOKE: Final = (
    "select distinct format('%%I from %%I', r.rolname, m.rolname) from pg_auth_members a"
    " join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member"
    " where format('%%I from %%I', r.rolname, m.rolname) = any (%s)"
    " and not exists (select from pg_shdepend d where d.refclassid = 'pg_authid'::regclass and d.refobjid = r.oid)"
)
"""Not of roles that another database uses."""


def memberships(connection: psycopg.Connection, roles: Roles) -> set[str]:
    """Those in these roles, each as `roomtone_anon from roomtone_relay`."""
    return {str(row[0]) for row in connection.execute(GRANTED, (list(roles.all()),))}


def revoke_memberships(connection: psycopg.Connection, granted: Iterable[str]) -> None:
    """Take back those which an installation granted, where both roles are still there."""
    for (membership,) in connection.execute(TO_REVOKE, (list(granted),)).fetchall():
        connection.execute(f"revoke {membership}".encode())
