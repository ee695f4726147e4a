"""Tokens: whom they name, and everything that makes one worthless."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from roomtone.identity import Tokens, claims_of, user_of
from roomtone.jwks import Jwks
from roomtone.problem import Problem
from roomtone.settings import Settings
from roomtone.types import UserId
from starlette.requests import HTTPConnection

from ..running import run_relay

SECRET = "a secret of more than thirty-two bytes"
RICK = UserId(7)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def public_pem(key: rsa.RSAPrivateKey) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def claims(**more: object) -> dict[str, Any]:
    return {"sub": "7", "exp": int(time.time()) + 60} | more


def refusal(tokens: Tokens, token: str) -> tuple[int, str]:
    with pytest.raises(Problem) as refused:
        tokens.verify(token)
    assert "invalid_token" in refused.value.headers.get("WWW-Authenticate", "")
    return refused.value.status, refused.value.code


def connection(tokens: Tokens, *headers: tuple[str, str]) -> HTTPConnection:
    raw = [(name.encode(), value.encode()) for name, value in headers]
    return HTTPConnection({"type": "http", "headers": raw, "state": {"tokens": tokens}})


def test_a_token_names_its_user_and_can_be_told_from_others() -> None:
    tokens = Tokens(SECRET)
    first, second = (tokens.verify(tokens.issue(RICK)) for _ in range(2))
    assert user_of(first) == RICK
    assert first["jti"] != second["jti"]


def test_a_worthless_token_is_refused_with_the_reason() -> None:
    tokens = Tokens(SECRET)
    sign = jwt.encode
    assert refusal(tokens, tokens.issue(RICK, lifetime=timedelta(minutes=-1))) == (401, "PGRST303")
    assert refusal(tokens, sign({"sub": "7"}, SECRET)) == (401, "PGRST303")
    assert refusal(tokens, sign({"exp": time.time() + 60}, SECRET)) == (401, "PGRST303")
    assert refusal(tokens, sign(claims(nbf=time.time() + 60), SECRET)) == (401, "PGRST303")
    for subject in ("rick", "-1", "", "٧", "9" * 19, "7; drop table users"):
        assert refusal(tokens, sign(claims(sub=subject), SECRET)) == (401, "PGRST303")
    other = "another secret, also of more than thirty-two"
    assert refusal(tokens, sign(claims(), other)) == (401, "PGRST301")
    assert refusal(tokens, sign(claims(), "", algorithm="none")) == (401, "PGRST301")
    assert refusal(tokens, sign(claims(), SECRET * 2, algorithm="HS512")) == (401, "PGRST301")
    for nonsense in ("", "x", "a.b.c", "e30.e30.e30", "é.é.é", "." * 9000):
        assert refusal(tokens, nonsense) == (401, "PGRST301")


def test_a_token_of_another_issuer_is_trusted_by_its_public_key(
    key: rsa.RSAPrivateKey, public_pem: str
) -> None:
    token = jwt.encode(claims(aud="elsewhere"), key, algorithm="RS256")
    assert user_of(Tokens(SECRET, public_key=public_pem).verify(token)) == RICK
    assert refusal(Tokens(SECRET), token) == (401, "PGRST301")
    only_ours = Tokens(SECRET, algorithms=["HS256"], public_key=public_pem)
    assert refusal(only_ours, token) == (401, "PGRST301")


def test_the_key_of_another_issuer_may_be_given_as_a_file(
    key: rsa.RSAPrivateKey, public_pem: str, tmp_path: Path
) -> None:
    file = tmp_path / "key.pem"
    file.write_text(public_pem)
    token = jwt.encode(claims(), key, algorithm="RS256")
    for given in (public_pem, str(file)):
        tokens = Tokens.from_settings(Settings(jwt_public_key=given), SECRET)
        assert user_of(tokens.verify(token)) == RICK


def test_a_public_key_is_never_taken_for_a_shared_secret(public_pem: str) -> None:
    # The classic forgery: sign with the public key's own text as if it were an HMAC secret.
    header, body = (
        jwt.utils.base64url_encode(json.dumps(part).encode())
        for part in ({"alg": "HS256", "typ": "JWT"}, claims())
    )
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = algorithm.sign(header + b"." + body, public_pem.encode())
    forged = b".".join([header, body, jwt.utils.base64url_encode(signature)]).decode()
    assert refusal(Tokens(SECRET, public_key=public_pem), forged) == (401, "PGRST301")


class Issuer:
    """Publishes a key set on loopback, and counts how often it is read."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = []
        self.reads = 0
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.reads += 1
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps({"keys": issuer.keys}).encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/keys"

    def publish(self, kid: str, key: rsa.RSAPrivateKey) -> None:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        self.keys = [{**public, "kid": kid, "alg": "RS256", "use": "sig"}]


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    thread = threading.Thread(target=issuer.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield issuer
    issuer.server.shutdown()
    issuer.server.server_close()
    thread.join()


async def test_an_issuers_keys_are_fetched_when_a_token_needs_them(
    issuer: Issuer, key: rsa.RSAPrivateKey
) -> None:
    issuer.publish("one", key)
    jwks = Jwks(issuer.url)
    tokens = Tokens(SECRET, jwks=jwks)
    token = jwt.encode(claims(), key, algorithm="RS256", headers={"kid": "one"})
    with pytest.raises(Problem) as not_yet:
        tokens.verify(token)
    assert not_yet.value.status == 503
    await _fetched(jwks)
    assert user_of(tokens.verify(token)) == RICK
    unknown = jwt.encode(claims(), key, algorithm="RS256", headers={"kid": "two"})
    for _ in range(20):
        assert refusal(tokens, unknown) == (401, "PGRST301")
    assert issuer.reads == 1


async def test_keys_that_cannot_be_read_are_no_disaster(
    issuer: Issuer, key: rsa.RSAPrivateKey, caplog: pytest.LogCaptureFixture
) -> None:
    jwks = Jwks(issuer.url)  # which publishes nothing yet
    tokens = Tokens(SECRET, jwks=jwks)
    await tokens.open()
    token = jwt.encode(claims(), key, algorithm="RS256", headers={"kid": "one"})
    assert refusal(tokens, token) == (401, "PGRST301")
    assert "could not be read" in caplog.text
    issuer.publish("one", key)
    await tokens.open()
    assert user_of(tokens.verify(token)) == RICK
    await tokens.close()


async def _fetched(jwks: Jwks) -> None:
    async with asyncio.timeout(5):
        while (task := jwks.under_way) is not None:
            await asyncio.wait([task])
            await asyncio.sleep(0)


def test_the_bearer_token_wins_over_the_cookie() -> None:
    tokens = Tokens(SECRET)
    cookie = ("cookie", f"roomtone={tokens.issue(UserId(1))}")
    bearer = ("authorization", f"bearer {tokens.issue(UserId(2))}")
    basic = ("authorization", "Basic cmljazpyaWNr")
    assert user_of(claims_of(connection(tokens))) is None
    assert user_of(claims_of(connection(tokens, cookie))) == 1
    assert user_of(claims_of(connection(tokens, cookie, bearer))) == 2
    assert user_of(claims_of(connection(tokens, cookie, basic))) == 1


def test_a_bad_token_is_refused_and_never_taken_for_none() -> None:
    tokens = Tokens(SECRET)
    good = ("cookie", f"roomtone={tokens.issue(RICK)}")
    for bad in (
        [("authorization", "Bearer nonsense"), good],
        [("authorization", "Bearer "), good],
        [("cookie", "roomtone=nonsense")],
    ):
        with pytest.raises(Problem) as refused:
            claims_of(connection(tokens, *bad))
        assert refused.value.status == 401


def test_a_configured_secret_makes_tokens_from_elsewhere_work(database_url: str) -> None:
    with run_relay(database_url, jwt_secret=SECRET) as relay, relay.sign_in("rick") as rick:
        user = rick.get("/session").json()["user"]
        token = jwt.encode(claims(sub=str(user["id"])), SECRET)
        with relay.client(token) as elsewhere:
            assert elsewhere.get("/session").json()["user"] == user
