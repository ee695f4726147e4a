"""The user of a request: JSON Web Tokens (RFC 7519), as a bearer token or in a cookie.

A token only names a user. The database decides what the user may do, and whether the token was revoked:
`roomtone.become` refuses a revoked token in each transaction.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import time
import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jwt
from starlette.requests import HTTPConnection

from ..problem import Problem, refusal
from ..token_keys import pem
from ..types import Claims, UserId
from .claims import is_time, names_a_user
from .fetch_site import is_cross_site
from .jwks import Jwks, UnknownKey
from .session_cookie import cookie_of

if TYPE_CHECKING:
    from ..settings import Settings

SUBPROTOCOL = "bearer."
TOKEN_LIFETIME = timedelta(days=30)
CLOCK_SKEW_S = 30  # an issuer's clock may be off by that much
MOST_VERIFIED = 1000  # tokens whose claims are kept
LONGEST_VERIFIED = 2048  # characters of such a token
COMPACT = re.compile(
    r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII
)  # RFC 7515, 7.1; a decoder skips other characters

CLAIMS_KEY = "roomtone.claims"
"""Where a request's scope keeps its claims, or the Problem with its token."""

OWN_ALGORITHM = "HS256"
_UNUSABLE = (
    jwt.MissingRequiredClaimError,
    jwt.ImmatureSignatureError,
    jwt.InvalidAudienceError,
    jwt.exceptions.InvalidSubjectError,
)
"""What PyJWT raises for a valid signature with unusable claims."""


class Tokens:
    """Issues this relay's tokens, and verifies tokens of this relay and of other issuers.

    `secret` signs and verifies HS256 (at least 32 bytes, RFC 7518 section 3.2). `public_key` (PEM)
    and `jwks` verify other issuers' tokens. A key is only ever used with algorithms of its own
    kind, so that no token can be signed with a public key as a shared secret (RFC 8725 section 3.1).
    With an `audience`, every token must name it in `aud` (RFC 7519 section 4.1.3).
    """

    def __init__(
        self,
        secret: str,
        *,
        algorithms: Sequence[str] = ("HS256", "RS256"),
        public_key: str | None = None,
        jwks: Jwks | None = None,
        audience: str | None = None,
    ) -> None:
        self._secret = secret
        self._algorithms = frozenset(algorithms)
        self._public_key = public_key
        self._audience = audience
        self._verified: OrderedDict[str, Claims] = OrderedDict()
        self.jwks = jwks

    @classmethod
    def from_settings(cls, settings: Settings, secret: str) -> Tokens:
        """`secret` is `settings.jwt_secret`, or the one kept in the database when that is None."""
        jwks = Jwks(settings.jwt_jwks_url) if settings.jwt_jwks_url else None
        return cls(
            secret,
            algorithms=settings.jwt_algorithms,
            public_key=pem(settings.jwt_public_key),
            jwks=jwks,
            audience=settings.jwt_audience,
        )

    def replace_secret(self, secret: str) -> None:
        """From now on this one signs and verifies: tokens of the one before are invalid."""
        self._secret = secret
        self._verified.clear()

    def issue(
        self,
        user_id: UserId,
        *,
        lifetime: timedelta = TOKEN_LIFETIME,
        jti: str | None = None,
        signs_in: bool = False,
    ) -> str:
        """A new token for this user, with this id (`jti`) or a random one. By that it can be revoked.

        `signs_in`: the user has just signed in: `auth_time` (OpenID Connect Core, 2). Tokens for programs have none."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "sub": str(user_id),
            "jti": jti or str(uuid.uuid4()),
            "iat": now,
            "exp": now + int(lifetime.total_seconds()),
        }
        claims |= {"auth_time": now} if signs_in else {}
        claims |= {"aud": self._audience} if self._audience is not None else {}
        return jwt.encode(claims, self._secret, OWN_ALGORITHM)

    def key(self, purpose: str) -> bytes:
        """A key of 32 bytes for this purpose, which all relays of this database share."""
        return hashlib.sha256(f"{purpose} {self._secret}".encode()).digest()

    def verify(self, token: str) -> Claims:
        """The claims of a valid token. Raises Problem 401 for an invalid one, with the reason.

        Raises Problem 403 for a valid token whose subject cannot be a user of this database.

        Of the tokens that were used last and are signed with the relay's secret, the claims are kept until
        they expire. Whether a token was revoked is not asked here, but in each transaction.
        """
        known = self._verified.get(token)
        if known is not None and (ends_at(known) or 0) > time.time():
            self._verified.move_to_end(token)
            return known
        claims, algorithm = self._decode(token)
        if not names_a_user(claims["sub"]):
            raise _no_user()
        if algorithm == OWN_ALGORITHM and len(token) <= LONGEST_VERIFIED:
            self._verified[token] = claims
            if len(self._verified) > MOST_VERIFIED:
                self._verified.popitem(last=False)
        return claims

    def verify_of_issuer(self, token: str) -> Claims:
        """The claims of a valid token of another issuer, whose subject is what that issuer calls a user. Raises as `verify`."""
        return self._decode(token)[0]

    def _decode(self, token: str) -> tuple[Claims, str]:
        if not COMPACT.fullmatch(token):
            raise token_refused("PGRST301", "this is no token")
        try:
            algorithm = str(jwt.get_unverified_header(token).get("alg"))
            key = self._key_for(token, algorithm)
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._audience,
                leeway=CLOCK_SKEW_S,
                options={"require": ["exp", "sub"], "verify_aud": self._audience is not None},
            )
        except jwt.ExpiredSignatureError:
            raise token_refused("PGRST303", "the token has expired") from None
        except _UNUSABLE as error:
            raise token_refused("PGRST303", f"the token cannot be used: {error}") from None
        except (jwt.PyJWTError, ValueError, ArithmeticError, RecursionError):
            raise token_refused("PGRST301", "this relay does not trust the token") from None
        for name in ("exp", "nbf", "iat"):
            if name in claims and not is_time(claims[name]):
                raise token_refused("PGRST303", f"the token's {name} is not a time in seconds")
        if not claims["sub"]:
            raise token_refused("PGRST303", "the token's subject is empty")
        return claims, algorithm

    def _key_for(self, token: str, algorithm: str) -> Any:
        if algorithm not in self._algorithms:
            raise jwt.InvalidAlgorithmError(algorithm)
        if algorithm.startswith("HS"):
            return self._secret
        if self._public_key is not None:
            return self._public_key
        if self.jwks is None:
            raise jwt.InvalidKeyError("no public key is configured")
        try:
            return self.jwks.find(jwt.get_unverified_header(token).get("kid"))
        except UnknownKey as unknown:
            if unknown.being_fetched:
                raise Problem(503, "08006", "the issuer's keys are being read; try again") from None
            raise jwt.InvalidKeyError("the issuer has no such key") from None


def claims_of(connection: HTTPConnection) -> Claims:
    """The claims of this request's user; empty for an anonymous user.

    `Authorization: Bearer` has priority over the cookie. An invalid token is refused with Problem 401,
    never treated as no token. Other authorization schemes are ignored: a proxy may use them.
    In requests of other sites' pages the cookie is ignored.
    """
    known: Claims | Problem | None = connection.scope.get(CLAIMS_KEY)
    if isinstance(known, Problem):
        raise known
    if known is None:
        token = token_of(connection)
        known = connection.state.tokens.verify(token) if token else {}
        connection.scope[CLAIMS_KEY] = known
    return known


def token_of(connection: HTTPConnection) -> str | None:
    """The token that counts for this request. Raises Problem 401 for an empty bearer token."""
    token = bearer_of(connection)
    if token is None and not is_cross_site(connection.headers):
        token = connection.cookies.get(cookie_of(connection))
    return token or None


def bearer_of(connection: HTTPConnection) -> str | None:
    """The bearer token of this request (RFC 6750 section 2.1), or None.

    A browser's WebSocket can only set subprotocols, so there one of them may be `bearer.<token>`.
    """
    for offered in connection.scope.get("subprotocols", ()):
        if offered.startswith(SUBPROTOCOL):
            return _not_empty(offered.removeprefix(SUBPROTOCOL))
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    return _not_empty(token.strip())


def _not_empty(token: str) -> str:
    # Not the same as no token: then the cookie would count, also for pages of other sites.
    if not token:
        raise token_refused("PGRST301", "the bearer token is empty")
    return token


def user_of(claims: Mapping[str, object]) -> UserId | None:
    """The id of the user, or None for an anonymous user."""
    return UserId(int(str(claims["sub"]))) if "sub" in claims else None


def ends_at(claims: Mapping[str, object]) -> float | None:
    """When a stream with these claims has to end (Unix time); None: never.

    That is at `exp`; or, for a token accepted within the allowed clock skew, when that ends.
    """
    expires = claims.get("exp")
    if not isinstance(expires, int | float):
        return None
    return expires if expires > time.time() else expires + CLOCK_SKEW_S


def subject_of(connection: HTTPConnection) -> str:
    """Whom limits and budgets count this request for: `user 7`, or `address 192.0.2.1`.

    The first word keeps users and addresses apart, whatever text a proxy sends as an address.
    """
    try:
        user = user_of(claims_of(connection))
    except Problem:  # the route refuses the token; here the request counts for its address
        user = None
    if user is not None:
        return f"user {user}"
    return f"address {address_of(connection)}"


def address_of(connection: HTTPConnection) -> str:
    """The address that a request comes from; of IPv6 its first 64 bits, because the rest is the client's choice (RFC 4291)."""
    host = connection.client.host if connection.client else ""
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return host
    return str(address.ipv4_mapped or ipaddress.IPv6Network((address, 64), strict=False))


def _no_user() -> Problem:
    return Problem(
        403,
        "42501",
        "the token's subject is not the id of a user of this database",
        hint="`sub` must be the id of a row in users, as text. --token-users allows other subjects.",
        rule="tokens_subject_is_a_user",
    )


def token_refused(code: str, message: str) -> Problem:
    """Problem 401 with one of PostgREST's codes."""
    problem = refusal(code, message, hint="Sign in again: POST /session, or send a newer token.")
    problem.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'  # RFC 6750 section 3.1
    return problem
