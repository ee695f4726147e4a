"""Sessions of an OpenID Connect issuer go on only while it confirms them: it is asked by the refresh token, in the background.

An issuer that refuses has ended the session, or disabled the user there: the session ends here, too. One that does not
answer, or answers with another error, is asked again later: after 12 hours without its word, the session ends
(`relay_openid_sessions_to_check`).
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg.types.json import Jsonb

from ..identity.claims import says
from ..identity.openid import Issuer, Refused
from ..identity.openid_provider import Unreachable
from ..identity.sealing import seal, unseal
from ..problem import log_text
from .openid import REFRESH_TOKEN

if TYPE_CHECKING:
    from ..identity.issuers import Issuers
    from ..identity.tokens import Tokens
    from ..postgres.pools import Database

CHECK_EVERY: Final = 1.0  # seconds
AT_ONCE: Final = 20
"""Sessions of one issuer that are taken at a time. They are asked about one after the other, so a slow issuer is asked less."""

SIGN_IN: Final = "select roomtone.sign_in_by_subject(%s, %s, %s, false, %s)"

log = logging.getLogger(__name__)


class SessionChecks:
    """The sessions of one issuer."""

    def __init__(self, issuer: Issuer, database: Database, tokens: Tokens) -> None:
        self._issuer = issuer
        self._database = database
        self._tokens = tokens

    @property
    def name(self) -> str:
        return self._issuer.settings.name

    async def check_sessions(self) -> None:
        """Ask the issuer about the sessions that are due. Raises psycopg errors."""
        settings = self._issuer.settings
        async with self._database.relay() as relay:
            cursor = await relay.execute(
                "select jti, subject, refresh_token from roomtone.relay_openid_sessions_to_check(%s, %s, %s)",
                ([settings.issuer], timedelta(seconds=settings.check_seconds), AT_ONCE),
            )
            due = await cursor.fetchall()
        for jti, subject, sealed in due:
            await self._check(jti, subject, sealed)

    async def _check(self, jti: str, subject: str, sealed: str) -> None:
        refresh_token = unseal(self._tokens, REFRESH_TOKEN, sealed)
        if refresh_token is None:
            return  # sealed with an older key, with which its session's token has ended as well
        try:
            found = await self._issuer.refresh(refresh_token, subject)
        except Unreachable:
            return
        except Refused as refused:
            level = logging.INFO if refused.ends_session else logging.WARNING
            log.log(level, "%s refused to go on: %s", self._issuer.settings.issuer, refused.error)
            if refused.ends_session:
                await self._end(jti)
            return
        settings, moderator = self._issuer.settings, None
        if settings.moderators is not None:
            moderator = says(found.claims, settings.moderators)
            moderator = False if moderator is None and found.whole else moderator
        resealed = seal(self._tokens, REFRESH_TOKEN, found.refresh_token or refresh_token)
        async with self._database.relay() as relay:
            await relay.execute(
                "select roomtone.relay_continue_openid_session(%s, %s)", (jti, resealed)
            )
            try:
                await relay.execute(
                    SIGN_IN, (settings.issuer, subject, Jsonb(dict(found.claims)), moderator)
                )
            except psycopg.errors.InvalidAuthorizationSpecification:
                await self._end(jti)  # disabled here
            except psycopg.DataError as error:
                log.warning("claims cannot be stored: %s", log_text(error))

    async def _end(self, jti: str) -> None:
        async with self._database.relay() as relay:
            await relay.execute("select roomtone.relay_end_openid_session(%s)", (jti,))


def session_checks(issuers: Issuers, database: Database, tokens: Tokens) -> list[SessionChecks]:
    """One for each issuer: a slow one delays only its own."""
    return [SessionChecks(issuer, database, tokens) for issuer in issuers]
