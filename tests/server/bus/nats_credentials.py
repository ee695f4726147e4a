"""A NATS operator, its account, and a user's credentials file (https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt)."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any, Final

import nkeys

OPERATOR, ACCOUNT, USER = nkeys.PREFIX_BYTE_OPERATOR, nkeys.PREFIX_BYTE_ACCOUNT, nkeys.PREFIX_BYTE_USER  # fmt: skip
CREDENTIALS: Final = """
-----BEGIN NATS USER JWT-----
{jwt}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
{seed}
------END USER NKEY SEED------
"""


class Key:
    """A key pair of this kind."""

    def __init__(self, kind: int) -> None:
        self.seed = bytes(nkeys.encode_seed(os.urandom(32), kind))
        self._pair = nkeys.from_seed(bytearray(self.seed))
        self.name = self._pair.public_key.decode()

    def signs(self, subject: str, **claims: Any) -> str:
        """A token about this subject."""
        body = {"iat": int(time.time()), "iss": self.name, "name": "test", "sub": subject}
        body["nats"] = {"version": 2, **claims}
        digest = hashlib.sha256(json.dumps(body).encode()).digest()
        body["jti"] = base64.b32encode(digest).decode().rstrip("=")
        text = ".".join(_base64(part) for part in ({"typ": "JWT", "alg": "ed25519-nkey"}, body))
        return f"{text}.{_text(self._pair.sign(text.encode()))}"


def _base64(value: object) -> str:
    return _text(json.dumps(value).encode())


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def write_credentials(folder: Path) -> tuple[Path, Path]:
    """The configuration of a server that believes the operator, and the credentials of a user whom its account knows."""
    operator, account, user = Key(OPERATOR), Key(ACCOUNT), Key(USER)
    known = account.signs(user.name, type="user", subs=-1, data=-1, payload=-1)
    limits = dict.fromkeys(("subs", "conn", "data", "payload", "imports", "exports", "leaf"), -1)
    configuration, credentials = folder / "operator.conf", folder / "user.creds"
    configuration.write_text(
        f"operator: {operator.signs(operator.name, type='operator')}\n"
        "resolver: MEMORY\n"
        f"resolver_preload: {{ {account.name}: {operator.signs(account.name, type='account', limits=limits)} }}\n"
    )
    credentials.write_text(CREDENTIALS.format(jwt=known, seed=user.seed.decode()))
    return configuration, credentials
