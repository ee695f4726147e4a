"""An OpenID Connect issuer for the tests: npm's oidc-provider in a process of its own, and a browser without a window."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from .patience import PATIENCE
from .running import NO_TLS, RunningRelay

SCRIPT = Path(__file__).with_suffix(".mjs")
KID = "of-the-tests"
SECRET = "a secret / of the tests"  # with characters that have to be encoded

Claims = dict[str, Any]


@dataclass
class TestIssuer:
    """`name` is what the relay calls it, `address` its `iss`; `key` signs its tokens."""

    __test__ = False  # no test, whatever its name begins with

    name: str
    address: str
    key: rsa.RSAPrivateKey
    users: dict[str, Claims]
    process: subprocess.Popen[str]

    def serve(self, relay_url: str) -> None:
        """Begin to answer. Its client is the relay at this address."""
        ours = f"{relay_url}/session/openid/{self.name}"
        client = {
            "client_id": "roomtone",
            "client_secret": SECRET,
            "grant_types": ["authorization_code", "refresh_token"],
            "redirect_uris": [f"{ours}/callback"],
            "backchannel_logout_uri": f"{ours}/logout",
            "backchannel_logout_session_required": True,
            "post_logout_redirect_uris": [f"{relay_url}/"],
        }
        jwk = RSAAlgorithm.to_jwk(self.key, as_dict=True) | {
            "kid": KID,
            "use": "sig",
            "alg": "RS256",
        }
        given = {"users": self.users, "clients": [client], "jwks": {"keys": [jwk]}}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(given))
        self.process.stdin.close()

    def change(self, subject: str, **claims: Any) -> None:
        """Give a user other claims; `disabled` ends what they have."""
        url = f"{self.address}/users/{subject}"
        httpx.post(url, json=claims, timeout=PATIENCE, verify=NO_TLS).raise_for_status()

    def forge(self, **claims: Any) -> None:
        """Put these claims into the next ID token, which it signs; None leaves one out."""
        url = f"{self.address}/forged"
        httpx.post(url, json=claims, timeout=PATIENCE, verify=NO_TLS).raise_for_status()

    def token(self, subject: str, **claims: Any) -> str:
        """A token that this issuer signs."""
        given = {
            "iss": self.address,
            "sub": subject,
            "aud": "roomtone",
            "iat": int(time.time()),
            "exp": int(time.time()) + 600,
        } | claims
        given = {name: value for name, value in given.items() if value is not None}
        return jwt.encode(given, self.key, "RS256", headers={"kid": KID})

    def toml(self, **more: Any) -> str:
        """This issuer for `--openid-issuers`."""
        given = {
            "issuer": self.address,
            "client_id": "roomtone",
            "client_secret": SECRET,
            "title": self.name.title(),
            "audience": "roomtone",
        } | more
        lines = (f"{key} = {json.dumps(value)}\n" for key, value in given.items())
        return f"[{self.name}]\n{''.join(lines)}"


@contextmanager
def run_issuer(name: str, users: dict[str, Claims]) -> Iterator[TestIssuer]:
    """An issuer with these users. It answers when `serve` has been called."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with subprocess.Popen(
        ["node", str(SCRIPT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"NODE_ENV": "production"},
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        try:
            yield TestIssuer(name, f"http://127.0.0.1:{port}", key, users, process)
        finally:
            process.kill()


class Browser:
    """Follows redirects, keeps cookies, and fills in the issuer's forms."""

    def __init__(self, relay: RunningRelay, root: str = "") -> None:
        self.url = relay.url + root
        self.client = httpx.Client(timeout=PATIENCE, verify=NO_TLS)
        self.client.event_hooks = {"response": [self._keep]}
        self.seen: list[str] = []
        """Every address, with the headers of its answer."""

    def _keep(self, answer: httpx.Response) -> None:
        self.seen.append(f"{answer.url} {answer.headers}")

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def get(self, path: str) -> httpx.Response:
        return self.client.get(self.url + path)

    def me(self) -> dict[str, Any] | None:
        """The user of the cookie."""
        user: dict[str, Any] | None = self.get("/session").json()["user"]
        return user

    def sign_in(self, issuer: str, subject: str, return_to: str = "/") -> httpx.Response:
        """As this subject; the answer with the last redirect, to a page of ours."""
        answer = self.get(f"/session/openid/{issuer}?return_to={return_to}")
        return self.go_on(answer, login=subject, password="any")

    def go_on(self, answer: httpx.Response, stop: str = "", **fields: str) -> httpx.Response:
        """Follow redirects and submit the issuer's forms, until the way leads to a page of ours, or to the path `stop`."""
        ours = urlsplit(self.url).netloc
        for _ in range(20):
            if "location" in answer.headers:
                url = urljoin(str(answer.url), answer.headers["location"])
                place = urlsplit(url)
                if place.netloc == ours and (
                    place.path == stop or "/session/openid/" not in place.path
                ):
                    return answer
                answer = self.client.get(url)
            else:
                action, hidden = self.form(answer)
                answer = self.client.post(action, data=hidden | fields)
        raise AssertionError(f"{answer.status_code} {answer.url} {answer.text[:500]}")

    def form(self, answer: httpx.Response) -> tuple[str, dict[str, str]]:
        """The address and the hidden fields of the form on this page."""
        form = re.search(r'<form[^>]* action="([^"]+)"', answer.text)
        assert form is not None, f"{answer.status_code} {answer.url} {answer.text[:500]}"
        hidden = re.findall(r'name="([^"]+)" value="([^"]*)"', answer.text)
        return urljoin(str(answer.url), form[1].replace("&amp;", "&")), dict(hidden)
