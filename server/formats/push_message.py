"""The body of a push message: encrypted for one browser, so that its push service can read nothing (RFC 8291, with the coding of RFC 8188)."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PADDED_TO: Final = 2048
"""Bytes. All messages have this length, so that it says nothing; with the rest they fit into the 4,096 that a push service must take (RFC 8030, 7.2)."""

_RECORD_SIZE: Final = (4096).to_bytes(4, "big")


def of_base64(text: str) -> bytes:
    """The bytes of base64url without padding (RFC 7515, appendix C)."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def to_base64(content: bytes) -> str:
    """The same the other way."""
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def point_of(key: EllipticCurvePrivateKey | EllipticCurvePublicKey) -> bytes:
    """The uncompressed point of a public key: 65 bytes."""
    public = key.public_key() if isinstance(key, EllipticCurvePrivateKey) else key
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encrypted(
    message: bytes,
    p256dh: str,
    auth: str,
    *,
    padded_to: int = PADDED_TO,
    own: EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The message for a browser with these keys (base64url). `own` and `salt` are new for each message; a test gives those of RFC 8291.

    Raises ValueError if the message is longer than `padded_to` bytes, or if the key is no point of P-256.
    """
    if len(message) > padded_to:
        raise ValueError(f"a push message has at most {padded_to} bytes")
    browser = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), of_base64(p256dh))
    own = own or generate_private_key(SECP256R1())
    salt = salt or os.urandom(16)
    info = b"WebPush: info\0" + point_of(browser) + point_of(own)
    secret = _derived(own.exchange(ECDH(), browser), of_base64(auth), info, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    record = message + b"\x02" + bytes(padded_to - len(message))
    header = salt + _RECORD_SIZE + bytes([len(point_of(own))]) + point_of(own)
    return header + AESGCM(key).encrypt(nonce, record, None)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
