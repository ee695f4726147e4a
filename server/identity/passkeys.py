"""Passkeys: what a browser is asked for, and whether its answer is genuine (WebAuthn Level 3, 7.1 and 7.2; by py_webauthn).

The user must be verified (by PIN, finger, face), because a passkey is all that is needed to sign in: a found phone or key is not
enough. No attestation is asked for: which make of authenticator it is decides nothing here. `relay_sign_in_by_passkey` compares
the counters.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from ..problem import Problem, refusal

T = TypeVar("T")

_VERIFIED: Final = UserVerificationRequirement.REQUIRED
_TIMEOUT_MS: Final = 180_000  # less than a challenge's five minutes


@dataclass(frozen=True)
class Site:
    """Where passkeys are made: they belong to the host's name, whatever the port.

    `authority` is the `Host` header. Behind a proxy the relay does not see the scheme. Browsers offer passkeys on https only, and on
    http where the host is this machine.
    """

    host: str
    authority: str

    @property
    def origins(self) -> list[str]:
        """The origins of this site's pages."""
        local = self.host == "localhost" or self.host.endswith(".localhost")
        return [f"https://{self.authority}", *([f"http://{self.authority}"] if local else [])]


def creation_options(
    site: Site, challenge: bytes, user_handle: bytes, username: str, known: Iterable[bytes]
) -> dict[str, Any]:
    """The argument `publicKey` of `navigator.credentials.create`, as JSON. `known`: the passkeys that the user has."""
    options = generate_registration_options(
        rp_id=site.host,
        rp_name="Roomtone",
        user_id=user_handle,
        user_name=username,
        user_display_name=username,
        challenge=challenge,
        timeout=_TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,  # so that signing in needs no name
            user_verification=_VERIFIED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
    )
    return dict(json.loads(options_to_json(options)))


def request_options(site: Site, challenge: bytes) -> dict[str, Any]:
    """The argument `publicKey` of `navigator.credentials.get`, as JSON: for any passkey of this site."""
    options = generate_authentication_options(
        rp_id=site.host, challenge=challenge, timeout=_TIMEOUT_MS, user_verification=_VERIFIED
    )
    return dict(json.loads(options_to_json(options)))


def challenge_of(credential: Any) -> bytes:
    """The challenge that a browser's answer names. Raises Problem PGRST102."""
    try:
        client_data = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        return base64url_to_bytes(client_data["challenge"])
    except (KeyError, TypeError, ValueError, RecursionError):
        raise refusal("PGRST102", "this is no answer of navigator.credentials") from None


def credential_id_of(credential: dict[str, Any]) -> bytes:
    """The id of the passkey that has answered. Raises Problem PGRST102."""
    try:
        return base64url_to_bytes(credential["id"])
    except (KeyError, TypeError, ValueError):
        raise refusal("PGRST102", "the credential has no id") from None


def user_handle_of(credential: dict[str, Any]) -> bytes | None:
    """The user handle in the answer; None without one. Raises Problem PGRST102."""
    handle = credential["response"].get("userHandle")
    try:
        return None if handle is None else base64url_to_bytes(handle)
    except (TypeError, ValueError):
        raise refusal("PGRST102", "the user handle is not base64url") from None


def verified_creation(
    credential: dict[str, Any], site: Site, challenge: bytes
) -> VerifiedRegistration:
    """The passkey that was made. Raises Problem 403."""
    return _verified(verify_registration_response, credential, site, challenge)


def verified_sign_in(
    credential: dict[str, Any], site: Site, challenge: bytes, public_key: bytes
) -> VerifiedAuthentication:
    """What the passkey with this key has signed. Raises Problem 403."""
    return _verified(
        verify_authentication_response,
        credential,
        site,
        challenge,
        credential_public_key=public_key,
        credential_current_sign_count=0,  # the database compares it
    )


def _verified(
    verify: Callable[..., T], credential: dict[str, Any], site: Site, challenge: bytes, **more: Any
) -> T:
    try:
        return verify(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origins,
            require_user_verification=True,
            **more,
        )
    except Exception as error:  # noqa: BLE001 - bytes of anybody go through CBOR, X.509 and COSE parsers, each with errors of its own
        raise refused(str(error)) from None


def refused(details: str) -> Problem:
    """The refusal of an answer that does not prove anything."""
    return Problem(
        403,
        "42501",
        "the answer of the passkey is not valid for this site",
        details=details[:300],
        hint="Open the page by the address that you always use, and try again.",
        rule="passkeys_are_verified",
    )
