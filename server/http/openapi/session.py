"""The paths of the session: signing in by name or at an OpenID Connect issuer, and signing out."""

from __future__ import annotations

from typing import Final

from .components import ALWAYS, ANYONE, BODY, JSON, PERSON, Response, answer, schema
from .operations import Operation, body, json_object, operation, parameter
from .shapes import SIGN_IN, TEXT
from .values import Schema

SIGNED_IN: Final[Response] = json_object(
    "You, and your token.", user=schema("User"), token=TEXT
) | {"headers": {"Set-Cookie": {"$ref": "#/components/headers/Set-Cookie"}}}

_SENT_ON: Final[Response] = {
    "description": "On to `Location`.",
    "headers": {
        "Location": {"required": True, "schema": TEXT},
        "Set-Cookie": {"$ref": "#/components/headers/Set-Cookie"},
    },
}

_ISSUER: Final = {
    "name": "issuer",
    "in": "path",
    "required": True,
    "description": "A name in `sign_in.issuers` of `GET /session`.",
    "schema": TEXT,
}

_TIME: Final[Schema] = {"type": "string", "format": "date-time"}

PATHS: Final[dict[str, dict[str, Operation]]] = {
    "/session": {
        "get": operation(
            "who_am_i",
            "session",
            "Who am I?",
            {
                200: json_object(
                    "You, or null for an anonymous user; `sign_in`: how people sign in here: by a name (`demo`), by passkeys, or at "
                    "issuers of tokens; `demo`: the same as in `sign_in`; `kept`: for how many "
                    "seconds your seat and your role are kept when your connection is lost; `push`: the key with which a browser subscribes to "
                    "notifications (W3C Push API, `applicationServerKey`, base64url), or null where there are none.",
                    user={"oneOf": [schema("User"), {"type": "null"}]},
                    demo={"type": "boolean"},
                    sign_in=SIGN_IN,
                    kept={
                        "type": "object",
                        "required": ["seat", "role"],
                        "properties": {"seat": {"type": "number"}, "role": {"type": "number"}},
                    },
                    push={"type": ["string", "null"]},
                )
            },
            (*ALWAYS, 504),
            security=ANYONE,
        ),
        "post": operation(
            "sign_in",
            "session",
            "Sign in by name",
            {
                200: SIGNED_IN,
            },
            (400, 403, *ALWAYS, *BODY, 504),
            description="A demo identity: the person (or bot) with that name, created if unknown. Only on a relay with demo identities.",
            security=[{}],
            requestBody={
                "required": True,
                "content": {
                    JSON: {
                        "schema": {
                            "type": "object",
                            "required": ["username"],
                            "properties": {
                                "username": {"type": "string", "minLength": 1, "maxLength": 40},
                                "kind": {"type": "string", "enum": ["person", "bot"]},
                            },
                        },
                        "example": {"username": "rick"},
                    }
                },
            },
        ),
        "delete": operation(
            "sign_out",
            "session",
            "Sign out",
            {
                200: json_object(
                    "The same; `logout`: where the session that began at an OpenID Connect issuer ends there, too.",
                    logout=TEXT,
                ),
                204: answer("The token is revoked, and you left every room.", {}),
            },
            (403, *ALWAYS, 504),
            security=ANYONE,
        ),
    },
    "/session/tokens": {
        "post": operation(
            "create_access_token",
            "session",
            "Make a token for a program",
            {
                201: json_object(
                    "The token, which is never shown again, and its row.",
                    token=TEXT,
                    jti=TEXT,
                    name=TEXT,
                    created_at=_TIME,
                    expires_at=_TIME,
                ),
            },
            (400, 403, *ALWAYS, *BODY, 504),
            description="With it a program is you: a bot, OBS, a client of `/rows`. You must have signed in within the last ten minutes. The tokens "
            "that you have are rows: `/rows/access_tokens`; deleting one revokes its token.",
            security=PERSON,
            requestBody=body(
                {
                    "type": "object",
                    "required": ["name", "days"],
                    "properties": {
                        "name": {"type": "string", "minLength": 1, "maxLength": 60},
                        "days": {"type": "integer", "minimum": 1, "maximum": 366},
                    },
                },
                {"name": "OBS", "days": 30},
            ),
        )
    },
    "/session/openid/{issuer}": {
        "get": operation(
            "begin_openid",
            "session",
            "Go to an OpenID Connect issuer to sign in",
            {303: _SENT_ON},
            (404, *ALWAYS),
            description="For browsers, by a link or button of a page of this relay; from another site it leads back at once.",
            security=[{}],
            parameters=[
                _ISSUER,
                parameter("return_to", "The path of this relay to come back to.", TEXT),
            ],
        )
    },
    "/session/openid/{issuer}/callback": {
        "get": operation(
            "end_openid",
            "session",
            "Come back from the issuer",
            {303: _SENT_ON},
            (404, *ALWAYS, 504),
            description="The issuer sends the browser here. It goes on to the page where it began, signed in, or with `?sign_in=` and why not: "
            "`denied`, `issuer`, `unreachable`, `expired` and others.",
            security=[{}],
            parameters=[
                _ISSUER,
                *(
                    parameter(name, "As the issuer sends it (OpenID Connect Core, 3.1.2.5).", TEXT)
                    for name in ("code", "state", "iss", "error")
                ),
            ],
        )
    },
    "/session/openid/{issuer}/logout": {
        "post": operation(
            "logout_by_issuer",
            "session",
            "End sessions, for their issuer",
            {200: answer("The sessions that the token names have ended here.", {})},
            (400, 403, 404, 413, *ALWAYS, 504),
            description="OpenID Connect Back-Channel Logout 1.0, 2.5. Only the issuer can make the token.",
            security=[{}],
            parameters=[_ISSUER],
            requestBody=body(
                {
                    "type": "object",
                    "required": ["logout_token"],
                    "properties": {"logout_token": TEXT},
                },
                {"logout_token": "eyJ…"},
                "application/x-www-form-urlencoded",
            ),
        )
    },
}
