"""Signing in, in every way at once, which the demo's relay does not offer: what it says of its ways, and what the browser answers, is replaced here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Route

from ..user_page import UserPage
from .evening import Evening, State
from .foyer import NEVER_NOTIFIED

WAYS = {
    "demo": True,
    "passkeys": True,
    "issuers": [
        {"name": "staff", "title": "Example Staff"},
        {"name": "long", "title": "Verein der Freunde langsamer Musik"},
    ],
}
ASKS_FOREVER = """
    const ends = ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    navigator.credentials.get = ends
    navigator.credentials.create = ends
"""
PASSKEY = {"challenge": "AAAA", "user": {"id": "AAAA", "name": "beth", "displayName": "beth"}}
OF_THE_RELAY = {"rp": {"name": "Roomtone"}, "pubKeyCredParams": []}


def offers(user: UserPage, ways: dict[str, Any]) -> None:
    def answer(route: Route) -> None:
        if route.request.method != "GET":
            return route.fallback()
        real = route.fetch()
        return route.fulfill(response=real, json=real.json() | {"sign_in": ways})

    user.page.route("**/session", answer)
    user.page.route(
        "**/session/passkeys/*",
        lambda route: route.fulfill(json={"publicKey": PASSKEY | OF_THE_RELAY}),
    )


def sign_in(evening: Evening) -> Iterator[State]:
    """The dialog in its ways, and what it says while it waits and when it cannot."""
    psql = evening.psql
    for name in ("amara", "beth", "Maximiliana-Charlotte von Habsburg"):
        psql.person(name)
    named = evening.relay.url.replace("127.0.0.1", "localhost")  # passkeys belong to a name
    with evening.user(before=NEVER_NOTIFIED + ASKS_FOREVER) as beth:
        page = beth.page
        dialog = page.locator("dialog[open]")
        offers(beth, WAYS)
        page.goto(named)
        beth.button("Choose a name").first.click()
        page.locator(".sign-in__person").first.wait_for()
        yield State("signing in, in all ways", beth)
        beth.button("Sign in with a passkey").click()
        beth.reads("Your browser or device asks you now.")
        yield State("signing in, waiting for a passkey", beth)
        beth.button("Make an account").click()
        beth.reads("A name needs at least one letter.")
        yield State("making an account, refused", beth)
        evening.goes(beth, "/?sign_in=unreachable")
        beth.reads("The site that knows your account does not answer.")
        yield State(
            "signing in at an issuer that does not answer, on a page without passkeys", beth
        )
        page.unroute("**/session")
        offers(beth, {"demo": False, "passkeys": False, "issuers": []})
        page.goto(named)
        beth.button("Sign in").first.click()
        dialog.get_by_text("You cannot choose a name here.").wait_for()
        yield State("signing in, closed", beth)

        held: list[Route] = []
        page.unroute("**/session")
        page.route("**/session", lambda route: held.append(route))  # noqa: PLW0108 - Playwright sets an attribute of it
        page.goto(named)
        beth.button("Start a room").click()
        beth.reads("Roomtone has not answered yet.")
        yield State("signing in, no answer yet", beth)
        page.unroute("**/session")
        page.route("**/session", lambda route: route.abort())
        held[0].abort()
        beth.reads("Roomtone does not answer at the moment.")
        yield State("signing in, no answer", beth)
        page.unroute("**/session")
        offers(beth, WAYS)

        page.goto(f"{named}/clubs#recover=secret")
        beth.button("Make a passkey").click()
        beth.reads("Your browser or device asks you now.")
        yield State("a recovery link", beth)
        page.goto(f"{named}/people/beth?username=beth")
        beth.button("Passkeys").wait_for()  # by a name, as long as there is no passkey
        for key, used in (("First passkey", "now()"), ("Key in the drawer of the kitchen", "null")):
            psql.run(
                "insert into passkeys (user_id, name, credential_id, public_key, user_handle, sign_count, last_used_at)"
                f" values (%s, %s, %s, 'x', 'x', 0, {used})",
                psql.person("beth"),
                key,
                key.encode(),
            )
        psql.run(
            "insert into access_tokens (user_id, name, expires_at)"
            " select %s, n, now() + interval '30 days' from unnest(array['OBS', 'The music bot of the listening club']) n",
            psql.person("beth"),
        )
        beth.button("Access tokens").click()
        page.get_by_label("New token").fill("Script")
        beth.button("Make a token").click()
        beth.reads("Copy your token now. It is not shown again.")
        page.locator("dialog[open] .own-list__one").nth(2).wait_for()
        yield State("my access tokens, and a new one", beth)
        page.keyboard.press("Escape")
        beth.button("Your calendar").click()
        beth.button("Make an address").click()
        beth.reads("Copy the address now, or subscribe.")
        yield State("my calendar, and its new address", beth)
        page.keyboard.press("Escape")
        beth.button("Notifications").click()
        beth.reads("This browser cannot show notifications of a closed page.")
        page.get_by_label("People you follow").uncheck()
        yield State("my notifications", beth)
        page.keyboard.press("Escape")
        beth.button("Passkeys").click()
        page.locator("dialog[open] .own-list__one").nth(1).wait_for()
        yield State("my passkeys", beth)
        beth.button("Add a passkey").click()
        beth.reads("Give it a name.")
        yield State("adding a passkey, refused", beth)
        page.get_by_label("Another passkey").fill("Phone")
        beth.button("Add a passkey").click()
        beth.reads("Your browser or device asks you now.")
        yield State("adding a passkey", beth)
        beth.button("Remove First passkey").click()
        page.get_by_role("dialog", name="Remove “First passkey”?").wait_for()
        yield State("removing a passkey", beth)
        page.goto(f"{named}/offline")
        page.get_by_role("heading", name="You are offline").wait_for()
        yield State("offline", beth)
        beth.said.clear()  # the browser's own messages about requests that failed here
