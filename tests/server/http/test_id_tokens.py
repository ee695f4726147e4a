"""What comes back from an OpenID Connect issuer, npm's oidc-provider, and is refused although its key signed it."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from ...issuer import Browser
from .test_openid import refusal_of, with_issuer


def test_an_id_token_that_is_signed_but_not_for_this_attempt_signs_nobody_in(
    database_url: str,
) -> None:
    """OpenID Connect Core, 3.1.3.7. The key and the answer are the issuer's, so only its claims can be wrong."""
    now = int(time.time())
    forged: dict[str, dict[str, Any]] = {
        "another nonce": {"nonce": "of-another-attempt"},
        "no nonce": {"nonce": None},
        "another issuer": {"iss": "https://other.example"},
        "no issuer": {"iss": None},
        "another audience": {"aud": "another-program"},
        "no audience": {"aud": None},
        "another authorized party": {"aud": ["roomtone", "other"], "azp": "other"},
        "expired": {"exp": now - 600},
        "no end": {"exp": None},
        "another access token": {"at_hash": "b2YtYW5vdGhlci10b2tlbg"},
        "no subject": {"sub": None},
        "an empty subject": {"sub": ""},
    }
    with with_issuer(database_url) as (relay, issuer), Browser(relay) as sam:
        said = {}
        for name, claims in forged.items():
            issuer.forge(**claims)
            back = sam.sign_in("staff", "sam").headers["location"]
            said[name] = parse_qs(urlsplit(back).query).get("sign_in", ["signed in"])[0]
            sam.client.cookies.clear()
        assert said == dict.fromkeys(forged, "issuer")
        issuer.forge()
        sam.sign_in("staff", "sam")
        assert sam.me() is not None


def test_the_answer_of_another_issuer_signs_nobody_in(database_url: str) -> None:
    """RFC 9207, 2.4: the code is good, and the answer does not say that it is of this issuer."""
    place = "/session/openid/staff/callback"
    with with_issuer(database_url) as (relay, issuer), Browser(relay) as sam:
        for other in ("https://other.example", ""):
            begun = sam.get("/session/openid/staff")
            back = sam.go_on(begun, place, login="sam", password="any").headers["location"]
            query = dict(parse_qsl(urlsplit(back).query))
            assert query.pop("iss") == issuer.address
            query |= {"iss": other} if other else {}
            assert refusal_of(sam.client.get(f"{relay.url}{place}", params=query)) == "issuer"
            assert sam.me() is None
