"""Errors of the API: RFC 9457 problem details that also have PostgREST's four fields.

Most refusals are decided in the database, so most problems are a PostgreSQL error whose SQLSTATE is mapped to an HTTP
status (`error_status.py`).
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import psycopg
from psycopg_pool import PoolTimeout, TooManyRequests
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.responses import Response
from starlette.types import ExceptionHandler

from .error_status import STATUS_OF_REFUSAL, status_of
from .read_only import DatabaseIsReadOnly
from .request_id import HEADER, request_id

logger = logging.getLogger("roomtone.problem")

QUIET = "refusal=quiet"
"""A preference (RFC 7240) of Roomtone: a refusal by a rule comes with status 200 and the same body.

Browsers write every status of 400 and above into their console. For some requests a refusal is ordinary,
for example a signal to a participant who has just left.
"""

CHECK_VIOLATION = "23514"
UNAVAILABLE = "08006"  # connection failure
INTERNAL_ERROR = "internal error; the log of the relay says more"
MALFORMED_TEXT = "22021"  # character not in repertoire: psycopg refuses NUL before the server can
RETRY_AFTER_S = 1
TRY_AGAIN = "Try again in a moment."

_MESSAGES = {
    503: ("the database cannot do this now", TRY_AGAIN),
    504: ("the statement took too long and was cancelled", "Ask for less at once."),
}


Details = str | list[dict[str, str]] | None


class Problem(Exception):
    """A request that is refused.

    `status` is the HTTP status; `code` a SQLSTATE or PostgREST code; `message`, `details` (of PGRST201 a list) and `hint` are
    sentences for people; `rule` is the name of the constraint or rule that refused, and clients decide by it.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Details = None,
        hint: str | None = None,
        rule: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.hint = hint
        self.rule = rule
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The problem details object: RFC 9457 section 3.1, with PostgREST's fields."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": _phrase(self.status),
            "status": self.status,
            "detail": self.message,
            "code": self.code,
            "message": self.message,
            "details": self.details,
            "hint": self.hint,
        }
        if self.rule is not None:
            body["rule"] = self.rule
        if self.status >= 500 and (known_as := request_id.get()) is not None:
            body["request_id"] = known_as  # the log has lines with it
        return body

    def response(self) -> Response:
        """The response. It is an ASGI application, so middleware can send it, too."""
        headers = {"Cache-Control": "no-store", **self.headers}
        if self.status == 401:
            headers.setdefault("WWW-Authenticate", "Bearer")  # RFC 6750 section 3
        if self.status == 503:
            headers.setdefault("Retry-After", str(RETRY_AFTER_S))
        return Response(
            json.dumps(self.body(), ensure_ascii=False).encode("utf-8", "backslashreplace"),
            self.status,
            headers,
            media_type="application/problem+json",
        )

    def with_status_200(self) -> Response:
        """The same body with status 200, for clients that prefer that (`QUIET`)."""
        response = self.response()
        response.status_code = 200
        response.headers["Preference-Applied"] = QUIET
        return response


def refusal(
    code: str, message: str, *, details: Details = None, hint: str | None = None
) -> Problem:
    """A problem with one of PostgREST's codes, which decides the status."""
    return Problem(STATUS_OF_REFUSAL[code], code, message, details=details, hint=hint)


def not_in_time(what: str) -> Problem:
    """The refusal of a request whose wait for something took too long."""
    return Problem(
        503,
        "53000",
        f"the server is busy: {what} in time",
        hint=TRY_AGAIN,
        rule="requests_are_answered_in_time",
    )


def problem_from_database(error: psycopg.Error, *, anonymous: bool = False) -> Problem:
    """The problem for a database error. The server's own text of a 5xx error is not passed on.

    `anonymous`: the user is not signed in, so "not allowed" becomes "sign in first".
    """
    sqlstate = error.sqlstate
    if isinstance(error, DatabaseIsReadOnly):
        return Problem(503, "25006", str(error), hint=TRY_AGAIN, rule="database_accepts_writes")
    if isinstance(error, PoolTimeout | TooManyRequests):
        return Problem(
            503,
            "53300",
            "the server is busy: no connection to the database became free in time",
            hint=TRY_AGAIN,
            rule="database_connections_are_free",
        )
    if sqlstate is None:
        if isinstance(error, psycopg.DataError):
            return Problem(400, MALFORMED_TEXT, "text may not contain the character U+0000")
        sqlstate = UNAVAILABLE if isinstance(error, psycopg.OperationalError) else "XX000"
    diagnosis = error.diag
    # A refusal that names a rule is about that rule, and signing in would not help.
    status = status_of(sqlstate, anonymous=anonymous and diagnosis.constraint_name is None)
    if status >= 500:
        message, hint = _MESSAGES.get(status, (INTERNAL_ERROR, None))
        if sqlstate == UNAVAILABLE:
            message = "the database does not answer"
        return Problem(status, sqlstate, message, hint=hint)
    if sqlstate == CHECK_VIOLATION and diagnosis.table_name is not None:
        # The server's own sentence, and details with the whole row. A refusal of ours names no table.
        return Problem(
            status,
            sqlstate,
            f"a value is not allowed by the rule {diagnosis.constraint_name}",
            hint="docs/errors.md says what each rule refuses.",
            rule=diagnosis.constraint_name,
        )
    return Problem(
        status,
        sqlstate,
        diagnosis.message_primary or _phrase(status),
        details=diagnosis.message_detail,
        hint=diagnosis.message_hint,
        rule=diagnosis.constraint_name,
    )


def log_text(error: psycopg.Error, *, trace: bool = False) -> str:
    """The text to log for a database error, without details and context: these may quote rows."""
    text = f"{error.sqlstate or UNAVAILABLE} {error.diag.message_primary or error}"
    return "".join([text, "\n", *traceback.format_tb(error.__traceback__)]) if trace else text


def problem_from_http(error: HTTPException) -> Problem:
    """Starlette's own refusals (unknown path, wrong method) in the same shape."""
    headers = dict(error.headers or {})
    if error.status_code == 404:
        return Problem(404, "PGRST125", "this path is unknown", headers=headers)
    if error.status_code == 405:
        return Problem(405, "PGRST117", "this method is not allowed here", headers=headers)
    return Problem(error.status_code, str(error.status_code), error.detail, headers=headers)


def _phrase(status: int) -> str:
    # A status raised from SQL (PT###) may be one that HTTP has no phrase for.
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Error"


async def _answer(_connection: HTTPConnection, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error.response()


async def _answer_http(_connection: HTTPConnection, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem_from_http(error).response()


async def _answer_database(connection: HTTPConnection, error: Exception) -> Response:
    assert isinstance(error, psycopg.Error)
    claims = connection.scope.get("roomtone.claims")
    problem = problem_from_database(error, anonymous=not claims)
    # A read-only database is logged once, elsewhere.
    if problem.status >= 500 and not isinstance(error, DatabaseIsReadOnly):
        logger.error(
            "%s %s: %s",
            connection.scope.get("method", connection.scope["type"]),
            connection.url.path,
            log_text(error, trace=problem.status == 500),
            extra={"cause": problem.code},
        )
    if problem.status == 400 and problem.rule and _prefers_quiet(connection):
        return problem.with_status_200()
    return problem.response()


def _prefers_quiet(connection: HTTPConnection) -> bool:
    preferences = ",".join(connection.headers.getlist("prefer")).split(",")
    return QUIET in (preference.strip() for preference in preferences)


async def _answer_disconnected(_connection: HTTPConnection, _error: Exception) -> Response:
    """The client closed the connection while it sent its body. That is no error of the relay, so it is not logged."""
    return Response(None, 400)


async def _answer_internal_error(_connection: HTTPConnection, _error: Exception) -> Response:
    # Starlette raises the error again after this response, and the server logs it, once.
    # It also sends this response outside of all middleware, so the security headers and the request's id are set here.
    headers = {"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff"}
    if (known_as := request_id.get()) is not None:
        headers[HEADER] = known_as
    return Problem(500, "XX000", INTERNAL_ERROR, headers=headers).response()


exception_handlers: dict[Any, ExceptionHandler] = {
    Problem: _answer,
    HTTPException: _answer_http,
    ClientDisconnect: _answer_disconnected,
    psycopg.Error: _answer_database,
    Exception: _answer_internal_error,
}
"""For `Starlette(exception_handlers=...)`: every error is answered as `application/problem+json`."""
