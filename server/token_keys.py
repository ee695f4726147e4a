"""The keys of tokens as an operator gives them (RFC 7518), refused at the start if they are weak or would verify no token."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

SHARED: Final = {"HS256": 32, "HS384": 48, "HS512": 64}
"""Signatures by a shared secret, and its least length in bytes (RFC 7518, 3.2)."""

PUBLIC: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
"""Signatures by public keys (RFC 7518, 3.1; RFC 8037, 3.1)."""

RSA_BITS: Final = 2048  # the least length of an RSA key (RFC 7518, 3.3)


def check_algorithms(names: Iterable[str]) -> None:
    """Raises ValueError for an unknown one, and for `none`."""
    for name in names:
        if name not in (*SHARED, *PUBLIC):
            raise ValueError(f"{name!r} is none of {', '.join((*SHARED, *PUBLIC))}")


def check_secret(secret: str | None, algorithms: Iterable[str]) -> None:
    """Raises ValueError, which does not quote it, unless it is as long as these algorithms need, and no key of another kind."""
    import jwt

    if secret is None:
        return
    name = max((each for each in algorithms if each in SHARED), key=SHARED.get, default="HS256")  # type: ignore[arg-type]
    length = len(secret.encode())
    if length < SHARED[name]:
        raise ValueError(
            f"it has {length} bytes, and {name} needs {SHARED[name]} or more (RFC 7518, 3.2)."
            f" Make one by `openssl rand -base64 {SHARED[name]}`"
        )
    try:
        jwt.get_algorithm_by_name(name).prepare_key(secret)
    except jwt.InvalidKeyError:
        raise ValueError(
            "a public key, a certificate or a JWK is no secret; --jwt-public-key takes a public key"
        ) from None


def check_public_key(given: str | None, algorithms: Iterable[str]) -> None:
    """Raises ValueError unless this is a public key of one of these algorithms. `given` as in `pem`."""
    import jwt

    try:
        text = pem(given)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no PEM text"
        raise ValueError(f"{given!r:.200} cannot be read: {reason}") from None
    if text is None:
        return
    if "PRIVATE KEY-----" in text:
        raise ValueError("this is a private key, which only the issuer should have")
    of_public_keys = [name for name in algorithms if name in PUBLIC]
    for name in of_public_keys:
        try:
            key = jwt.get_algorithm_by_name(name).prepare_key(text)
        except (jwt.InvalidKeyError, ValueError, TypeError):
            continue
        if too_short(key):
            raise ValueError(f"it is an RSA key of less than {RSA_BITS} bits (RFC 7518, 3.3)")
        return
    if not of_public_keys:
        raise ValueError("--jwt-algorithms has no algorithm of public keys, such as RS256")
    raise ValueError(f"this is no public key in PEM for {' or '.join(of_public_keys)}")


def too_short(key: Any) -> bool:
    """Whether this is an RSA key that is too short to be trusted."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    return isinstance(key, RSAPublicKey) and key.key_size < RSA_BITS


def pem(given: str | None) -> str | None:
    """A key as PEM text; `given` is the text or the path of a file. Raises OSError, UnicodeDecodeError."""
    if given is None or given.lstrip().startswith("-----BEGIN "):
        return given
    return Path(given).read_text("ascii")
