"""A role of users without claims has the rights of an anonymous user, and is never the operator."""

from __future__ import annotations

import re

import pytest
from roomtone.paths import SCHEMA, TRIGGERS

from ..conftest import Connection
from . import attempt, calls, document, probes
from .world import World

EXPECTED = document.sections()


@pytest.fixture(scope="module")
def reports(connection: Connection) -> None:
    """A login that was granted SELECT on everything, and what the policies call."""
    if connection.execute("select to_regrole('reports')").fetchone() == (None,):
        connection.execute("create role reports login")
    connection.execute("grant usage on schema roomtone to reports")
    connection.execute("grant select on all tables in schema roomtone to reports")
    connection.execute(
        "grant execute on function acting_user(), acting_as_operator(), may_see_room(bigint),"
        " saw_visit(bigint, timestamptz), moderates(bigint), was_recorded(bigint),"
        " recording_status(recordings) to reports"
    )


@pytest.mark.parametrize("operation", probes.OPERATIONS)
def test_a_role_of_users_without_claims_has_the_rights_of_an_anonymous_user(
    connection: Connection, world: World, operation: str
) -> None:
    for table, expected in EXPECTED[operation].items():
        tried = probes.OPERATIONS[operation](table, "nobody", world)
        found = attempt.cell(connection, world, "nobody", tried)
        assert found in ("-", expected["anonymous"]), table


def test_a_login_for_reports_sees_what_an_anonymous_user_sees(
    connection: Connection, world: World, reports: None
) -> None:
    for table, expected in EXPECTED["select"].items():
        found = attempt.cell(connection, world, "reports", probes.select(table, "anonymous", world))
        assert found == expected["anonymous"], table


READS_OF_THE_PAST = ("room_at", "replay_room", "room_snapshot", "recording_chat", "require_seat")


def test_a_role_of_users_without_claims_calls_no_function_for_operators(
    connection: Connection, world: World
) -> None:
    """A function about the room refuses, or changes and returns nothing."""
    for signature, expected in EXPECTED["execute"].items():
        if expected["outsider"] == "yes":
            continue  # everybody who is signed in may; what it does there is about oneself
        name, _, types = signature.rstrip(")").partition("(")
        statement = calls.call(name, types.split(", ") if types else [], world)
        assert not attempt.may_call(connection, world, "nobody", statement), signature


def test_only_one_function_decides_who_is_the_operator() -> None:
    """Elsewhere, having no user is a reason to refuse and never one to allow."""
    found = []
    for path in (*SCHEMA.rglob("*.sql"), *TRIGGERS.rglob("*.sql")):
        if path.stem.endswith(("acting_user", "acting_as_operator")):
            continue
        text = path.read_text("utf-8")
        asked = re.finditer(r"(acting_user\(\)|\bactor) is (not )?null(?! then\s+raise )", text)
        found += [f"{path.name}: {text[match.start() : match.end() + 40]!r}" for match in asked]
        if not path.stem.endswith("roles"):
            roles = re.compile(r"\b(current_setting\('role'|current_user\b)")
            found += [line for line in text.splitlines() if roles.search(line)]
    assert found == []


@pytest.mark.parametrize(
    ("setup", "operator"),
    [
        ("select 1", True),
        ("set local role roomtone_person", False),
        ("set local role roomtone_anon", False),
        ("set local role roomtone_relay", False),
        ("set local session authorization roomtone_relay", False),
        ("set local session authorization reports", False),
        ("select set_config('request.jwt.claims', '{\"sub\": \"1\"}', true)", False),
    ],
)
def test_who_is_the_operator(
    connection: Connection, world: World, reports: None, setup: str, operator: bool
) -> None:
    with connection.transaction(force_rollback=True):
        connection.execute(
            "grant execute on function acting_user(), acting_as_operator() to roomtone_relay"
        )
        connection.execute(
            "create function asked_inside() returns boolean language sql stable security definer"
            " set search_path = roomtone return acting_as_operator()"
        )
        connection.execute("grant execute on function asked_inside() to public")
        connection.execute(setup.encode())
        assert connection.execute("select acting_as_operator()").fetchone() == (operator,)
        inside = operator or "relay" in setup  # the relay's own functions act for the schema itself
        assert connection.execute("select asked_inside()").fetchone() == (inside,)
