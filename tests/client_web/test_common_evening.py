"""People of an issuer and people with passkeys, in Chromium and in Firefox, talk in one room behind nginx, with TLS and below /talk."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from ..certificates import AUTHORITY, write_certificates
from ..issuer import run_issuer
from ..people import Psql
from ..running import run_relay
from .browser import BrowserTab, Tab, open_page, patient_context
from .deploy import deployed
from .firefox import Firefox, FirefoxTab
from .test_openid import at_the_issuer, without_fonts
from .test_passkeys import authenticator

VOICES = {"ada": 350.0, "ben": 600.0, "cleo": 850.0, "dora": 1100.0}  # Hz
STAFF: dict[str, dict[str, Any]] = {
    "u-1": {"preferred_username": "ada"},
    "u-4": {"preferred_username": "dora"},
}
IN = "() => globalThis.roomtone?.state?.phase === 'in' && roomtone.state.me !== null"


def signs_in_at_the_issuer(tab: FirefoxTab, subject: str) -> None:
    """As `at_the_issuer` in Chromium."""
    tab.follow("dialog button", "Sign in with Staff")
    tab.types("[name=login]", subject)
    tab.types("[name=password]", "any")
    tab.follow("button", "Sign-in")
    tab.follow("button", "Continue")


def talk(*tabs: BrowserTab) -> None:
    """All of them hear each other, and see no error."""
    for tab in tabs:
        tab.until(IN)
        assert not tab.state["me"]["muted"] or tab.unmute()
    for tab in tabs:
        for other in tabs:
            if other is not tab:
                tab.hears(other.username, VOICES[other.username])
    for tab in tabs:
        assert tab.errors == [], tab.username


def test_users_of_an_issuer_and_of_passkeys_talk_in_chromium_and_firefox_behind_nginx(
    browser: Browser,
    firefox_browser: Firefox,
    database_url: str,
    psql: Psql,
    room: int,
    tmp_path: Path,
) -> None:
    path = f"/rooms/{room}"
    certificates = write_certificates(tmp_path)
    with ExitStack() as stack:
        issuer = stack.enter_context(run_issuer("staff", STAFF))
        relay = stack.enter_context(
            run_relay(
                database_url, sign_in="passkeys", openid_issuers=issuer.toml(), root_path="/talk"
            )
        )
        url = stack.enter_context(deployed("nginx", relay.url, certificates, tmp_path))
        issuer.serve(url)
        fox = stack.enter_context(firefox_browser.visited())
        fox.trust((certificates / AUTHORITY).read_text())
        fox.add_authenticator()

        def chromium_page(name: str) -> Tab:
            context = stack.enter_context(
                patient_context(browser, permissions=["microphone"], ignore_https_errors=True)
            )
            without_fonts(context)
            return open_page(context, url, path, name, tone=VOICES[name], demo=False)

        # All sign in before anybody talks, which costs more than the pages: in Firefox one by the issuer, who comes back later,
        # because two pages of Firefox take more than what other tests leave of two cores.
        dora = fox.open_page(url, path, "dora", tone=VOICES["dora"], demo=False)
        dora.click(".landing button", "Sign in")
        signs_in_at_the_issuer(dora, "u-4")
        dora.until(IN)
        dora.leave()

        # And one by a passkey.
        cleo = fox.open_page(url, path, "cleo", tone=VOICES["cleo"], demo=False)
        cleo.click(".landing button", "Sign in")
        cleo.types("#new-account", "cleo")
        cleo.click("dialog button", "Make an account")
        cleo.until(IN)  # Firefox answers for a passkey only in the tab in front
        cleo.run("() => roomtone.session.signOut()")
        cleo.reloads()
        cleo.click(".landing button", "Sign in")
        cleo.click("dialog button", "Sign in with a passkey")

        # The same in Chromium.
        ada = chromium_page("ada")
        ada.page.get_by_role("button", name="Sign in").last.click()
        ada.page.get_by_role("button", name="Sign in with Staff").click()
        at_the_issuer(ada.page, "u-1")
        ben = chromium_page("ben")
        devtools = ben.page.context.new_cdp_session(ben.page)
        devtools.send("WebAuthn.enable")
        authenticator(devtools)
        ben.page.get_by_role("button", name="Sign in").last.click()
        ben.page.get_by_label("Name of the account").fill("ben")
        ben.page.get_by_role("button", name="Make an account").click()

        talk(ada, ben, cleo)
        cleo.leave()
        dora.comes_to_the_front()
        dora.enter(room)
        talk(ada, ben, dora)
