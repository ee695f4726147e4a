"""Signing in at an OpenID Connect issuer: authorization code with PKCE (OpenID Connect Core 3.1, RFC 7636), and refresh (Core 12).

Authlib builds the requests and checks the claims of ID tokens, PyJWT the signatures, `bounded_http.py` sends.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus

import jwt

from ..formats.openid_issuers import OpenidIssuer
from ..types import Claims
from .jwks import UnknownKey
from .openid_provider import Provider, Unreachable
from .tokens import CLOCK_SKEW_S

if TYPE_CHECKING:
    from authlib.oauth2.auth import ClientAuth

OVER = "invalid_grant"
"""The error of a refresh token that is no longer valid (RFC 6749, 5.2)."""

ENDS: Final = {OVER, "access_denied", "login_required", "interaction_required", "consent_required"}
"""The errors of a user who may not go on, or has to sign in again (RFC 6749, 4.1.2.1; Core, 3.1.2.6). Others are ours or the issuer's."""

log = logging.getLogger(__name__)


class Refused(Exception):
    """The issuer refuses, or says what cannot be trusted. `error` is its code, such as `invalid_grant` (RFC 6749, 5.2)."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error

    @property
    def ends_session(self) -> bool:
        """Whether the user has to sign in again."""
        return self.error in ENDS


@dataclass(frozen=True)
class Attempt:
    """A sign-in that a browser has begun; its cookie holds this. `return_to`: the path to go on to."""

    issuer: str
    state: str
    nonce: str
    verifier: str
    return_to: str


@dataclass(frozen=True)
class Confirmed:
    """What the issuer said about a user; `claims` has what stands in the ID token and the userinfo.

    `whole`: a claim that is missing is not the user's. After a refresh the issuer may have said nothing new.
    """

    claims: Claims
    refresh_token: str | None
    whole: bool


class Issuer:
    """What we ask one issuer."""

    def __init__(self, settings: OpenidIssuer) -> None:
        self.settings = settings
        self.provider = Provider(settings.issuer)

    def authorization_url(self, attempt: Attempt, redirect_uri: str) -> str:
        """Where the browser goes to sign in. Raises Unreachable."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        return str(
            prepare_grant_uri(
                self.provider.metadata["authorization_endpoint"],
                self.settings.client_id,
                "code",
                redirect_uri,
                " ".join(self.settings.scopes),
                attempt.state,
                nonce=attempt.nonce,
                code_challenge=create_s256_code_challenge(attempt.verifier),
                code_challenge_method="S256",
            )
        )

    def logout_url(self, return_to: str) -> str | None:
        """Where a browser ends the session at the issuer; None if it offers that nowhere (RP-Initiated Logout, 2).

        Without the ID token, which would stand in the address. So the issuer may ask the user.
        """
        try:
            endpoint = self.provider.metadata.get("end_session_endpoint")
        except Unreachable:
            return None
        if not isinstance(endpoint, str):
            return None
        query = f"client_id={quote_plus(self.settings.client_id)}&post_logout_redirect_uri={quote_plus(return_to)}"
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"

    def check_answer(self, iss: str | None) -> None:
        """Raises Refused if an answer with this `iss` is not its own (RFC 9207, 2.4), and Unreachable. Older issuers send none."""
        named = self.provider.metadata.get("authorization_response_iss_parameter_supported")
        if iss != self.settings.issuer and (iss is not None or named is True):
            raise Refused("an answer of another issuer")

    async def redeem(self, code: str, attempt: Attempt, redirect_uri: str) -> Confirmed:
        """What the issuer says about who signed in, for this code. Raises Unreachable, Refused."""
        tokens = await self._tokens(
            "authorization_code",
            code=code,
            redirect_uri=redirect_uri,
            code_verifier=attempt.verifier,
        )
        if not isinstance(tokens.get("id_token"), str):
            raise Refused("no ID token")
        said = await self._id_token(tokens["id_token"], tokens, attempt.nonce)
        return await self._confirmed(said, tokens)

    async def refresh(self, refresh_token: str, subject: str) -> Confirmed:
        """What it says now. Raises Unreachable, and Refused if the session is over."""
        tokens = await self._tokens("refresh_token", refresh_token=refresh_token)
        said: Claims = {"sub": subject}
        if isinstance(tokens.get("id_token"), str):
            said = await self._id_token(tokens["id_token"], tokens, None)
            if said["sub"] != subject:
                raise Refused(OVER)
        found = await self._confirmed(said, tokens)
        return replace(found, refresh_token=found.refresh_token or refresh_token)

    async def _tokens(self, grant_type: str, **parameters: str) -> dict[str, Any]:
        from authlib.oauth2.rfc6749.parameters import prepare_token_request

        auth = self._client_auth()
        body = prepare_token_request(grant_type, **parameters)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        url, headers, body = auth.prepare(
            "POST", self.provider.metadata["token_endpoint"], headers, body
        )
        answer = await self.provider.ask(url, form=body, headers=headers)
        if not isinstance(answer.content, dict):
            raise Unreachable("its token endpoint answers no object")
        if answer.status >= 500:
            raise Unreachable(f"its token endpoint answers with status {answer.status}")
        if answer.status != 200:
            raise Refused(str(answer.content.get("error", answer.status))[:100])
        return answer.content

    def _client_auth(self) -> ClientAuth:
        from authlib.oauth2.auth import ClientAuth

        client, secret = self.settings.client_id, self.settings.client_secret
        if secret is None:
            return ClientAuth(client, None, "none")
        methods = self.provider.metadata.get("token_endpoint_auth_methods_supported")
        if methods is None or "client_secret_basic" in methods:
            # Both are encoded before they are joined (RFC 6749, 2.3.1).
            return ClientAuth(quote_plus(client), quote_plus(secret), "client_secret_basic")
        return ClientAuth(client, secret, "client_secret_post")

    async def _confirmed(self, said: Claims, tokens: dict[str, Any]) -> Confirmed:
        userinfo = await self._userinfo(tokens.get("access_token"), said["sub"])
        refresh_token = tokens.get("refresh_token")
        return Confirmed(
            {**userinfo, **said},
            refresh_token if isinstance(refresh_token, str) and refresh_token else None,
            whole=bool(userinfo) or len(said) > 1,
        )

    async def _userinfo(self, access_token: object, subject: object) -> Claims:
        """The claims at the userinfo endpoint (Core, 5.3); none if it has none, refuses, or names another subject."""
        endpoint = self.provider.metadata.get("userinfo_endpoint")
        if not isinstance(endpoint, str) or not isinstance(access_token, str):
            return {}
        try:
            answer = await self.provider.ask(
                endpoint, headers={"Authorization": f"Bearer {access_token}"}
            )
        except Unreachable:
            return {}
        content = answer.content
        known = answer.status == 200 and isinstance(content, dict) and content.get("sub") == subject
        return content if known else {}

    async def _id_token(self, token: str, tokens: dict[str, Any], nonce: str | None) -> Claims:
        """Its claims, when everything in Core 3.1.3.7 holds. Raises Refused."""
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        try:
            claims, header = await self.provider.signed(token)
            options = {
                "iss": {"essential": True, "value": self.settings.issuer},
                "aud": {"essential": True, "value": self.settings.client_id},
            }
            parameters = {
                "nonce": nonce,
                "client_id": self.settings.client_id,
                "access_token": tokens.get("access_token"),
            }
            CodeIDToken(claims, header, options, parameters).validate(
                int(time.time()), CLOCK_SKEW_S
            )
            if not isinstance(claims["sub"], str) or not claims["sub"]:
                raise ValueError("no subject")
        except (jwt.PyJWTError, JoseError, UnknownKey, ValueError, TypeError) as error:
            log.warning("an ID token of %s is invalid: %.200s", self.settings.issuer, error)
            raise Refused("an ID token that is not valid") from None
        return claims
