"""Accounts with passkeys, with Chromium's virtual authenticator."""

from __future__ import annotations

import time
from typing import Any

import jwt
from playwright.sync_api import BrowserContext, CDPSession, Route, expect

from ..patience import PATIENCE, eventually
from ..people import Psql
from ..running import run_relay
from .user_page import UserPage, user_page

expect.set_options(timeout=PATIENCE * 1000)

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def authenticator(devtools: CDPSession) -> str:
    made: dict[str, Any] = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return str(made["authenticatorId"])


def sign_out(tab: UserPage) -> None:
    tab.button("Sign out").click()
    tab.button("Sign in").click()
    tab.button("Sign in with a passkey").wait_for()


def open_link(tab: UserPage, link: str) -> None:
    tab.page.goto("about:blank")  # as in a new tab: another fragment alone loads no page
    tab.page.goto(link)
    tab.button("Make a passkey").click()


def test_an_evening_with_passkeys(context: BrowserContext, database_url: str, psql: Psql) -> None:
    with run_relay(database_url, sign_in="passkeys") as relay:
        url = relay.url.replace("127.0.0.1", "localhost")
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        held: list[Route] = []
        context.route("**/session", lambda route: held.append(route))  # noqa: PLW0108 - Playwright sets an attribute of it
        with user_page(context, url, refusals=True) as anna:
            devtools = context.new_cdp_session(anna.page)
            devtools.send("WebAuthn.enable")
            phone = authenticator(devtools)

            def touched(device: str, *, enabled: bool) -> None:
                """Whether a user touches this authenticator."""
                given = {"authenticatorId": device, "enabled": enabled}
                devtools.send("WebAuthn.setAutomaticPresenceSimulation", given)

            waiting = anna.page.get_by_text("Your browser or device asks you now.")
            profile = anna.page.locator(".topbar__profile")

            # Pressed before the relay has said how people sign in here.
            anna.button("Start a room").click()
            eventually(lambda: anna.page.title() and held)
            anna.reads("Roomtone has not answered yet.")
            held[0].continue_()
            context.unroute("**/session")
            # Another question ends the one before, which is no failure.
            touched(phone, enabled=False)
            anna.button("Sign in with a passkey").click()
            expect(waiting).to_be_visible()
            anna.page.get_by_label("Name of the account").fill("anna")
            anna.button("Make an account").click()
            expect(anna.button("Make an account")).to_have_attribute("aria-disabled", "true")
            expect(anna.page.get_by_text("The browser stopped it.")).to_have_count(0)
            anna.page.keyboard.press("Escape")
            touched(phone, enabled=True)
            anna.button("Start a room").click()
            anna.button("Make an account").click()
            expect(profile).to_contain_text("anna")
            anna.page.get_by_role("dialog", name="Start a room").wait_for()
            anna.page.keyboard.press("Escape")

            sign_out(anna)
            anna.button("Sign in with a passkey").click()
            expect(profile).to_contain_text("anna")
            assert psql.one("select act_as('anna')") == "anna"
            psql.act_as(None)

            # The last one stays; with a second one it may go.
            profile.click()
            anna.button("Passkeys").click()
            anna.button("Remove First passkey").click()
            anna.button("Remove").click()
            anna.reads("This is your last passkey, and without it you could not sign in.")
            anna.button("Cancel").click()
            anna.page.get_by_label("Another passkey").fill("Key")
            anna.button("Add a passkey").click()
            anna.reads("This device has a passkey for your account already.")
            devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": phone})
            key = authenticator(devtools)
            # A dialog that is closed waits for no passkey any more.
            touched(key, enabled=False)
            anna.button("Add a passkey").click()
            expect(waiting).to_be_visible()
            anna.page.keyboard.press("Escape")
            anna.button("Passkeys").click()
            expect(anna.button("Add a passkey")).not_to_have_attribute("aria-disabled", "true")
            expect(waiting).to_be_hidden()
            touched(key, enabled=True)
            anna.page.get_by_label("Another passkey").fill("Key")
            anna.button("Add a passkey").click()
            anna.button("Remove Key").wait_for()
            anna.button("Remove First passkey").click()
            anna.button("Remove").click()
            expect(anna.button("Remove First passkey")).to_have_count(0)
            assert psql.one("select string_agg(name, ' ') from passkeys") == "Key"
            anna.page.keyboard.press("Escape")

            # The page was left open for a while: a passkey that anna has comes first.
            now = int(time.time())
            claims = {"sub": str(psql.person_id("anna")), "auth_time": now - 900, "exp": now + 3600}
            old = jwt.encode(claims, psql.one("select relay_secret('jwt')"), "HS256")
            anna.page.evaluate("(old) => sessionStorage.setItem('roomtone.token', old)", old)
            anna.page.reload()
            profile.click()
            anna.button("Passkeys").click()
            anna.page.get_by_label("Another passkey").fill("Third")
            anna.button("Add a passkey").click()
            anna.button("Use a passkey").click()
            anna.reads("This device has a passkey for your account already.")
            assert psql.one("select last_used_at from passkeys") is not None
            anna.page.keyboard.press("Escape")

            # So it is before a token for a program is made, which is shown once.
            anna.page.evaluate("(old) => sessionStorage.setItem('roomtone.token', old)", old)
            anna.page.reload()
            anna.button("Access tokens").click()
            anna.page.get_by_label("New token").fill("Bot")
            anna.page.get_by_label("Valid for").select_option("A year")
            anna.page.keyboard.press("Enter")
            anna.button("Use a passkey").click()
            shown = anna.page.get_by_label("Your token", exact=True)
            expect(shown).to_be_focused()
            token = shown.input_value()
            anna.button("Copy: your token").click()
            expect(anna.button("Copy: your token")).to_have_text("Copied")
            assert anna.page.evaluate("navigator.clipboard.readText()") == token
            with relay.client(token) as bot:
                assert bot.get("/session").json()["user"]["username"] == "anna"
                anna.page.keyboard.press("Escape")
                anna.button("Access tokens").click()
                expect(shown).to_have_value("")
                anna.button("Revoke Bot").click()
                anna.button("Revoke").click()
                expect(anna.button("Revoke Bot")).to_have_count(0)
                assert bot.get("/session").status_code == 401
            anna.page.keyboard.press("Escape")

            # A device without a passkey, and a user who cancels, are told so.
            sign_out(anna)
            devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})
            authenticator(devtools)
            anna.button("Sign in with a passkey").click()
            anna.reads("No passkey was used: you cancelled, it took too long")
            anna.page.keyboard.press("Escape")

            # The link of the operator counts once.
            link = f"{url}/#recover={psql.one('''select create_recovery_link('anna')''')}"
            open_link(anna, link)
            expect(profile).to_contain_text("anna")
            assert "recover" not in anna.page.url
            open_link(anna, link)
            anna.reads("This link has been used, has expired, or a newer one was made.")
            assert psql.one("select count(*) from passkeys") == 2
