"""The files that a browser loads for the page: few, and each once."""

from __future__ import annotations

from playwright.sync_api import BrowserContext

from ..running import RunningRelay

FILES = """() => performance.getEntriesByType('resource').filter(({ name }) => name.includes('/client/'))
    .map(({ name, transferSize }) => [name.split('/').at(-1), transferSize > 0])"""


def test_the_page_is_one_style_sheet_and_one_script_and_asks_for_nothing_again(
    context: BrowserContext, relay: RunningRelay
) -> None:
    page = context.new_page()
    page.goto(relay.url)
    page.get_by_role("heading").first.wait_for()
    loaded = [name for name, _ in page.evaluate(FILES)]
    assert [name for name in loaded if name.endswith((".css", ".js"))] == ["index.css", "index.js"]
    page.goto(f"{relay.url}/clubs")
    page.get_by_role("heading").first.wait_for()
    assert [name for name, sent in page.evaluate(FILES) if sent] == []
