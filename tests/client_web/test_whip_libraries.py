"""Libraries of npm, unmodified, in a page of another site: they speak in a room by WHIP and hear its mix by WHEP, and can read refusals."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Set
from contextlib import suppress
from pathlib import Path

import aioice.ice
import pytest
from playwright.sync_api import BrowserContext, Page, Response
from playwright.sync_api import TimeoutError as NotYet
from roomtone.paths import PACKAGE

from ..patience import eventually
from ..people import Psql
from ..running import RunningRelay, run_relay
from ..triggers.edges import sizes
from .nodes import node_process, nodes, waits_for_nodes

ROOT = PACKAGE.parent
TONES = (440, 1170)  # Hz; neither is a harmonic of the other
LIBRARIES = Path(__file__).parent / "whip_libraries.js"


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice ignores 127.0.0.1, the only address here."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])


@pytest.fixture
def relay(database_url: str) -> Iterator[RunningRelay]:
    """A seat stays until its connection is made, however long that takes on a busy machine."""
    with run_relay(database_url, demo=True) as running:
        yield running


@pytest.fixture
def page(context: BrowserContext, client_files: str) -> Iterator[Page]:
    """A page of another site with the libraries, bundled as their users bundle them."""
    command = ["node_modules/.bin/esbuild", str(LIBRARIES), "--bundle", "--log-level=warning"]
    bundle = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    page = context.new_page()
    page.goto(f"{client_files}/client/signaling/cursor.js")  # any page with another origin
    page.add_script_tag(content=bundle)
    yield page
    page.close()


def test_browser_libraries_speak_and_listen_from_another_site(
    page: Page, relay: RunningRelay, psql: Psql, room: int, database_url: str
) -> None:
    sizes(psql, 1)
    with nodes(database_url, "mcu"), node_process(database_url, "edge"):
        waits_for_nodes(psql, "mcu", "edge")
        psql.run("update rooms set topology = 'mcu' where id = %s", room)
        endpoint = f"{relay.url}/rooms/{room}"
        names = ("studio", "desk", "radio", "kitchen")
        studio, desk, radio, kitchen = (relay.token(name) for name in names)
        with page.expect_response(_is("PATCH", {"if-match"})) as patched:
            page.evaluate(
                "(given) => publish(...given)", ["whip-whep", f"{endpoint}/whip", studio, TONES[0]]
            )
        assert patched.value.status == 204
        # This one would send its candidates in a PATCH if OPTIONS of the endpoint allowed that, but its fragments of an offer of
        # audio alone are empty. So it sends them in its offer.
        with page.expect_response(_is("POST")) as offered:
            page.evaluate(
                "(given) => publish(...given)", ["eyevinn", f"{endpoint}/whip", desk, TONES[1]]
            )
        assert offered.value.status == 201
        assert "a=candidate:" in (offered.value.request.post_data or "")
        page.evaluate("(given) => play(...given)", ["eyevinn", f"{endpoint}/whep", kitchen])
        # This one sends its candidates without If-Match. An edge serves it, which it does not notice.
        # (On a busy machine the edge may count as lost for a moment: the node of the stage serves who comes, and who was there is cut off.)
        served = "select u.username from participants p join users u on u.id = p.user_id where p.edge is not null"

        def radio_plays() -> bool:
            with page.expect_response(_is("PATCH")) as patched:
                page.evaluate("(given) => play(...given)", ["whip-whep", f"{endpoint}/whep", radio])
            assert patched.value.status == 204
            with suppress(NotYet):
                page.wait_for_function("(given) => hears(...given)", arg=[radio, *TONES])
                return psql.all(served) == [("radio",)]
            return False

        eventually(radio_plays)
        page.wait_for_function("(given) => hears(...given)", arg=[kitchen, *TONES])
        assert set(names) <= set(psql.roster(room))
        for token in (studio, desk, radio, kitchen):
            page.evaluate("(token) => stop(token)", token)
        eventually(lambda: not {*psql.roster(room)} & {*names})
        # The same page without a token: the origin check refuses it, and the page can read why.
        refused = page.evaluate(
            """async (url) => {
                const headers = { 'Content-Type': 'application/sdp' }
                const answer = await fetch(url, { method: 'POST', headers, body: 'v=0', credentials: 'omit' })
                return [answer.status, (await answer.json()).rule]
            }""",
            f"{endpoint}/whip",
        )
        assert refused == [403, "requests_come_from_own_pages"]


def _is(method: str, headers: Set[str] = frozenset()) -> Callable[[Response], bool]:
    """Whether this is the answer to such a request, which has If-Match only if it is among these headers."""
    return lambda answer: (
        answer.request.method == method and ({"if-match"} & {*answer.request.headers}) == headers
    )
