"""The claims of tokens that were verified before are kept, and not beyond their time."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from roomtone.identity import tokens as identity
from roomtone.identity.tokens import CLOCK_SKEW_S, Tokens
from roomtone.types import UserId

from .test_tokens import RICK, SECRET, claims, refusal


def test_a_token_that_was_verified_before_is_verified_again_once_it_has_expired(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = Tokens(SECRET)
    token = tokens.issue(RICK, lifetime=timedelta(hours=1))
    known = tokens.verify(token)
    monkeypatch.setattr(jwt, "decode", has_expired)
    assert tokens.verify(token) == known
    later = time.time() + 3600 + CLOCK_SKEW_S + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert refusal(tokens, token) == (401, "PGRST303")


def has_expired(*arguments: Any, **options: Any) -> None:
    raise jwt.ExpiredSignatureError


def test_only_the_tokens_that_were_used_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "MOST_VERIFIED", 2)
    tokens = Tokens(SECRET)
    issued = [tokens.issue(UserId(user)) for user in (1, 2, 3)]
    for token in issued:
        tokens.verify(token)
    monkeypatch.setattr(jwt, "decode", has_expired)
    assert refusal(tokens, issued[0]) == (401, "PGRST303")
    assert [tokens.verify(token)["sub"] for token in issued[1:]] == ["2", "3"]


def test_a_token_has_one_spelling_and_a_long_one_is_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = Tokens(SECRET)
    token = tokens.issue(RICK)
    for spelled in (token + "!", token + "=", token[:-1] + "\u00e9" + token[-1], token + "."):
        assert refusal(tokens, spelled) == (401, "PGRST301")
    long = jwt.encode(claims(note="x" * 2048), SECRET, "HS256")
    tokens.verify(long)
    monkeypatch.setattr(jwt, "decode", has_expired)
    assert refusal(tokens, long) == (401, "PGRST303")


def test_tokens_of_other_issuers_whose_keys_may_be_withdrawn_are_verified_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    tokens = Tokens(SECRET, public_key=public.decode())
    token = jwt.encode(claims(), key, "RS256")
    tokens.verify(token)
    monkeypatch.setattr(jwt, "decode", has_expired)
    assert refusal(tokens, token) == (401, "PGRST303")
