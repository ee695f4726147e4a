"""OpenID Connect without an issuer that runs: what is refused whatever the issuer says."""

from __future__ import annotations

import asyncio
from email.message import Message
from urllib.request import Request

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from roomtone.formats.openid_issuers import OpenidIssuer
from roomtone.identity.bounded_http import Answer, _Redirects
from roomtone.identity.jwks import Jwks, UnknownKey
from roomtone.identity.openid import Issuer, Refused
from roomtone.identity.openid_provider import Provider
from roomtone.identity.openid_tokens import access_claims
from roomtone.problem import Problem
from roomtone.supervision import supervised

ADDRESS = "https://login.example"


def staff(issuer: str = ADDRESS) -> OpenidIssuer:
    return OpenidIssuer(name="staff", issuer=issuer, client_id="roomtone")


def test_without_an_audience_no_access_token_of_the_issuer_counts() -> None:
    """The client id is no default for it: ID tokens name that one."""
    with pytest.raises(Problem, match="no audience") as refused:
        access_claims(Provider(ADDRESS), staff(), "any")
    assert (refused.value.status, refused.value.code) == (401, "PGRST303")


@pytest.mark.parametrize(("given", "kept"), [("", None), (7, None), ("a token", "a token")])
async def test_only_a_text_that_is_not_empty_is_a_refresh_token(
    given: object, kept: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Provider, "metadata", {})
    found = await Issuer(staff())._confirmed({"sub": "sam"}, {"refresh_token": given})
    assert found.refresh_token == kept


async def test_many_tokens_with_invented_keys_cause_one_request_to_the_issuer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also when no key set was ever read. Anybody can send such logout tokens."""
    requests = 0
    asked, answered = asyncio.Event(), asyncio.Event()

    async def ask(_url: str) -> Answer:
        nonlocal requests
        requests += 1
        asked.set()
        await answered.wait()
        raise OSError("it does not answer")

    monkeypatch.setattr("roomtone.identity.jwks.ask", ask)
    provider = Provider(ADDRESS)
    jwks = provider._jwks = Jwks(f"{ADDRESS}/keys")
    token = jwt.encode({}, "a secret of more than thirty-two bytes", headers={"kid": "invented"})
    async with supervised() as tasks:
        tasks.keep(jwks.run, "signing keys")
        await asked.wait()
        waiting = [asyncio.create_task(provider.signed(token)) for _ in range(50)]
        await asyncio.sleep(0)  # all of them wait now
        assert requests == 1
        answered.set()
        for refused in await asyncio.gather(*waiting, return_exceptions=True):
            assert isinstance(refused, UnknownKey)


async def test_a_published_key_that_is_too_short_is_not_trusted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """RFC 7518, 3.3. The other keys are."""
    keys = [
        RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, bits).public_key(), as_dict=True)
        | {"kid": str(bits), "alg": "RS256"}
        for bits in (1024, 2048)
    ]

    async def ask(_url: str) -> Answer:
        return Answer(200, {"keys": keys})

    monkeypatch.setattr("roomtone.identity.jwks.ask", ask)
    jwks = Jwks(f"{ADDRESS}/keys")
    assert await jwks.fetch()
    assert "the signing key '1024'" in caplog.text
    assert jwks.find("2048")
    with pytest.raises(UnknownKey):
        jwks.find("1024")


@pytest.mark.parametrize(
    "address",
    [
        "http://login.example",
        "http://10.0.0.1",
        "ftp://localhost",
        "https://",
        "https://login.example?a=b",
    ],
)
def test_an_issuer_without_https_is_refused_except_on_this_machine(address: str) -> None:
    with pytest.raises(ValueError, match="issuer must be an address"):
        staff(address)
    assert staff("http://127.0.0.1:9000").issuer == "http://127.0.0.1:9000"


METADATA = {
    "issuer": ADDRESS,
    "authorization_endpoint": f"{ADDRESS}/authorize",
    "token_endpoint": f"{ADDRESS}/token",
    "jwks_uri": f"{ADDRESS}/keys",
    "userinfo_endpoint": f"{ADDRESS}/me",
    "end_session_endpoint": f"{ADDRESS}/end",
    "response_types_supported": ["code"],
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": ["RS256"],
}


@pytest.mark.parametrize("name", [name for name in METADATA if name.endswith(("_endpoint", "uri"))])
async def test_an_endpoint_without_https_is_refused(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    published: dict[str, object] = dict(METADATA)

    async def ask(_url: str) -> Answer:
        return Answer(200, published)

    monkeypatch.setattr("roomtone.identity.openid_provider.ask", ask)
    assert await Provider(ADDRESS)._discover()
    for address in ("http://login.example/x", "http://127.0.0.1/x", "javascript:alert(1)", 7):
        published[name] = address
        assert not await Provider(ADDRESS)._discover()


@pytest.mark.parametrize(
    ("url", "other", "followed"),
    [
        ("https://a.example", "https://b.example", True),
        ("https://a.example", "http://a.example", False),
        ("https://a.example", "http://127.0.0.1", False),
        ("http://127.0.0.1:1", "http://127.0.0.1:2", True),
        ("http://127.0.0.1:1", "https://a.example", True),
        ("http://127.0.0.1:1", "http://a.example", False),
    ],
)
def test_redirects_stay_on_https_or_on_this_machine(url: str, other: str, followed: bool) -> None:
    answer = (None, 302, "Found", Message(), other)
    assert bool(_Redirects(follow=True).redirect_request(Request(url), *answer)) == followed
    assert _Redirects(follow=False).redirect_request(Request(url), *answer) is None


@pytest.mark.parametrize(
    ("error", "ends"),
    [
        ("invalid_grant", True),
        ("access_denied", True),
        ("login_required", True),
        ("interaction_required", True),
        ("consent_required", True),
        ("invalid_client", False),  # the operator's mistake is not the user's
        ("invalid_scope", False),
    ],
)
async def test_a_refused_refresh_ends_the_session_if_the_user_must_sign_in_again(
    error: str, ends: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(*_: object, **__: object) -> Answer:
        return Answer(400, {"error": error})

    monkeypatch.setattr(Provider, "metadata", METADATA)
    monkeypatch.setattr(Provider, "ask", ask)
    with pytest.raises(Refused) as refused:
        await Issuer(staff()).refresh("a token", "sam")
    assert refused.value.ends_session == ends
