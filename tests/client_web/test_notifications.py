"""Notifications while the page is closed, in a real browser.

The push services of browsers are on the internet, where no test goes. So `pushManager.subscribe` is called and refused as without a
network, and from then on answers with a subscription at the test's own push service, which decrypts what the relay sends. The
message is then given to the browser by its debugger, as its push service would. What the worker makes of it is the browser's.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    BrowserContext,
    CDPSession,
    Page,
    Playwright,
    expect,
)

from ..patience import eventually
from ..people import Psql
from ..push_service import LOOPBACK, PushService, run_push_service
from ..running import get, run_relay
from .browser import chromium, patient_context
from .service_worker import active, worker_of
from .user_page import SMALL_PHONE, user_page

# Chromium deletes a notification that is read before it is displayed: it is read when it is.
NOTIFIED = "async () => (globalThis.notifications = await registration.getNotifications()).map(({ title, body, data }) => ({ title, body, path: data.path }))"
SHOWN = "() => shown.length"
WATCH = """() => {
    const { registration } = globalThis
    const show = registration.showNotification.bind(registration)
    globalThis.shown = []
    registration.showNotification = async (...what) => { await show(...what); shown.push(what) }
}"""
PAGES = "async () => (await clients.matchAll({ type: 'window' })).length"
CLICK = "() => { const [notification] = notifications; dispatchEvent(new NotificationEvent('notificationclick', { notification })) }"
PATIENT = "() => { globalThis.setTimeout = () => 0 }"  # the page answers when it can, on a slow machine, too
IS_SUBSCRIBED = "async (ask) => (await PushManager.prototype[ask]({})) !== null"
SUBSCRIBES = """
    (subscription) => {
        const { endpoint, p256dh, auth } = subscription
        let subscribed = null
        const made = { endpoint, toJSON: () => ({ endpoint, keys: { p256dh, auth } }), unsubscribe: async () => { subscribed = null; return true } }
        PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
            globalThis.subscribedWith = { userVisibleOnly, applicationServerKey }
            return (subscribed = made)
        }
        PushManager.prototype.getSubscription = async () => subscribed
    }
"""


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    with run_push_service(tmp_path, monkeypatch) as running:
        yield running


@pytest.fixture
def notified(playwright: Playwright) -> Iterator[BrowserContext]:
    """A browser that shows notifications, as the headless shell does not. They are allowed."""
    with chromium(playwright, "--headless=new", path=shutil.which("chromium")) as browser:
        context = patient_context(
            browser, service_workers="allow", permissions=["microphone", "notifications"]
        )
        yield context
        context.close()


def deliver(page: Page, message: dict[str, Any]) -> None:
    """The browser's push service hands this to the worker."""
    session: CDPSession = page.context.new_cdp_session(page)
    found: list[dict[str, Any]] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    # Playwright hands out events while it asks the page.
    eventually(lambda: page.title() == "" and found, what=lambda: "no service worker is known")
    registration = found[-1]
    session.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": registration["scopeURL"].rstrip("/"),
            "registrationId": registration["registrationId"],
            "data": json.dumps(message),
        },
    )
    session.detach()


def test_a_user_switches_notifications_on_is_notified_clicks_and_signs_out(
    notified: BrowserContext, database_url: str, psql: Psql, service: PushService
) -> None:
    beth_id, amara_id = psql.person("beth"), psql.person("amara")
    psql.run("insert into follows (user_id, followed_id) values (%s, %s)", beth_id, amara_id)
    with (
        run_relay(database_url, demo=True, push_networks=LOOPBACK) as relay,
        user_page(notified, relay.url, "beth", path="/people/beth") as beth,
    ):
        page = beth.page
        beth.resize(SMALL_PHONE)
        active(page)
        beth.button("Notifications").press("Enter")
        dialog = page.get_by_role("dialog", name="Notifications")
        dialog.get_by_text("Notifications are off in this browser.").wait_for()
        assert dialog.evaluate("(each) => each.scrollWidth <= innerWidth")
        # Without its push service no browser subscribes, and says so.
        on = dialog.get_by_role("button", name="Switch on in this browser")
        on.press("Enter")
        dialog.get_by_role("alert").filter(has_text="Your browser").wait_for()
        page.evaluate(SUBSCRIBES, service.subscription())
        on.press("Enter")
        dialog.get_by_text("Notifications are on in this browser.").wait_for()
        assert page.evaluate("subscribedWith") == {
            "userVisibleOnly": True,
            "applicationServerKey": get(f"{relay.url}/session").json()["push"],
        }
        speak = dialog.get_by_label("Invitations to speak")
        expect(speak).to_be_checked()
        speak.press("Space")
        unwanted = "select string_agg(kind, ' ') from unwanted_pushes"
        eventually(lambda: psql.one(unwanted) == "speak", what=lambda: f"{psql.one(unwanted)}")
        speak.press("Space")
        eventually(lambda: psql.one(unwanted) is None, what=lambda: f"{psql.one(unwanted)}")
        page.keyboard.press("Escape")

        room = psql.room("amara", "Tea at night")
        message = service.next().content
        worker = worker_of(notified)
        page.goto("about:blank")
        # Who looks at the page hears nothing, and the page that was left may still be known to the worker.
        eventually(lambda: worker.evaluate(PAGES) == 0, what=lambda: "the page is still open")
        worker.evaluate(WATCH)
        deliver(page, message)
        eventually(lambda: worker.evaluate(SHOWN), what=lambda: "nothing is shown")
        assert worker.evaluate(NOTIFIED) == [
            {
                "title": "“Tea at night” is open now",
                "body": "amara, whom you follow, hosts it.",
                "path": f"rooms/{room}",
            }
        ]
        # A page that does not listen is led there by the worker, one that listens goes by itself.
        page.goto(f"{relay.url}/session")
        worker.evaluate(CLICK)
        page.wait_for_url(f"**/rooms/{room}")
        page.goto(f"{relay.url}/people/beth")
        active(page)
        beth.button("Notifications").wait_for()
        eventually(lambda: worker.evaluate(PAGES) == 1, what=lambda: "the page before is known")
        worker.evaluate(PATIENT)
        page.evaluate("() => { globalThis.loadedOnce = true }")
        worker.evaluate(CLICK)
        page.wait_for_url(f"**/rooms/{room}")
        assert page.evaluate("loadedOnce")
        beth.walks_in()
        eventually(lambda: worker.evaluate(NOTIFIED) == [], what=lambda: "it is still shown")
        assert psql.one("select count(*) from push_subscriptions") == 1
        beth.opens("Leave quietly")
        # The browser is unsubscribed although the relay refuses to delete its row. The session's end deletes it.
        page.evaluate(SUBSCRIBES, service.subscription())
        assert page.evaluate(IS_SUBSCRIBED, "subscribe")
        psql.run("revoke delete on push_subscriptions from roomtone_person")
        beth.button("Sign out").first.click()
        subscribed = "select count(*) from push_subscriptions"
        eventually(lambda: psql.one(subscribed) == 0, what=lambda: "the browser is subscribed")
        # The session ends the row; the page may still be unsubscribing the browser.
        eventually(
            lambda: not page.evaluate(IS_SUBSCRIBED, "getSubscription"),
            what=lambda: "the browser itself is subscribed",
        )
        # The browser's own words about the subscription that it refused, and about the row.
        own = ("incognito", "403")
        beth.said[:] = [line for line in beth.said if not any(word in line for word in own)]
