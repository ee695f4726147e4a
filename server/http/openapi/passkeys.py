"""The paths of accounts with passkeys, for relays with `--sign-in passkeys`."""

from __future__ import annotations

from typing import Any, Final

from .components import ALWAYS, ANYONE, BODY, Response
from .operations import Operation, body, json_object, operation
from .session import SIGNED_IN
from .shapes import TEXT
from .values import Schema

_BASE64URL: Final[Schema] = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}


def _exactly(**properties: Schema) -> Schema:
    """An object with these properties, all of them, and no other."""
    return {
        "type": "object",
        "required": [*properties],
        "properties": properties,
        "additionalProperties": False,
    }


def _public_key(description: str, **properties: Schema) -> Response:
    """Options for a browser, as `PublicKeyCredential.parse…OptionsFromJSON` takes them."""
    shape = {"type": "object", "required": [*properties], "properties": properties}
    return json_object(description, publicKey=shape)


def _credential(**response: Schema) -> Schema:
    """What `toJSON()` of the browser's answer returns (WebAuthn Level 3, 5.1)."""
    return {
        "type": "object",
        "required": ["id", "rawId", "type", "response"],
        "properties": {
            "id": _BASE64URL,
            "rawId": _BASE64URL,
            "type": {"const": "public-key"},
            "response": {
                "type": "object",
                "required": [*response],
                "properties": response,
            },
        },
    }


def _example(*response: str) -> dict[str, Any]:
    return {
        "id": "Zw7W",
        "rawId": "Zw7W",
        "type": "public-key",
        "response": dict.fromkeys(response, "eyJ0"),
    }


_DESCRIPTORS: Final[Schema] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "type"],
        "properties": {"id": _BASE64URL, "type": {"const": "public-key"}},
    },
}
_VERIFIED: Final[Schema] = {"const": "required"}

PATHS: Final[dict[str, dict[str, Operation]]] = {
    "/session/passkeys/creation": {
        "post": operation(
            "begin_passkey",
            "session",
            "Options to make a passkey",
            {
                200: _public_key(
                    "The argument of `navigator.credentials.create` (WebAuthn Level 3, 5.4). It counts once, for five minutes.",
                    rp=_exactly(name=TEXT, id=TEXT),
                    user=_exactly(id=_BASE64URL, name=TEXT, displayName=TEXT),
                    challenge=_BASE64URL,
                    pubKeyCredParams={"type": "array", "items": {"type": "object"}},
                    timeout={"type": "integer"},
                    excludeCredentials=_DESCRIPTORS,
                    authenticatorSelection={
                        "type": "object",
                        "required": ["residentKey", "userVerification"],
                        "properties": {"residentKey": _VERIFIED, "userVerification": _VERIFIED},
                    },
                    attestation={"const": "none"},
                )
            },
            (400, 403, 409, *ALWAYS, *BODY, 504),
            description="With a name: for a new account. With the secret of a recovery link: for its user. With neither: a further one for you.",
            security=ANYONE,
            requestBody=body(
                {
                    "oneOf": [
                        _exactly(username={"type": "string", "minLength": 1, "maxLength": 40}),
                        _exactly(secret=TEXT),
                        _exactly(),
                    ]
                },
                {"username": "anna"},
            ),
        )
    },
    "/session/passkeys": {
        "post": operation(
            "create_passkey",
            "session",
            "Store a passkey, and sign in",
            {200: SIGNED_IN},
            (400, 403, 409, *ALWAYS, *BODY, 504),
            description="What `navigator.credentials.create` answered to the options, and a name for the passkey. The passkeys that you have "
            "are rows: `/rows/passkeys`.",
            security=ANYONE,
            requestBody=body(
                {
                    "type": "object",
                    "required": ["credential", "name"],
                    "properties": {
                        "credential": _credential(
                            clientDataJSON=_BASE64URL, attestationObject=_BASE64URL
                        ),
                        "name": TEXT,
                    },
                },
                {"credential": _example("clientDataJSON", "attestationObject"), "name": "Phone"},
            ),
        )
    },
    "/session/passkeys/request": {
        "post": operation(
            "begin_passkey_sign_in",
            "session",
            "Options to sign in with a passkey",
            {
                200: _public_key(
                    "The argument of `navigator.credentials.get` (WebAuthn Level 3, 5.5). It counts once, for five minutes.",
                    challenge=_BASE64URL,
                    timeout={"type": "integer"},
                    rpId=TEXT,
                    allowCredentials=_DESCRIPTORS,
                    userVerification=_VERIFIED,
                )
            },
            (400, 403, *ALWAYS, 504),
            security=[{}],
        )
    },
    "/session/passkeys/sign_in": {
        "post": operation(
            "sign_in_with_passkey",
            "session",
            "Sign in with a passkey",
            {200: SIGNED_IN},
            (400, 403, *ALWAYS, *BODY, 504),
            description="What `navigator.credentials.get` answered to the options.",
            security=[{}],
            requestBody=body(
                {
                    "type": "object",
                    "required": ["credential"],
                    "properties": {
                        "credential": _credential(
                            clientDataJSON=_BASE64URL,
                            authenticatorData=_BASE64URL,
                            signature=_BASE64URL,
                            userHandle=_BASE64URL,
                        )
                    },
                },
                {
                    "credential": _example(
                        "clientDataJSON", "authenticatorData", "signature", "userHandle"
                    )
                },
            ),
        )
    },
}
