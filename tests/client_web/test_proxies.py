"""A page behind a proxy lands on a technique that works, by itself, and says so in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from ..people import Psql
from ..running import RunningRelay
from .browser import Tab, open_page
from .proxies import CADDY, HAPROXY, NGINX, NGINX_THAT_BUFFERS, proxy

SENTENCE = "Something in your network holds back live events."
# A notice goes away after some seconds.
KEEP_NOTICES = """
globalThis.notices = new Set()
new MutationObserver(() => document.querySelectorAll('.notice__words').forEach(({ textContent }) => notices.add(textContent)))
  .observe(document, { childList: true, subtree: true, characterData: true })
"""
ALL_SLOTS = """() => Promise.all([1, 2, 3].map((slot) => new Promise((taken) =>
  navigator.locks.request(`roomtone stream ${slot}`, { steal: true }, () => new Promise((never) => taken())))))"""


@pytest.fixture
def servers(relay: RunningRelay, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The relay's address through each proxy."""
    tmp_path.chmod(0o755)
    with (
        proxy("nginx", NGINX, relay.url, tmp_path) as nginx,
        proxy("nginx", NGINX_THAT_BUFFERS, relay.url, tmp_path) as buffering,
        proxy("haproxy", HAPROXY, relay.url, tmp_path) as haproxy,
        proxy("caddy", CADDY, relay.url, tmp_path) as caddy,
    ):
        yield {"nginx": nginx, "nginx that buffers": buffering, "HAProxy": haproxy, "Caddy": caddy}


def lands_on(tab: Tab, technique: str, psql: Psql, *, without_slot: bool = False) -> None:
    """The page uses this technique, receives what happens, and says when it is not what it began with."""
    tab.until(
        "(name) => roomtone.shell.via === name && roomtone.shell.state.connection === 'live'",
        technique,
    )
    name = f"Tea by {technique} {tab.page.url}"[:100]
    psql.run("update rooms set name = %s", name)
    tab.until("(name) => roomtone.shell.state.hallway.some((row) => row.name === name)", name)
    began_with = "websocket" if without_slot else "sse"
    if technique == began_with:
        assert tab.run("() => roomtone.shell.state.fallback") is None
        assert tab.run("() => [...notices]") == []
    else:
        tab.until("(words) => [...notices].some((said) => said.startsWith(words))", SENTENCE)


def test_a_page_behind_each_proxy_lands_on_what_works(
    context: BrowserContext, servers: dict[str, str], psql: Psql, room: int
) -> None:
    context.add_init_script(KEEP_NOTICES)
    for place, first, without_slot in (
        ("nginx", "sse", "poll"),
        ("nginx that buffers", "longpoll", "poll"),
        ("HAProxy", "sse", "websocket"),
        ("Caddy", "sse", "websocket"),
    ):
        one = open_page(context, servers[place], "/", "rick")
        lands_on(one, first, psql)
        one.enter(room)
        one.sees("rick")
        one.run(ALL_SLOTS)
        two = open_page(context, servers[place], "/", "beth")
        lands_on(two, without_slot, psql, without_slot=True)
        two.enter(room)
        one.sees("rick", "beth")
        for tab in (two, one):
            tab.page.close()
        psql.run("delete from participants where peer_id is not null and role <> 'HOST'")
