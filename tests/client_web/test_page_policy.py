"""The page keeps to its own Content-Security-Policy."""

from __future__ import annotations

from playwright.sync_api import Page


def test_the_page_has_no_inline_script_or_style(client_files: str, quiet_page: Page) -> None:
    quiet_page.goto(f"{client_files}/client/index.html")
    assert quiet_page.locator("script:not([src]), style").count() == 0
    answer = quiet_page.request.get(f"{client_files}/client/index.html").text()
    assert " style=" not in answer
    assert " on" not in answer.lower().replace(" on ", "")
    quiet_page.goto(f"{client_files}/client/signaling/cursor.js")
