"""Errors: one form, one table, no internal details. docs/errors.md matches the source."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import errors
from psycopg_pool import PoolTimeout
from roomtone.error_status import STATUS_OF_REFUSAL, STATUS_OF_SQLSTATE, status_of
from roomtone.problem import (
    Problem,
    exception_handlers,
    problem_from_database,
    refusal,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ROOT = Path(__file__).parents[2]
ERRORS = (ROOT / "docs" / "errors.md").read_text("utf-8")


def answer(error: Exception, method: str = "GET", path: str = "/fail") -> httpx.Response:
    """The answer of an application whose path `GET /fail` raises this error."""

    async def fail(_request: Request) -> Response:
        raise error

    app = Starlette(routes=[Route("/fail", fail)], exception_handlers=exception_handlers)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://relay") as client:
            return await client.request(method, path)

    return asyncio.run(ask())


def test_a_problem_has_all_fields() -> None:
    error = Problem(400, "23514", "no", details="why", hint="how", rule="rooms_name_is_text")
    response = answer(error)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "no",
        "code": "23514",
        "message": "no",
        "details": "why",
        "hint": "how",
        "rule": "rooms_name_is_text",
    }


def test_a_problem_with_invalid_unicode_is_sent() -> None:
    response = answer(Problem(400, "22P02", "\udc80 and \u2028"))
    assert json.loads(response.content)["message"].endswith("and \u2028")


def test_unknown_paths_and_methods_are_problems_too() -> None:
    error = refusal("PGRST100", "x")
    nowhere, posted = answer(error, path="/nowhere"), answer(error, "POST")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "PGRST125")
    assert (posted.status_code, posted.json()["code"]) == (405, "PGRST117")
    assert "GET" in posted.headers["allow"]


def test_an_internal_error_reveals_nothing() -> None:
    response = answer(RuntimeError("the secret is 42"))
    assert (response.status_code, response.json()["code"]) == (500, "XX000")
    assert "42" not in response.text


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (psycopg.OperationalError("connection to 10.0.0.1 failed for user x"), 503, "08006"),
        (PoolTimeout("no connection after 5 sec"), 503, "53300"),
        (errors.TooManyConnections("secret"), 503, "53300"),
        (errors.AdminShutdown("secret"), 503, "57P01"),
        (errors.LockNotAvailable("secret"), 503, "55P03"),
        (errors.QueryCanceled("secret"), 504, "57014"),
        (errors.InternalError_("secret"), 500, "XX000"),
        (psycopg.ProgrammingError("secret"), 500, "XX000"),
    ],
)
def test_an_internal_error_is_logged_once_and_not_sent(
    error: psycopg.Error, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "roomtone"):
        response = answer(error)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert str(error) not in response.text
    (record,) = [record for record in caplog.records if record.name.startswith("roomtone")]
    assert str(error) in record.getMessage()
    assert ("in fail" in record.getMessage()) == (status == 500)  # where it went wrong
    assert ("retry-after" in response.headers) == (status == 503)


def test_a_refusal_by_the_database_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "roomtone"):
        assert answer(errors.UniqueViolation("twice")).status_code == 409
    assert [record for record in caplog.records if record.name.startswith("roomtone")] == []


def test_not_allowed_is_401_for_anonymous_users() -> None:
    refused = errors.InsufficientPrivilege("permission denied for table rooms")
    assert problem_from_database(refused, anonymous=True).status == 401
    assert problem_from_database(refused).status == 403


def test_sql_may_name_a_status_itself() -> None:
    assert [status_of(code) for code in ("PT404", "PT429", "PT200", "PT999", "PTabc")] == [
        404,
        429,
        500,
        500,
        500,
    ]


def documented(heading: str) -> dict[str, tuple[str, ...]]:
    """The table under this heading of docs/errors.md: its first column to the others."""
    section = ERRORS.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [
        line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")
    ]
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0].strip("`"): tuple(row[1:]) for row in rows}


def test_every_code_is_documented_with_its_status() -> None:
    for heading, source in (
        ("Codes of the rows API", STATUS_OF_REFUSAL),
        ("SQLSTATE to status", STATUS_OF_SQLSTATE),
    ):
        table = {code: int(columns[0]) for code, columns in documented(heading).items()}
        assert table == dict(source)


def test_every_rule_of_the_database_is_documented() -> None:
    sql = "".join(
        path.read_text("utf-8")
        for folder in ("schema", "triggers")
        for path in sorted((ROOT / folder).rglob("*.sql"))
    )
    raised = set(re.findall(r"constraint\s*=\s*'(\w+)'", sql))
    raised |= set(re.findall(r"function tg_(?:pace|limit)\('(\w+)'", sql))
    declared = set(re.findall(r"(?<!on )constraint (\w+)\s+(?:check|unique)", sql))
    declared |= set(
        re.findall(r"unique index if not exists (\w+_(?:is_unique|like_no_other)) ", sql)
    )
    added = {"bad_names": "is_allowed", "hidden_controls": "has_no_hidden_controls"}
    for kind, table, column in re.findall(r"select refuse_(\w+)\('(\w+)', '(\w+)'", sql):
        declared.add(f"{table}_{column}_{added[kind]}")
    private = {
        rule
        for rule in declared
        if rule.startswith(("events_", "nodes_", "assignments_", "push_occasions_"))
    }
    assert set(documented("Rules of the database")) == raised | declared - private


def test_every_rule_of_the_relay_is_documented() -> None:
    source = "".join(path.read_text("utf-8") for path in (ROOT / "server").rglob("*.py"))
    named = set(re.findall(r'rule="(\w+)"', source))
    relays, databases = documented("Rules of the relay"), documented("Rules of the database")
    assert named - set(databases) == set(relays)
