"""Which settings contradict each other, or have no meaning: what is wrong, and what to write instead."""

from __future__ import annotations

from typing import Any

from .formats.ice_addresses import faults
from .formats.loopback import protected
from .formats.media_addresses import Reach
from .token_keys import check_algorithms, check_public_key, check_secret


def contradictions(settings: Any) -> list[str]:
    """A sentence or two for each, of these `Settings`."""
    errors = faults(settings.ice_servers, settings.turn_uris, has_secret=bool(settings.turn_secret))
    jwks, algorithms = settings.jwt_jwks_url, settings.jwt_algorithms
    for option, check in (
        ("--media-networks", lambda: Reach.of(settings.media_networks, loopback=False)),
        ("--push-networks", lambda: Reach.of(settings.push_networks, loopback=False)),
        ("--jwt-jwks-url", lambda: jwks is None or protected(jwks)),
        ("--jwt-algorithms", lambda: check_algorithms(algorithms)),
        ("--jwt-secret", lambda: check_secret(settings.jwt_secret, algorithms)),
        ("--jwt-public-key", lambda: check_public_key(settings.jwt_public_key, algorithms)),
    ):
        try:
            check()
        except ValueError as error:
            errors.append(f"{option}: {error}.")
    errors += _issuer_faults(settings)
    if settings.sign_in == "demo" and settings.demo is False:
        errors.append("--sign-in: demo identities are off by --no-demo. Leave one of the two out.")
    other_keys = settings.jwt_jwks_url or settings.jwt_public_key
    if settings.token_users != "ids" and other_keys and not settings.jwt_audience:
        errors.append(
            "--token-users: give --jwt-audience, too. Without it, tokens that their issuer made for"
            " other applications would sign in here."
        )
    if settings.push_contact and not settings.push_contact.startswith(("mailto:", "https:")):
        errors.append("--push-contact: write mailto:ADDRESS, or an https address.")
    if settings.listen_url and not settings.database_url:
        errors.append("--listen-url: name the database by --database-url, too.")
    for url in (settings.bus_url or "").replace(",", " ").split():
        if not url.startswith(("nats://", "tls://")):
            errors.append("--bus-url: write nats://HOST:PORT, or tls://HOST:PORT with TLS.")
            break
    return errors


def _issuer_faults(settings: Any) -> list[str]:
    if settings.openid_issuer is None and settings.openid_client_id is not None:
        return ["--openid-client-id: name its issuer by --openid-issuer, too."]
    if settings.openid_issuer is None and settings.openid_client_secret is not None:
        return ["--openid-client-secret: name its issuer by --openid-issuer, too."]
    if settings.openid_issuer is not None and not settings.openid_client_id:
        return ["--openid-issuer: give --openid-client-id, too."]
    option = "--openid-issuer"
    try:
        _ = settings.issuer
        option = "--openid-issuers"
        _ = settings.issuers
    except ValueError as error:
        return [f"{option}: {error}."]
    return []
