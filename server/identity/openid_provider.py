"""What an OpenID Connect issuer publishes: its metadata (OpenID Connect Discovery) and its keys, read in the background."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

import jwt

from ..backoff import backoff
from ..token_keys import PUBLIC
from .bounded_http import REQUESTS_AT_ONCE, Answer, ask, may_lead_to
from .jwks import Jwks, UnknownKey

ARRIVES_WITHIN_S: Final = 5.0
READ_AGAIN_AFTER_S: Final = 3600.0
NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
ENDPOINTS: Final = (*NEEDED, "userinfo_endpoint", "end_session_endpoint")
SIGNATURE_ONLY: Final = {"verify_signature": True} | dict.fromkeys(
    ("verify_exp", "verify_nbf", "verify_iat", "verify_aud", "verify_iss", "verify_sub", "verify_jti"), False
)  # fmt: skip
"""For PyJWT: what the claims must be differs for each kind of token."""

log = logging.getLogger(__name__)

Signed = tuple[dict[str, Any], dict[str, Any]]
"""Claims and header of a token whose signature is the issuer's."""


class Unreachable(Exception):
    """The issuer does not answer, or not with what it should."""


class Provider:
    """Until its metadata was read, and while that fails, sign-ins there are refused; nothing else waits for it."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._metadata: dict[str, Any] | None = None
        self._jwks: Jwks | None = None
        self._discovered = asyncio.Event()
        self._tried = asyncio.Event()
        self._places = asyncio.Semaphore(REQUESTS_AT_ONCE)

    async def arrives(self) -> None:
        """Wait a moment for its metadata, which are being read when a relay has just started. Raises Unreachable."""
        try:
            async with asyncio.timeout(ARRIVES_WITHIN_S):
                await self._tried.wait()
        except TimeoutError:
            raise Unreachable("its metadata could not be read") from None
        self.metadata  # noqa: B018 - it raises

    @property
    def metadata(self) -> dict[str, Any]:
        """Raises Unreachable if it was not read yet."""
        if self._metadata is None:
            raise Unreachable("its metadata was not read yet")
        return self._metadata

    async def run(self) -> None:
        """Read the metadata, and again when it is old, until cancelled."""
        failures = 0
        while True:
            failures = 0 if await self._discover() else failures + 1
            self._tried.set()
            # After failures 1 2 4 8 16 32 60 60 … seconds, each times 0.5 to 1
            again = backoff(failures - 1, base=1.0, most=60.0) if failures else READ_AGAIN_AFTER_S
            await asyncio.sleep(again)

    async def read_keys(self) -> None:
        """Keep the keys up to date, until cancelled."""
        await self._discovered.wait()
        assert self._jwks is not None
        await self._jwks.run()

    async def _discover(self) -> bool:
        # Not at the top: a relay without an issuer need not load the library, which takes a tenth of its start.
        from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url

        try:
            answer = await ask(get_well_known_url(self.issuer, external=True))
            metadata = OpenIDProviderMetadata(answer.content)
            metadata.validate()
            if metadata["issuer"] != self.issuer:  # OpenID Connect Discovery, 4.3
                raise ValueError(f"it calls itself {metadata['issuer']!r:.200}")
            for name in ENDPOINTS:
                where = metadata.get(name)
                if where is None and name not in NEEDED:
                    continue
                if not may_lead_to(self.issuer, where):
                    raise ValueError(f"its {name} is no https address")
        except Exception as error:  # noqa: BLE001 - the library may raise anything for an invalid document
            log.warning("the OpenID Connect issuer %s is not read: %.200s", self.issuer, error)
            return False
        self._metadata = dict(metadata)
        if self._jwks is None:
            self._jwks = Jwks(metadata["jwks_uri"])
        self._discovered.set()
        return True

    async def ask(
        self, url: str, *, form: str | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """A request to one of its endpoints. Raises Unreachable."""
        try:
            async with self._places:
                return await ask(url, form=form, headers=headers)
        except Exception as error:  # noqa: BLE001 - any error of the connection or the document
            log.warning("the OpenID Connect issuer %s does not answer: %.200s", self.issuer, error)
            raise Unreachable(str(error)) from None

    async def signed(self, token: str) -> Signed:
        """As `signed_by_known_key`, but waits for the keys if they are being read."""
        try:
            return self.signed_by_known_key(token)
        except UnknownKey as unknown:
            if not unknown.being_fetched or self._jwks is None:
                raise
        await self._jwks.arrives()
        return self.signed_by_known_key(token)

    def signed_by_known_key(self, token: str) -> Signed:
        """Claims and header, if the signature is the issuer's. Raises UnknownKey, errors of PyJWT."""
        if self._jwks is None:
            raise UnknownKey(being_fetched=True)
        key = self._jwks.find(jwt.get_unverified_header(token).get("kid"))
        decoded = jwt.decode_complete(
            token,
            key,
            algorithms=list(PUBLIC),  # never HS256, whose key would be the client secret
            options=SIGNATURE_ONLY,  # type: ignore[arg-type]
        )
        return decoded["payload"], decoded["header"]
