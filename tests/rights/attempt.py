"""Executing statements as an actor, and rolling them back."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import psycopg
from psycopg import sql

from ..people import Connection
from .world import World

Probe = tuple[str, str]
"""A label of the legend in `expected.md`, and a statement to try, or a condition for one."""

REFUSALS = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.CheckViolation,
    psycopg.errors.ObjectNotInPrerequisiteState,  # a view that cannot be written
    psycopg.errors.FeatureNotSupported,  # nor one of its columns
)
UNKNOWN_ROOM = (
    "participants_room_is_open"  # the rule that answers for a room that a user may not know of
)


def become(connection: Connection, world: World, actor: str) -> None:
    """Act as this actor until the transaction ends, as the relay does for a request.

    Beside those of the file: `nobody` is a relay that takes on a role of users and sets no claims,
    `reports` a login of the operator's that was merely granted SELECT.
    """
    if actor == "reports":
        connection.execute("set local session authorization reports")
        return
    steps: list[sql.Composable] = [sql.SQL("set local session authorization roomtone_relay")]
    if actor == "nobody":
        steps.append(sql.SQL("set local role roomtone_person"))
    elif actor != "relay":
        acting = sql.SQL("select set_config('roomtone.grace', '10s', true), become({}, 'relay-1')")
        steps.append(acting.format(world.claims(actor)))
    connection.execute(sql.SQL("; ").join(steps))  # thousands of times: in one round trip


def is_refusal(error: psycopg.Error) -> bool:
    """Whether a right was missing. A row that is not there is one only for a room that may be hidden: else the probe is wrong."""
    if isinstance(error, psycopg.errors.NoDataFound):
        return error.diag.constraint_name == UNKNOWN_ROOM
    return isinstance(error, REFUSALS)


def succeeds(connection: Connection, world: World, actor: str, statement: str) -> bool:
    """Whether this actor's statement touches a row, commit included; nothing of it stays.

    The relay logs in, becomes the actor as it does for a request, and runs it. An error that is no
    refusal is raised: then the probe is wrong.
    """
    try:
        with connection.transaction(force_rollback=True):
            become(connection, world, actor)
            touched = connection.execute(statement.encode()).rowcount > 0
            connection.execute("set constraints all immediate")
            return touched
    except psycopg.Error as error:
        if not is_refusal(error):
            raise
        return False


def notices(connection: Connection, world: World, actor: str, statement: str) -> bool:
    """Whether this actor's statement shows that the row is there: by an answer, or by an error in evaluating it."""
    try:
        return succeeds(connection, world, actor, statement)
    except psycopg.DataError:
        return True


def cell(
    connection: Connection,
    world: World,
    actor: str,
    probes: Iterable[Probe],
    tried: Callable[[Connection, World, str, str], bool] = succeeds,
) -> str:
    """What an actor may do, as the file says it: `all`, some of the labels, or `-`."""
    outcomes: dict[str, set[bool]] = {}  # by label
    for label, statement in probes:
        outcomes.setdefault(label, set()).add(tried(connection, world, actor, statement))
    assert outcomes, "nothing says how to try this: tests/rights/probes.py"
    mixed = [label for label, found in outcomes.items() if len(found) > 1]
    assert not mixed, f"{actor}: {mixed} stands for rows of several kinds"
    allowed = [label for label, found in outcomes.items() if found == {True}]
    if len(allowed) == len(outcomes):
        return "all"
    return " ".join(allowed) or "-"


def may_call(connection: Connection, world: World, actor: str, statement: str) -> bool:
    """Whether this actor may call the function: neither a right nor a rule refuses."""
    try:
        with connection.transaction(force_rollback=True):
            become(connection, world, actor)
            connection.execute(statement.encode()).fetchall()
    except (*REFUSALS, psycopg.errors.NoDataFound):
        return False
    except psycopg.Error:
        pass  # it was executed; the empty arguments were refused
    return True
