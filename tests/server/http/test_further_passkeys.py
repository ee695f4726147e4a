"""Who may add a passkey to an account that exists."""

from __future__ import annotations

import time

import jwt
import pytest

from ...authenticator import Authenticator
from ...people import Psql
from ..rows_world import problem
from .passkey_requests import account, begin, browser, finish, options, sign_in
from .test_passkeys import relay_settings, url

__all__ = ["relay_settings", "url"]

pytestmark = pytest.mark.shares_a_relay


def test_a_further_passkey_needs_a_recent_sign_in(url: str, psql: Psql) -> None:
    rule = "passkeys_need_a_recent_sign_in"
    with browser(url) as anna, browser(url) as forgotten:
        phone = account(anna, url)
        secret = psql.one("select relay_secret('jwt')")
        anna_id = psql.one("select id from users")
        now = int(time.time())
        for signed_in_at in (
            {"auth_time": now - 660},
            {"iat": now},
        ):  # eleven minutes ago; a token for a program
            claims = {"sub": str(anna_id), "exp": now + 600, **signed_in_at}
            token = jwt.encode(claims, secret, "HS256")
            forgotten.headers["Authorization"] = f"Bearer {token}"
            assert forgotten.get("/session").json()["user"]["username"] == "anna"
            refused = forgotten.post("/session/passkeys/creation", json={})
            problem(refused, 403, "42501", rule)
        signed_in = sign_in(anna, phone.get(options(anna))).json()
        forgotten.headers["Authorization"] = f"Bearer {signed_in['token']}"
        assert finish(forgotten, Authenticator(url).create(begin(forgotten))).status_code == 200
    assert psql.one("select count(*) from passkeys") == 2


def test_a_user_of_an_issuer_has_a_passkey_only_by_a_link_of_the_operator(
    url: str, psql: Psql
) -> None:
    with browser(url) as anna, browser(url) as link:
        account(anna, url)
        psql.run("update users set issuer = 'https://issuer.example', subject = '1'")
        psql.run("update users set tokens_ended_at = null")  # as if it had begun there
        refused = anna.post("/session/passkeys/creation", json={})
        problem(refused, 403, "42501", "passkeys_are_not_for_users_of_an_issuer")
        secret = psql.one("select create_recovery_link('anna')")
        made = Authenticator(url).create(begin(link, secret=secret))
        assert finish(link, made).status_code == 200
    assert psql.one("select count(*) from passkeys") == 2
