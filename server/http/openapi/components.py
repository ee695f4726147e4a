"""What many paths share: the problem, the answers that may meet any request, parameters, who may ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from .values import FILTERS, Schema

JSON: Final = "application/json"
ARRAY: Final = "application/vnd.pgrst.array+json"
OBJECT: Final = "application/vnd.pgrst.object+json"
PROBLEM: Final = "application/problem+json"

MEANINGS: Final[Mapping[int, str]] = {
    400: "It cannot be understood, or a rule of the database refuses: `code` and `rule` say which.",
    401: "Sign in first; or the token is not one that this relay trusts, has expired, or was revoked.",
    403: "Not allowed to you. With a cookie, also a write that another site's page asked for.",
    404: "There is no such thing.",
    405: "Not with this method.",
    406: "None of the accepted media types or schemas is offered, or one object was asked for and it is not one.",
    409: "It collides with what is there, or refers to what is not.",
    412: "`If-Match` names something else than what is there now.",
    413: "The body is too large, or holds too many rows.",
    415: "The body does not say that it is what is taken here: JSON for rows.",
    416: "There are no rows that far.",
    422: "It is understood, and cannot be done: `detail` says why.",
    428: "Say with `If-Match` what is to be changed.",
    429: "Too much at once. `Retry-After` says when there is room again.",
    500: "A mistake of ours. The relay's log has the rest.",
    503: "The database or the relay cannot take this right now. Try again after `Retry-After`.",
    504: "The statement ran too long and was cancelled.",
}
"""Every refusal there is, by status; each is the problem component."""

ALWAYS: Final = (401, 429, 500, 503)
"""What any request that asks who is there may meet."""

ROWS: Final = (400, *ALWAYS, 406, 504)
"""What any request to rows or functions may meet."""

BODY: Final = (413, 415)
"""What a request with a body may meet."""

PERSON: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"cookie": []}]
"""`security` of what takes somebody who is signed in."""

ANYONE: Final[list[dict[str, list[str]]]] = [{}, *PERSON]
"""`security` of what a visitor may do too."""

Response = dict[str, Any]


def schema(name: str) -> Schema:
    """A reference to a schema of this document."""
    return {"$ref": f"#/components/schemas/{name}"}


def answer(
    description: str, contents: Mapping[str, Schema], headers: Iterable[str] = ()
) -> Response:
    """A response of these media types, with these headers of `HEADERS`."""
    told: Response = {"description": description}
    if contents:
        told["content"] = {kind: {"schema": shape} for kind, shape in contents.items()}
    if headers:
        told["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    return told


def responses(well: Mapping[int, Response], refused: Iterable[int]) -> dict[str, Response]:
    """What an operation answers: well, or with these refusals."""
    told: dict[str, Response] = {str(status): response for status, response in well.items()}
    for status in sorted(set(refused)):
        told[str(status)] = {"$ref": f"#/components/responses/Refused{status}"}
    return told


def parameter(name: str) -> dict[str, str]:
    """A reference to one of `PARAMETERS`."""
    return {"$ref": f"#/components/parameters/{name}"}


def _refusal(status: int, description: str) -> Response:
    required = {429: ["Retry-After"], 503: ["Retry-After"], 401: ["WWW-Authenticate"]}
    return answer(description, {PROBLEM: schema("Problem")}, required.get(status, ()))


def _preferences(*kept: str) -> Schema:
    one = f"({'|'.join(kept)})"
    return {"type": "string", "pattern": f"^{one}(, ?{one}){{0,4}}$"}


_RETURN = "return=(minimal|headers-only|representation)"
_HANDLING = "handling=(strict|lenient)|max-affected=[0-9]{1,6}"

PARAMETERS: Final[dict[str, dict[str, Any]]] = {
    "limit": {
        "name": "limit",
        "in": "query",
        "description": "At most so many rows; never more than `--rows-limit`.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "offset": {
        "name": "offset",
        "in": "query",
        "description": "Leave out so many rows first.",
        "schema": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
    },
    "PreferReading": {
        "name": "Prefer",
        "in": "header",
        "description": "`count=exact` asks how many rows there are in all (RFC 7240). The status of a part is then 206.",
        "schema": _preferences("count=(exact|planned|estimated)", "handling=(strict|lenient)"),
        "example": "count=exact",
    },
    "PreferInserting": {
        "name": "Prefer",
        "in": "header",
        "description": "Whether the rows come back, and what to do with one that is there already (RFC 7240).",
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
        "description": "Whether the rows come back, and how many may be touched at most (RFC 7240).",
        "schema": _preferences(_RETURN, _HANDLING, "count=exact"),
        "example": "return=representation, handling=strict, max-affected=1",
    },
}

HEADERS: Final[dict[str, dict[str, Any]]] = {
    "Content-Range": {
        "description": "Which rows these are, out of how many if that was asked: `0-24/100`, `*/0`.",
        "required": True,
        "schema": {"type": "string", "pattern": r"^([0-9]+-[0-9]+|\*)/([0-9]+|\*)$"},
    },
    "Preference-Applied": {
        "description": "The preferences that were kept (RFC 7240, 3).",
        "schema": {"type": "string"},
    },
    "Location": {
        "description": "Where the new row is, with `return=headers-only`.",
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Seconds (RFC 9110, 10.2.3).",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "WWW-Authenticate": {
        "description": "How to say who one is (RFC 6750, 3).",
        "required": True,
        "schema": {"type": "string", "pattern": "^Bearer"},
    },
    "Set-Cookie": {
        "description": "The cookie of the browser's session, or its end.",
        "schema": {"type": "string"},
    },
}

SCHEMAS: Final[dict[str, Schema]] = FILTERS | {
    "Problem": {
        "type": "object",
        "description": "A refusal: RFC 9457, and PostgREST's four fields. Branch on status, code and rule; "
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
            "details": {"type": ["string", "null"]},
            "hint": {"type": ["string", "null"]},
            "rule": {
                "type": "string",
                "description": "The name of the constraint or rule that refused.",
                "pattern": "^[a-z0-9_]+$",
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
                "description": "A JSON Web Token: the one that `POST /session` answers, or another issuer's "
                "that the relay was told to trust. It wins over the cookie.",
            },
            "cookie": {
                "type": "apiKey",
                "in": "cookie",
                "name": "roomtone",
                "description": "The same token in a cookie that scripts cannot read. Writes with it come from "
                "the relay's own pages only.",
            },
        },
    }
