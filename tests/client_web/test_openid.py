"""Signing in at an OpenID Connect issuer, by what the page shows: npm's oidc-provider in the same browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser as AnyBrowser
from playwright.sync_api import BrowserContext, Page

from ..issuer import TestIssuer, run_issuer
from ..patience import eventually
from ..people import Psql
from ..running import RunningRelay, run_relay
from .browser import patient_context
from .user_page import UserPage, user_page

USERS: dict[str, dict[str, Any]] = {
    "u-1": {"preferred_username": "zoe"},
    "u-2": {"preferred_username": "Zoe", "groups": ["moderators"]},
}


@contextmanager
def with_two_issuers(database_url: str) -> Iterator[tuple[RunningRelay, TestIssuer]]:
    """A relay with the issuer `staff`, and another that cannot be reached."""
    with run_issuer("staff", dict(USERS)) as issuer:
        gone = issuer.toml(title="Nowhere", issuer="http://127.0.0.1:9").replace("staff", "gone")
        toml = issuer.toml(check_seconds=1) + gone
        with run_relay(database_url, demo=False, openid_issuers=toml) as relay:
            issuer.serve(relay.url)
            yield relay, issuer


def at_the_issuer(page: Page, subject: str) -> None:
    """Fill in the issuer's forms: who this is, and that it may tell us."""
    page.get_by_placeholder("Enter any login").fill(subject)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def begins(page: Page, title: str = "Staff") -> None:
    page.get_by_role("dialog").get_by_role("button", name=f"Sign in with {title}").click()


def test_people_sign_in_where_they_have_an_account_talk_and_leave(
    context: BrowserContext, browser: AnyBrowser, database_url: str, psql: Psql
) -> None:
    room = psql.room("host", "Den")
    psql.seat(room, "host")
    with (
        with_two_issuers(database_url) as (relay, issuer),
        user_page(context, relay.url, path=f"/rooms/{room}", tone=440, refusals=True) as zoe,
    ):
        page = zoe.page
        without_fonts(context)
        # An issuer that does not answer is named in words, and the other one serves.
        zoe.button("Sign in").last.click()
        begins(page, "Nowhere")
        page.get_by_role("dialog").get_by_text("does not answer").wait_for()
        assert page.url == f"{relay.url}/rooms/{room}"
        begins(page)
        at_the_issuer(page, "u-1")
        # Back in the room that one wanted to enter, with a microphone of one's own.
        page.wait_for_url(f"{relay.url}/rooms/{room}")
        zoe.walks_in()
        zoe.sees_seated("host", "zoe")
        psql.act_as("zoe").one("select say(%s, 'from psql')", room)
        psql.act_as(None)
        # The issuer ends the session: the stream here ends then and there.
        issuer.change("u-1", disabled=True)
        eventually(lambda: psql.roster(room) == ["host"])
        page.locator(".room:not([data-phase='in'])").first.wait_for(state="attached")
        other = patient_context(browser)
        without_fonts(other)
        with user_page(other, relay.url, refusals=True) as second:
            _signs_in_and_out(second, issuer)
        other.close()
    names = "select username from users where subject is not null order by id"
    assert psql.all(names) == [("zoe",), ("Zoe 2",)]


def without_fonts(context: BrowserContext) -> None:
    """The issuer's pages ask another site for fonts, which this browser does not look up."""
    fonts = re.compile("fonts.googleapis.com")
    context.route(fonts, lambda route: route.fulfill(content_type="text/css", body=""))


def _signs_in_and_out(user: UserPage, issuer: TestIssuer) -> None:
    page = user.page
    user.button("Sign in").click()
    begins(page)
    at_the_issuer(page, "u-2")
    page.wait_for_url(f"{user.url}/")
    page.get_by_text("Zoe 2").first.wait_for()
    # Signing out here leads to the issuer's own sign-out, and back.
    user.button("Sign out").click()
    page.wait_for_url(re.compile(re.escape(issuer.address)))
    page.get_by_role("button", name="Yes, sign me out").click()
    page.wait_for_url(f"{user.url}/")
    user.button("Sign in").wait_for()
    assert "roomtone" not in {cookie["name"] for cookie in page.context.cookies()}
