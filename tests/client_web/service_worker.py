"""The service worker of a page."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, Worker


def worker_of(context: BrowserContext) -> Worker:
    """The service worker, when it controls the page."""
    if not context.service_workers:
        context.wait_for_event("serviceworker")
    return context.service_workers[-1]


def active(page: Page) -> None:
    page.wait_for_function("() => navigator.serviceWorker.controller?.state === 'activated'")
