"""A database that was restored from a backup, or copied: what its dump has lost, and what begins anew.

A dump has no roles, so in a new server `pg_restore` skips the rights and policies of roles that are not there. An installation of all
files gives them back. The rest is done by `notice_copy` in SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import psycopg

from .preflight import Roles
from .single_value import single_value

GIVEN: Final = """
with ours as (select oid from pg_roles where rolname = any (%(roles)s)),
space as (select oid from pg_namespace where nspname = 'roomtone')
select
  array(select name from unnest(%(roles)s::text[]) name where to_regrole(name) is null),
  (select count(*)
   from (select relacl as acl from pg_class where relnamespace in (select oid from space)
         union all select proacl from pg_proc where pronamespace in (select oid from space)
         union all select attacl from pg_attribute a join pg_class c on c.oid = a.attrelid
           where c.relnamespace in (select oid from space)) given
   cross join aclexplode(given.acl) one where one.grantee in (select oid from ours)),
  (select count(*) from pg_policy p join pg_class c on c.oid = p.polrelid where c.relnamespace in (select oid from space))
"""


@dataclass(frozen=True)
class Rights:
    """What there is of roles, rights and policies: names of missing roles, and two numbers."""

    missing: tuple[str, ...]
    rights: int
    policies: int


def is_restored(connection: psycopg.Connection) -> bool:
    """Whether it was restored or copied, and nobody has noticed. Not in a database of an older release, which cannot tell."""
    if single_value(connection, "select to_regprocedure('roomtone.is_copy()')") is None:
        return False
    return single_value(connection, "select roomtone.is_copy()") is True


def rights(connection: psycopg.Connection, roles: Roles) -> Rights:
    """What is here now."""
    row = connection.execute(GIVEN, {"roles": list(roles.all())}).fetchone()
    assert row is not None
    return Rights(tuple(row[0]), row[1], row[2])


def report(connection: psycopg.Connection, before: Rights, roles: Roles) -> tuple[str, ...]:
    """What the installation in a restored database has recreated, a sentence each."""
    now = rights(connection, roles)
    lines = ["This database was restored from a backup, or copied, since Roomtone last used it."]
    if before.missing:
        lines.append(f"Created the roles {', '.join(before.missing)}, which a dump does not have.")
    if now.rights > before.rights or now.policies > before.policies:
        lines.append(
            f"Gave them back {now.rights - before.rights} rights and {now.policies - before.policies} policies."
        )
    lines += [
        "The logs of all rooms begin anew: clients that come back get a snapshot.",
        "The key that signs tokens is a new one: everybody signs in again. Recovery links and access tokens from before no longer count.",
    ]
    kept = single_value(connection, "select count(*) from roomtone.recordings where of_original")
    if kept:
        lines.append(
            f"Files of {kept} recordings were made by the original database. They are played here, and not removed when they are"
            " deleted here. If this database has replaced the original: select roomtone.adopt_recordings();"
        )
    return tuple(lines)
