"""Shared parts of the document: the problem, refusals of any request, parameters, security schemes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from .values import FILTERS, Schema

JSON: Final = "application/json"
ARRAY: Final = "application/vnd.pgrst.array+json"
OBJECT: Final = "application/vnd.pgrst.object+json"
PROBLEM: Final = "application/problem+json"

MEANINGS: Final[Mapping[int, str]] = {
    400: "The request is malformed, or a rule of the database refuses it: `code` and `rule` say which.",
    401: "Sign in first; or the token is not trusted by this relay, has expired, or was revoked.",
    403: "You may not do this. With the cookie, also a write by a page of another site.",
    404: "It does not exist.",
    405: "This method is not allowed here.",
    406: "None of the accepted media types or schemas is offered, or one object was requested and the result is not one row.",
    409: "It conflicts with an existing row, or refers to a row that does not exist.",
    412: "`If-Match` does not match the current ETag.",
    413: "The body is too large, or has too many rows.",
    415: "The body's Content-Type is not accepted here. Rows are JSON.",
    416: "The offset or range is beyond the end.",
    421: "The `Host` is not a name of this relay.",
    422: "It is well-formed, but cannot be done: `detail` says why.",
    429: "Too many requests. Try again after `Retry-After` seconds.",
    500: "An internal error. The relay's log says more.",
    503: "The database or the relay cannot do this now. Try again after `Retry-After` seconds.",
    504: "The statement ran too long and was cancelled.",
}
"""Every refusal, by status. Each has the problem as its body."""

ALWAYS: Final = (401, 429, 500, 503)
"""Refusals of any request that has a user."""

ROWS: Final = (400, *ALWAYS, 406, 504)
"""Refusals of any request to rows or functions."""

BODY: Final = (413, 415)
"""Refusals of a request with a body."""

PERSON: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"cookie": []}]
"""`security` of operations for users who are signed in."""

ANYONE: Final[list[dict[str, list[str]]]] = [{}, *PERSON]
"""`security` of operations for anonymous users, too."""

Response = dict[str, Any]


def schema(name: str) -> Schema:
    """A reference to a schema of this document."""
    return {"$ref": f"#/components/schemas/{name}"}


def answer(
    description: str, contents: Mapping[str, Schema], headers: Iterable[str] = ()
) -> Response:
    """A response of these media types, with these headers of `HEADERS`."""
    response: Response = {"description": description}
    if contents:
        response["content"] = {kind: {"schema": shape} for kind, shape in contents.items()}
    if headers:
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    return response


def responses(successes: Mapping[int, Response], refused: Iterable[int]) -> dict[str, Response]:
    """The responses of an operation: these successes and these refusals."""
    found: dict[str, Response] = {str(status): each for status, each in successes.items()}
    for status in sorted(set(refused)):
        found[str(status)] = {"$ref": f"#/components/responses/Refused{status}"}
    return found


def parameter(name: str) -> dict[str, str]:
    """A reference to one of `PARAMETERS`."""
    return {"$ref": f"#/components/parameters/{name}"}


def _refusal(status: int, description: str) -> Response:
    required = {429: ["Retry-After"], 503: ["Retry-After"], 401: ["WWW-Authenticate"]}
    return answer(description, {PROBLEM: schema("Problem")}, required.get(status, ()))


def _preferences(*kept: str) -> Schema:
    """These preferences, or any others, which are ignored (RFC 7240, 2)."""
    one = f"({'|'.join(kept)})"
    known = {"type": "string", "pattern": f"^{one}(, ?{one}){{0,4}}$"}
    return {"anyOf": [known, {"type": "string"}]}


_RETURN = "return=(minimal|headers-only|representation)"
_HANDLING = "handling=(strict|lenient)|max-affected=[0-9]{1,6}"

PARAMETERS: Final[dict[str, dict[str, Any]]] = {
    "limit": {
        "name": "limit",
        "in": "query",
        "description": "The largest number of rows; at most `--rows-limit`.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "offset": {
        "name": "offset",
        "in": "query",
        "description": "The number of rows to skip.",
        "schema": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
    },
    "PreferReading": {
        "name": "Prefer",
        "in": "header",
        "description": "`count=exact` asks for the total number of rows (RFC 7240). If the answer is a part of them, its status is 206.",
        "schema": _preferences("count=exact", "handling=(strict|lenient)"),
        "example": "count=exact",
    },
    "PreferInserting": {
        "name": "Prefer",
        "in": "header",
        "description": "Whether to return the rows, and what to do with rows that exist already (RFC 7240).",
        "schema": _preferences(
            _RETURN,
            "resolution=(merge-duplicates|ignore-duplicates)",
            "missing=(default|null)",
            "count=exact",
        ),
        "example": "return=representation, resolution=merge-duplicates",
    },
    "PreferChanging": {
        "name": "Prefer",
        "in": "header",
        "description": "Whether to return the rows, and how many may be changed at most (RFC 7240).",
        "schema": _preferences(_RETURN, _HANDLING, "count=exact"),
        "example": "return=representation, handling=strict, max-affected=1",
    },
}

HEADERS: Final[dict[str, dict[str, Any]]] = {
    "Content-Range": {
        "description": "Which rows these are, and of how many if the request asked: `0-24/100`, `*/0`.",
        "required": True,
        "schema": {"type": "string", "pattern": r"^([0-9]+-[0-9]+|\*)/([0-9]+|\*)$"},
    },
    "Preference-Applied": {
        "description": "The preferences that were applied (RFC 7240, 3).",
        "schema": {"type": "string"},
    },
    "Location": {
        "description": "The address of the new row, with `return=headers-only`.",
        "schema": {"type": "string"},
    },
    "ETag": {
        "description": "Names this version of the document (RFC 9110, 8.8.3).",
        "required": True,
        "schema": {"type": "string", "pattern": '^"[0-9a-f]+"$'},
    },
    "Retry-After": {
        "description": "Seconds (RFC 9110, 10.2.3).",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "WWW-Authenticate": {
        "description": "How to authenticate (RFC 6750, 3).",
        "required": True,
        "schema": {"type": "string", "pattern": "^Bearer"},
    },
    "Set-Cookie": {
        "description": "The cookie of the session, or its deletion.",
        "schema": {"type": "string"},
    },
}

SCHEMAS: Final[dict[str, Schema]] = FILTERS | {
    "Problem": {
        "type": "object",
        "description": "A refusal: RFC 9457, and PostgREST's four fields. Programs decide by status, code and rule; "
        "the sentences are for people.",
        "required": ["type", "title", "status", "detail", "code", "message", "details", "hint"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 300, "maximum": 599},
            "detail": {"type": "string"},
            "code": {
                "type": "string",
                "description": "A SQLSTATE, or one of PostgREST's codes.",
                "pattern": "^(PGRST[0-9]{3}|[0-9A-Z]{5})$",
            },
            "message": {"type": "string"},
            "details": {"type": ["string", "array", "null"], "items": {"type": "object"}},
            "hint": {"type": ["string", "null"]},
            "rule": {
                "type": "string",
                "description": "The name of the constraint or rule that refused.",
                "pattern": "^[a-z0-9_]+$",
            },
            "request_id": {
                "type": "string",
                "description": "With a status of 500 or above: the request's id in the relay's log, also in `X-Request-Id`.",
            },
        },
    }
}


def shared() -> dict[str, Any]:
    """The document's `components`, without the schemas of the rows."""
    return {
        "schemas": dict(SCHEMAS),
        "parameters": PARAMETERS,
        "headers": HEADERS,
        "responses": {
            f"Refused{status}": _refusal(status, text) for status, text in MEANINGS.items()
        },
        "securitySchemes": {
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "A JSON Web Token: from `POST /session`, or from another issuer "
                "that the settings name. It has priority over the cookie.",
            },
            "cookie": {
                "type": "apiKey",
                "in": "cookie",
                "name": "roomtone",
                "description": "The same token in a cookie that scripts cannot read. Only the relay's own pages "
                "may write with it.",
            },
        },
    }
