"""Signing in at an OpenID Connect issuer, which is npm's oidc-provider: all but what a page shows."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ...following import follow
from ...issuer import Browser, TestIssuer, run_issuer
from ...patience import eventually
from ...people import Psql
from ...running import RunningRelay, run_relay
from ..rows_world import problem

UUID = "6fd2a1a8-6ab5-4a3e-8d1c-0d0a4a4d2f10"
USERS: dict[str, dict[str, Any]] = {
    UUID: {"preferred_username": "rick", "groups": ["moderators"]},
    "ilsa": {"preferred_username": "Rick", "email": "ilsa@cafe.example"},
    "sam": {"name": "Sam"},
}
LOGOUT: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}


@contextmanager
def with_issuer(
    database_url: str, root: str = "", **options: Any
) -> Iterator[tuple[RunningRelay, TestIssuer]]:
    """A relay with an issuer, and what of it may be changed in its TOML."""
    with run_issuer("staff", dict(USERS)) as issuer:
        toml = issuer.toml(**options)
        with run_relay(database_url, demo=False, openid_issuers=toml, root_path=root) as relay:
            issuer.serve(relay.url + root)
            # Until it has read what the issuer publishes.
            eventually(lambda: issuer.address in begin(relay).headers["location"])
            with relay.client(issuer.token("sam", aud="another-program")) as client:
                eventually(lambda: client.get("/session").status_code == 401)
            yield relay, issuer


def begin(relay: RunningRelay, **headers: str) -> Any:
    with relay.client() as client:
        return client.get("/session/openid/staff", params={"return_to": "/clubs"}, headers=headers)


def refusal_of(answer: Any) -> str:
    """The reason that a redirect to our page names."""
    assert answer.status_code == 303, answer.text
    return str(parse_qs(urlsplit(answer.headers["location"]).query)["sign_in"][0])


def test_people_sign_in_and_psql_programs_and_the_page_know_the_same_ones(
    database_url: str, psql: Psql
) -> None:
    with (
        with_issuer(database_url, moderators="groups=moderators") as (relay, issuer),
        Browser(relay) as rick,
        Browser(relay) as ilsa,
    ):
        back = rick.sign_in("staff", UUID, "/rooms/7?chat=1")
        assert back.headers["location"] == "/rooms/7?chat=1"
        cookie = back.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        ways = rick.get("/session").json()["sign_in"]
        assert ways["issuers"] == [{"name": "staff", "title": "Staff"}]
        for answer in rick.seen:
            assert not re.search("(id|access|refresh)_token", answer)
        me = rick.me()
        assert me is not None
        known = psql.all("select username, issuer, subject, site_moderator from users")
        assert known == [("rick", issuer.address, UUID, True)]
        assert psql.act_as("rick").one("select acting_user()") == me["id"]
        psql.act_as(None)
        # A name that is taken gets a number.
        ilsa.sign_in("staff", "ilsa")
        assert (ilsa.me() or {})["username"] == "Rick 2"
        # A program with an access token is the same user; a new one becomes a user, and no moderator.
        with relay.client(issuer.token(UUID)) as bot:
            assert bot.get("/session").json()["user"] == me
            made = bot.post("/rows/rooms", json={"name": "Den"})
            assert made.status_code == 201
        with relay.client(issuer.token("new", name="Ugarte", groups=["moderators"])) as bot:
            assert bot.get("/session").json()["user"]["username"] == "Ugarte"
        # Signing in again: the same user, and no longer a moderator.
        issuer.change(UUID, preferred_username="richard", groups=[])
        with Browser(relay) as again:
            again.sign_in("staff", UUID)
            assert again.me() == {**me, "site_moderator": False}
        assert psql.one("select count(*) from users where site_moderator") == 0


def test_tokens_that_the_issuer_did_not_mean_as_ours_are_refused(database_url: str) -> None:
    now = int(time.time())
    with with_issuer(database_url) as (relay, issuer):
        for claims, code in (
            ({"aud": "another-program"}, "PGRST303"),
            ({"aud": None}, "PGRST303"),
            ({"exp": now - 600}, "PGRST303"),
            ({"exp": None}, "PGRST303"),
            ({"nbf": now + 600}, "PGRST303"),
            ({"sub": None}, "PGRST303"),
            ({"events": LOGOUT}, "PGRST303"),
            ({"nonce": "n"}, "PGRST303"),  # an ID token, as is the next
            ({"typ": "ID"}, "PGRST303"),
            ({"iss": "https://other.example"}, "PGRST301"),
        ):
            with relay.client(issuer.token("sam", **claims)) as client:
                problem(client.get("/session"), 401, code)
        # A subject that looks like the id of a user is the issuer's, too.
        with relay.client(issuer.token("2")) as second, relay.client(issuer.token("1")) as first:
            assert second.get("/session").json()["user"]["id"] == 1
            assert first.get("/session").json()["user"]["id"] != 1


def test_nothing_but_an_answer_to_this_browsers_own_attempt_signs_in(database_url: str) -> None:
    with (
        with_issuer(database_url) as (relay, _issuer),
        Browser(relay) as browser,
        Browser(relay) as other,
    ):
        place = "/session/openid/staff/callback"
        state = parse_qs(urlsplit(browser.get("/session/openid/staff").headers["location"]).query)
        assert state["code_challenge_method"] == ["S256"]
        assert state["nonce"]
        sent = state["state"][0]
        assert refusal_of(other.get(f"{place}?code=x&state={sent}")) == "expired"
        assert refusal_of(browser.get(f"{place}?code=x&state=other")) == "expired"
        for query, reason in (
            ("code=invented", "issuer"),
            ("error=access_denied", "denied"),
            ("error=server_error", "issuer"),
            ("code=x&iss=https://other.example", "issuer"),  # RFC 9207
        ):
            fresh = browser.get("/session/openid/staff?return_to=/clubs%23top").headers["location"]
            sent = parse_qs(urlsplit(fresh).query)["state"][0]
            back = browser.get(f"{place}?{query}&state={sent}")
            assert refusal_of(back) == reason
            assert back.headers["location"] == f"/clubs?sign_in={reason}#top"
        assert browser.me() is None
        problem(browser.get("/session/openid/none"), 404, "PGRST125")
        # A page of another site begins no sign-in, and no address of another site is gone on to.
        assert begin(relay, **{"Sec-Fetch-Site": "cross-site"}).headers["location"] == "/clubs"
        for wanted in ("https://evil.example/", "//evil.example", "/\\evil.example", "/%0aevil"):
            back = browser.sign_in("staff", "sam", wanted)
            assert back.headers["location"] == "/"
            browser.client.cookies.clear()


def test_an_issuer_that_is_not_there_is_named_and_the_others_serve(database_url: str) -> None:
    with run_issuer("staff", dict(USERS)) as issuer:
        away = (
            issuer.toml().replace("[staff]", "[away]").replace(issuer.address, "http://127.0.0.1:9")
        )
        toml = away + issuer.toml()
        with run_relay(database_url, demo=False, openid_issuers=toml) as relay:
            issuer.serve(relay.url)
            with Browser(relay) as browser:
                eventually(lambda: issuer.address in begin(relay).headers["location"])
                assert refusal_of(browser.get("/session/openid/away")) == "unreachable"
                assert browser.get("/ready").status_code == 200
                browser.sign_in("staff", "sam")
                assert (browser.me() or {})["username"] == "Sam"


@pytest.mark.anyio
async def test_the_issuer_ends_sessions_and_their_streams(database_url: str, psql: Psql) -> None:
    """By its own sign-out, which tells us by the back channel."""
    room = psql.room("host")
    with (
        with_issuer(database_url) as (relay, issuer),
        Browser(relay) as rick,
        Browser(relay) as sam,
    ):
        for window, subject in ((rick, UUID), (sam, "sam")):
            await asyncio.to_thread(window.sign_in, "staff", subject)
        psql.seat(room, "rick")
        tokens = [window.client.cookies["roomtone"] for window in (rick, sam)]
        async with (
            follow(f"{relay.url}/rooms/{room}/events", tokens[0]) as stream,
            follow(f"{relay.url}/hallway/events", tokens[1]) as other,
        ):
            for each in (stream, other):
                await each.until(lambda f: f.event == "snapshot")
            # What our own sign-out shows the user, without ours having ended.
            leaving = f"{issuer.address}/session/end?client_id=roomtone"
            await asyncio.to_thread(_confirm, rick, leaving)
            await stream.until(lambda f: f.event == "bye")
            await stream.end()
            psql.room("host", "Elsewhere")
            await other.until(lambda f: f.event == "hallway" and f.data["name"] == "Elsewhere")
        assert rick.me() is None
        assert (sam.me() or {})["username"] == "Sam"
        assert psql.roster(room) == []


def _confirm(window: Browser, leaving: str) -> None:
    """Say yes to the issuer's question, which leads to no page of ours."""
    form = window.client.get(leaving)
    action, fields = window.form(form)
    done = window.client.post(action, data=fields | {"logout": "yes"})
    assert done.status_code in (200, 303), done.text


def test_only_logout_tokens_end_sessions_each_once(database_url: str, psql: Psql) -> None:
    with with_issuer(database_url) as (relay, issuer), Browser(relay) as sam:
        sam.sign_in("staff", "sam")
        good = {"jti": "one", "events": LOGOUT}

        def send(**claims: Any) -> Any:
            form = {"logout_token": issuer.token("sam", **claims)}
            with relay.client() as server:
                return server.post("/session/openid/staff/logout", data=form)

        wrong: dict[str, Any]
        for wrong in (
            {"events": None},
            {"events": {}},
            {"nonce": "n"},
            {"jti": None},
            {"aud": "another-program"},
            {"iss": "https://other.example"},
            {"sub": None},
            {"exp": int(time.time()) - 600},
            {"iat": None},
        ):
            problem(send(**good | wrong), 400, "PGRST102", "logout_tokens_are_the_issuers")
        with relay.client() as server:
            for form in ({}, {f"field{number}": "x" for number in range(11)}):
                other = server.post("/session/openid/staff/logout", data=form)
                problem(other, 400, "PGRST102", "logout_tokens_are_the_issuers")
        assert sam.me() is not None
        assert send(**good).status_code == 200
        assert sam.me() is None
        sam.sign_in("staff", "sam")
        problem(send(**good), 409, "23505", "openid_sessions_logout_tokens_count_once")
        assert sam.me() is not None


def test_signing_out_here_leads_to_the_issuers_own_sign_out(database_url: str) -> None:
    """At a path of a host, like all of it."""
    with (
        with_issuer(database_url, "/talk") as (relay, issuer),
        Browser(relay, "/talk") as sam,
    ):
        sam.sign_in("staff", "sam")
        out = sam.client.delete(f"{sam.url}/session")
        assert out.status_code == 200
        address = urlsplit(out.json()["logout"])
        assert f"{address.scheme}://{address.netloc}" == issuer.address
        assert parse_qs(address.query) == {
            "client_id": ["roomtone"],
            "post_logout_redirect_uri": [f"{sam.url}/"],
        }
        assert sam.me() is None
        back = sam.go_on(sam.client.get(out.json()["logout"]), logout="yes")
        assert back.headers["location"] == f"{sam.url}/"
        # Signed out there, too: it asks again who this is.
        sam.sign_in("staff", "ilsa")
        assert (sam.me() or {})["username"] == "Rick"


def test_a_session_goes_on_while_the_issuer_confirms_it(database_url: str, psql: Psql) -> None:
    options: dict[str, Any] = {"check_seconds": 1, "moderators": "groups=moderators"}
    with with_issuer(database_url, **options) as (relay, issuer), Browser(relay) as rick:
        rick.sign_in("staff", UUID)
        first = psql.one("select refresh_token from openid_sessions")
        assert issuer.address not in first
        # It was asked: the new refresh token is another, and so is what it says about the user.
        issuer.change(UUID, groups=["others"])
        eventually(lambda: psql.one("select refresh_token from openid_sessions") != first)
        eventually(lambda: not psql.one("select site_moderator from users"))
        assert rick.me() is not None
        issuer.change(UUID, disabled=True)
        eventually(lambda: psql.count("openid_sessions") == 0)
        assert rick.me() is None
        issuer.change(UUID, disabled=False)
        rick.sign_in("staff", UUID)
        psql.run("update users set disabled_at = now()")
        assert rick.me() is None
        assert refusal_of(rick.sign_in("staff", UUID)) == "disabled"


def test_unknown_users_are_refused_where_none_are_created(database_url: str, psql: Psql) -> None:
    with with_issuer(database_url, new_users=False) as (relay, issuer), Browser(relay) as sam:
        assert refusal_of(sam.sign_in("staff", "sam")) == "unknown"
        with relay.client(issuer.token("sam")) as bot:
            problem(bot.get("/session"), 403, "42501", "users_subject_is_known")
        psql.run(
            "insert into users (username, issuer, subject) values ('Samuel', %s, 'sam')",
            issuer.address,
        )
        sam.sign_in("staff", "sam")
        assert (sam.me() or {})["username"] == "Samuel"
