"""The files that a browser loads for the page: each once, and as early as possible."""

from __future__ import annotations

from playwright.sync_api import BrowserContext

from ..running import RunningRelay

FILES = """() => performance.getEntriesByType('resource').filter(({ name }) => name.includes('/client/'))
    .map(({ name, transferSize }) => [name, transferSize > 0])"""
LISTED = "() => [...document.querySelectorAll('[rel=modulepreload], script[src]')].map(({ href, src }) => href ?? src)"


def test_the_page_lists_its_modules_and_asks_for_none_again(
    context: BrowserContext, relay: RunningRelay
) -> None:
    context.add_init_script("performance.setResourceTimingBufferSize(1000)")  # it keeps 250 files
    page = context.new_page()
    page.goto(relay.url)
    page.get_by_role("heading").first.wait_for()
    modules = {name for name, _ in page.evaluate(FILES) if name.endswith(".js")}
    assert len(modules) > 100
    assert modules == set(page.evaluate(LISTED))
    page.goto(f"{relay.url}/clubs")
    page.get_by_role("heading").first.wait_for()
    assert [name for name, sent in page.evaluate(FILES) if sent] == []
