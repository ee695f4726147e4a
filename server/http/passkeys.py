"""Accounts with passkeys, where `--sign-in passkeys` is set: `/session/passkeys`.

A passkey is made in two steps: the page asks for options with a challenge, and sends what the browser made of them. Signing in
is the same. The passkeys that a user has are rows: `/rows/passkeys`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from ..identity.passkeys import (
    Site,
    challenge_of,
    creation_options,
    credential_id_of,
    refused,
    request_options,
    user_handle_of,
    verified_creation,
    verified_sign_in,
)
from ..identity.tokens import address_of, claims_of
from ..problem import Problem, refusal
from ..resource import PRIVATE, resource
from ..rows.body import an_object, an_object_of, json_of
from .hosts import host_of, is_address
from .session import SIGNED_IN, new_users_are_limited, signed_in, user_of

if TYPE_CHECKING:
    from psycopg.abc import Query


async def begin_creation(request: Request) -> Response:
    """`POST /session/passkeys/creation`: the options to make a passkey, `{"publicKey": {…}}` (WebAuthn, 5.4).

    `{"username": …}` for a new account, `{"secret": …}` by a recovery link, `{}` for a further passkey of the user.
    """
    value, _ = await json_of(request)
    given = an_object_of(value, "username", "secret")
    username, secret = given.get("username"), given.get("secret")
    is_text = all(each is None or isinstance(each, str) for each in (username, secret))
    if not is_text or len(given) > 1:
        raise refusal("PGRST102", 'the body must be {"username": "…"}, {"secret": "…"} or {}')
    site = _site(request)
    begun = await _row(
        request,
        "select * from roomtone.relay_begin_passkey(%s, %s, %s, %s)",
        (address_of(request), username, None if given else await _own_id(request), secret),
    )
    return _options(
        creation_options(
            site,
            begun["challenge"],
            begun["user_handle"],
            begun["username"],
            begun["credential_ids"],
        )
    )


async def create(request: Request) -> Response:
    """`POST /session/passkeys {"credential", "name"}`: store what `navigator.credentials.create` made.

    For a new account or by a recovery link, its user is signed in: `{"user", "token"}` and the cookie. For a further passkey, too.
    """
    given, credential = await _answer(request, "credential", "name")
    name = given.get("name")
    if not isinstance(name, str):
        raise refusal("PGRST102", 'the body must have the passkey\'s "name"')
    challenge = await _used(request, credential, to_sign_in=False)
    made = verified_creation(credential, _site(request), challenge)
    user = await user_of(request)
    per_hour: int = request.state.settings.new_users_per_hour
    transports = credential["response"].get("transports")
    known = transports if isinstance(transports, list) else []
    with new_users_are_limited(per_hour):
        owner = await _row(
            request,
            f"select {SIGNED_IN} from roomtone.relay_create_passkey(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                challenge,
                user["id"] if user else None,
                made.credential_id,
                made.credential_public_key,
                made.sign_count,
                [str(each)[:20] for each in known[:8]],
                name,
                address_of(request),
                per_hour,
            ),
        )
    return signed_in(request, owner)


async def begin_sign_in(request: Request) -> Response:
    """`POST /session/passkeys/request`: the options to sign in, `{"publicKey": {…}}` (WebAuthn, 5.5)."""
    site = _site(request)
    begun = await _row(
        request,
        "select roomtone.relay_begin_passkey_sign_in(%s) as challenge",
        (address_of(request),),
    )
    return _options(request_options(site, begun["challenge"]))


async def sign_in(request: Request) -> Response:
    """`POST /session/passkeys/sign_in {"credential"}`: sign in with what `navigator.credentials.get` answered."""
    _, credential = await _answer(request, "credential")
    challenge = await _used(request, credential, to_sign_in=True)
    credential_id = credential_id_of(credential)
    known = await _row(
        request,
        "select public_key, user_handle from roomtone.relay_passkey(%s)",
        (credential_id,),
    )
    # The answer must say whose passkey it is, because no name was asked for (WebAuthn, 7.2, step 6).
    if user_handle_of(credential) != known["user_handle"]:
        raise refused("The passkey is another user's.")
    signed = verified_sign_in(credential, _site(request), challenge, known["public_key"])
    user = await _row(
        request,
        f"select {SIGNED_IN} from roomtone.relay_sign_in_by_passkey(%s, %s)",
        (credential_id, signed.new_sign_count),
    )
    return signed_in(request, user)


def _site(request: Request) -> Site:
    """Of which site the passkeys are: the name by which the browser reached the relay, one of ours (`hosts.py`)."""
    authority = request.headers.get("host", "").lower()
    host = host_of(authority)
    if is_address(host) or not host:
        raise Problem(
            400,
            "22023",
            "passkeys belong to a host name, and this page was opened by an IP address",
            hint="Open the page by its name; on this machine: localhost.",
            rule="passkeys_belong_to_a_host_name",
        )
    return Site(host, authority)


async def _own_id(request: Request) -> int:
    """Who adds a passkey. A sign-in of long ago is not enough: the user may have gone, and the page be left open."""
    user = await user_of(request)
    if user is None:
        raise Problem(
            401,
            "42501",
            "you must be signed in to add a passkey",
            hint='For a new account send {"username": "…"}.',
        )
    await _row(
        request,
        "select roomtone.relay_require_recent_sign_in(%s)",
        (Jsonb(claims_of(request)),),
    )
    return int(user["id"])


async def _answer(request: Request, *known: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The body, which has these fields, and the credential in it."""
    value, _ = await json_of(request)
    given = an_object_of(value, *known)
    return given, an_object(given.get("credential"))


async def _used(request: Request, credential: dict[str, Any], *, to_sign_in: bool) -> bytes:
    """The challenge that this answers. It is used up first, whatever the answer is worth."""
    challenge = challenge_of(credential)
    await _row(
        request,
        "select roomtone.relay_use_passkey_challenge(%s, %s)",
        (challenge, to_sign_in),
    )
    return challenge


async def _row(request: Request, statement: Query, values: tuple[object, ...]) -> dict[str, Any]:
    async with (
        request.state.database.relay_for_subject() as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        await cursor.execute(statement, values)
        row: dict[str, Any] = await cursor.fetchone()
    return row


def _options(options: dict[str, Any]) -> Response:
    return JSONResponse({"publicKey": options}, headers=PRIVATE)


routes: list[BaseRoute] = [
    resource("/session/passkeys/creation", post=begin_creation),
    resource("/session/passkeys", post=create),
    resource("/session/passkeys/request", post=begin_sign_in),
    resource("/session/passkeys/sign_in", post=sign_in),
]
