"""Tokens: their user, and everything that makes one invalid."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from roomtone.identity.jwks import Jwks
from roomtone.identity.tokens import Tokens, claims_of, user_of
from roomtone.problem import Problem
from roomtone.settings import Settings
from roomtone.supervision import supervised
from roomtone.types import UserId
from starlette.requests import HTTPConnection

from ...patience import PATIENCE
from ...running import run_relay

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


def test_a_token_names_its_user_and_has_its_own_id() -> None:
    tokens = Tokens(SECRET)
    first, second = (tokens.verify(tokens.issue(RICK)) for _ in range(2))
    assert user_of(first) == RICK
    assert first["jti"] != second["jti"]


def test_an_invalid_token_is_refused_with_the_reason() -> None:
    tokens = Tokens(SECRET)
    sign = jwt.encode
    assert refusal(tokens, tokens.issue(RICK, lifetime=timedelta(minutes=-2))) == (401, "PGRST303")
    assert refusal(tokens, sign({"sub": "7"}, SECRET)) == (401, "PGRST303")
    assert refusal(tokens, sign({"exp": time.time() + 60}, SECRET)) == (401, "PGRST303")
    assert refusal(tokens, sign(claims(nbf=time.time() + 60), SECRET)) == (401, "PGRST303")
    assert refusal(tokens, sign(claims(sub=""), SECRET)) == (401, "PGRST303")
    for subject in ("rick", "-1", "٧", "9" * 19, "7; drop table users"):
        with pytest.raises(Problem) as refused:
            tokens.verify(sign(claims(sub=subject), SECRET))
        assert (refused.value.status, refused.value.rule) == (403, "tokens_subject_is_a_user")
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
    # The usual forgery: a signature with the text of the public key as HMAC secret.
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
        self.answer: bytes | None = None
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.reads += 1
                self.send_response(200)
                self.end_headers()
                reply = issuer.answer
                keys = json.dumps({"keys": issuer.keys}).encode() if reply is None else reply
                with suppress(OSError):  # the client closed the connection
                    self.wfile.write(keys)

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


async def test_an_issuers_keys_are_fetched_before_and_when_a_token_needs_them(
    issuer: Issuer, key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer.publish("one", key)
    jwks = Jwks(issuer.url)
    tokens = Tokens(SECRET, jwks=jwks)
    token = jwt.encode(claims(), key, algorithm="RS256", headers={"kid": "one"})
    assert is_fetching(tokens, token)
    async with supervised() as tasks:
        tasks.keep(jwks.run, "signing keys")
        await _answered(jwks)
        assert user_of(tokens.verify(token)) == RICK
        unknown = jwt.encode(claims(), key, algorithm="RS256", headers={"kid": "two"})
        for _ in range(20):
            assert refusal(tokens, unknown) == (401, "PGRST301")
        assert issuer.reads == 1
        # The issuer changes its key: a token names a key that is unknown first, and known a moment later.
        monkeypatch.setattr("roomtone.identity.jwks.AGAIN_AFTER_S", 0.0)
        issuer.publish("two", key)
        jwks.answered.clear()
        assert is_fetching(tokens, unknown)
        await _answered(jwks)
        assert user_of(tokens.verify(unknown)) == RICK


def is_fetching(tokens: Tokens, token: str) -> bool:
    """Whether this is refused with "try again"."""
    with pytest.raises(Problem) as refused:
        tokens.verify(token)
    return (refused.value.status, refused.value.code) == (503, "08006")


async def _answered(jwks: Jwks) -> None:
    async with asyncio.timeout(PATIENCE):
        await jwks.answered.wait()


@pytest.mark.parametrize(
    "answer",
    [
        b"<!doctype html><title>Sign in</title>",
        b"",
        b"[]",
        b"null",
        b'{"keys": 5}',
        b'{"keys": [null, 7, "x", {"kty": {}}]}',
        b'{"keys": []}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"keys": "' + b"x" * 300_000 + b'"}',
    ],
)
async def test_an_answer_that_is_no_key_set_is_logged_and_the_known_keys_stay(
    answer: bytes, issuer: Issuer, key: rsa.RSAPrivateKey, caplog: pytest.LogCaptureFixture
) -> None:
    issuer.answer = answer
    jwks = Jwks(issuer.url)
    tokens = Tokens(SECRET, jwks=jwks)
    assert not await jwks.fetch()
    assert not jwks.known
    assert "could not be read" in caplog.text
    token = jwt.encode(claims(), key, algorithm="RS256", headers={"kid": "one"})
    assert is_fetching(tokens, token)
    issuer.answer = None
    issuer.publish("one", key)
    assert await jwks.fetch()
    issuer.answer = answer
    assert not await jwks.fetch()
    assert user_of(tokens.verify(token)) == RICK


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n{"])
async def test_a_very_slow_answer_of_the_issuer_is_ended(
    sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Single bytes restart the timeout of a socket again and again. So there is a timeout for the whole answer."""
    monkeypatch.setattr("roomtone.identity.bounded_http.ANSWER_WITHIN_S", 0.5)
    hung_up = asyncio.Event()

    async def dribble(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        with suppress(OSError):
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)
        writer.close()
        hung_up.set()

    async with await asyncio.start_server(dribble, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with asyncio.timeout(PATIENCE):
            assert not await Jwks(f"http://127.0.0.1:{port}/").fetch()
            await hung_up.wait()


def test_the_bearer_token_has_priority_over_the_cookie() -> None:
    tokens = Tokens(SECRET)
    cookie = ("cookie", f"roomtone={tokens.issue(UserId(1))}")
    bearer = ("authorization", f"bearer {tokens.issue(UserId(2))}")
    basic = ("authorization", "Basic cmljazpyaWNr")
    assert user_of(claims_of(connection(tokens))) is None
    assert user_of(claims_of(connection(tokens, cookie))) == 1
    assert user_of(claims_of(connection(tokens, cookie, bearer))) == 2
    assert user_of(claims_of(connection(tokens, cookie, basic))) == 1


def test_an_invalid_token_is_refused_and_not_treated_as_none() -> None:
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


def test_tokens_signed_elsewhere_with_the_configured_secret_are_valid(database_url: str) -> None:
    with run_relay(database_url, jwt_secret=SECRET) as relay, relay.sign_in("rick") as rick:
        user = rick.get("/session").json()["user"]
        token = jwt.encode(claims(sub=str(user["id"])), SECRET)
        with relay.client(token) as elsewhere:
            assert elsewhere.get("/session").json()["user"] == user
