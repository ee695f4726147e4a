"""By which key push services know this site (VAPID, RFC 8292): made of a secret that the database keeps, and the same for all of its relays."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Final
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ..formats.push_message import point_of, to_base64

VALID_FOR_S: Final = 12 * 3600  # RFC 8292, 2: a day at most
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


class Vapid:
    """The key of this site. `public` is what browsers subscribe with: base64url."""

    def __init__(self, secret: str, contact: str | None) -> None:
        # More bits than the order has, so that each number is as likely as any other (FIPS 186-5, A.2.1).
        bits = HKDF(SHA256(), 48, None, b"roomtone push").derive(secret.encode())
        self._key = derive_private_key(int.from_bytes(bits, "big") % (_ORDER - 1) + 1, SECP256R1())
        self._names = hashlib.sha256(b"topics" + bits).digest()
        self._contact = {} if contact is None else {"sub": contact}
        self.public = to_base64(point_of(self._key))

    def authorization(self, endpoint: str) -> str:
        """The header by which this site asks the push service of this endpoint."""
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int(time.time()) + VALID_FOR_S,
        } | self._contact
        token = jwt.encode(claims, self._key, algorithm="ES256")
        return f"vapid t={token}, k={self.public}"

    def topic(self, name: str) -> str:
        """Of two messages with the same name a push service keeps the newer one (RFC 8030, 5.4). It cannot tell the name."""
        return to_base64(hmac.digest(self._names, name.encode(), "sha256")[:24])
