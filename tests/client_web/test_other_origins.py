"""Another site open in the same browser, which sends our cookie along: it can neither join nor post.

It stands on another port of the same host, which is the worst case: to a browser that is the same site, so
`SameSite` does not hold the cookie back, and only the relay's own check is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import BrowserContext, Page

from ..patience import eventually
from ..people import Psql
from ..running import RunningRelay, run_relay

ELSEWHERE = "http://127.0.0.1:3999/"

TRY_ALL = """
async ({ relay, room }) => {
  const results = {}
  const attempt = async (name, does) => {
    results[name] = await does().catch((error) => `failed: ${error.name}`)
  }
  const form = (body, options = {}) =>
    fetch(`${relay}${options.path ?? '/rows/participants'}`, { method: 'POST', mode: 'no-cors', credentials: 'include', body })
      .then((response) => response.type)
  await attempt('text', () => form(JSON.stringify({ room_id: room })))
  await attempt('room', () => form(JSON.stringify({ name: 'Theirs' }), { path: '/rows/rooms' }))
  await attempt('call', () => form(JSON.stringify({ room_id: room }), { path: '/rows/rpc/join_room' }))
  await attempt('session', () => form(JSON.stringify({ username: 'eve' }), { path: '/session' }))
  await attempt('json', () =>
    fetch(`${relay}/rows/participants`, {
      method: 'POST', credentials: 'include', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ room_id: room }),
    }).then((response) => response.status))
  await attempt('read', () => fetch(`${relay}/session`, { credentials: 'include' }).then((response) => response.json()))
  const open = (...offered) => new Promise((resolve) => {
    const socket = new WebSocket(`${relay.replace('http', 'ws')}/rooms/${room}/socket`, ...offered)
    const heard = []
    socket.onopen = () => heard.push('open')
    socket.onmessage = ({ data }) => heard.push(JSON.parse(data).data?.problem?.status ?? data)
    socket.onclose = () => resolve(heard.join(' ') || 'closed')
  })
  await attempt('socket', () => open())
  await attempt('socket with an empty token', () => open(['bearer.', 'roomtone']))
  await attempt('stream', () => new Promise((resolve) => {
    const stream = new EventSource(`${relay}/rooms/${room}/events`, { withCredentials: true })
    stream.onopen = () => resolve('open')
    stream.onerror = () => { stream.close(); resolve('error') }
  }))
  return results
}
"""

USE_EVERYTHING = """
async (relay) => {
  const results = {}
  const attempt = async (name, does) => {
    results[name] = await does().catch((error) => `failed: ${error.name}`)
  }
  const signedIn = await fetch(`${relay}/session`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ username: 'cleo' }),
  })
  const { token } = await signedIn.json()
  const headers = { Authorization: `Bearer ${token}`, 'X-Client-Info': 'postgrest-js/2' }
  await attempt('write', async () => {
    const response = await fetch(`${relay}/rows/rooms`, {
      method: 'POST', headers: { ...headers, 'Content-Type': 'application/json', Prefer: 'return=headers-only' },
      body: JSON.stringify({ name: 'Tea elsewhere' }),
    })
    return [response.status, response.headers.get('Location')?.split('?')[0]]
  })
  await attempt('read', async () => {
    const response = await fetch(`${relay}/rows/rooms?select=name&order=id.desc&limit=1`, { headers })
    return [await response.json(), response.headers.get('Content-Range')]
  })
  await attempt('refusal', () => fetch(`${relay}/rows/rooms`, { headers: { Authorization: 'Bearer x' } })
    .then(async (response) => [response.status, (await response.json()).code]))
  await attempt('stream', async () => {
    const response = await fetch(`${relay}/hallway/events`, { headers: { ...headers, Accept: 'text/event-stream' } })
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('event: snapshot')) text += (await reader.read()).value
    await reader.cancel()
    return 'snapshot'
  })
  await attempt('anonymous stream', () => new Promise((resolve) => {
    const stream = new EventSource(`${relay}/hallway/events`)
    stream.addEventListener('snapshot', () => { stream.close(); resolve('snapshot') })
    stream.onerror = () => { stream.close(); resolve('error') }
  }))
  await attempt('socket', () => new Promise((resolve) => {
    const socket = new WebSocket(`${relay.replace('http', 'ws')}/hallway/socket`, ['roomtone', `bearer.${token}`])
    socket.onmessage = ({ data }) => { socket.close(); resolve(JSON.parse(data).event) }
    socket.onclose = () => resolve('closed')
  }))
  await attempt('cookie', () => fetch(`${relay}/session`, { credentials: 'include' }).then((response) => response.json()))
  return results
}
"""


@pytest.fixture
def elsewhere(context: BrowserContext, relay: RunningRelay) -> Iterator[Page]:
    """A page of another site, in a browser that is signed in here as anna."""
    ours = context.new_page()
    ours.goto(relay.url)
    ours.evaluate(
        "fetch('/session', { method: 'POST', headers: { 'Content-Type': 'application/json' },"
        " body: JSON.stringify({ username: 'anna' }) })"
    )
    page = context.new_page()
    page.route(
        f"{ELSEWHERE}**",
        lambda route: route.fulfill(content_type="text/html", body="<!doctype html><p>Elsewhere"),
    )
    page.goto(ELSEWHERE)
    yield page
    page.close()
    ours.close()


def test_a_page_of_another_origin_can_do_nothing_with_the_cookie(
    elsewhere: Page, relay: RunningRelay, psql: Psql, room: int
) -> None:
    seen: list[str] = []
    elsewhere.on("request", lambda request: seen.append(request.all_headers().get("cookie", "")))
    results = elsewhere.evaluate(TRY_ALL, {"relay": relay.url, "room": room})
    # Playwright reports requests only while it is asked for something.
    eventually(
        lambda: elsewhere.evaluate("true") and any("roomtone=" in cookie for cookie in seen),
        what=lambda: "the browser kept the cookie back: no test",
    )
    for attempt in ("text", "room", "call", "session", "json", "read"):
        assert results[attempt] == "failed: TypeError", results  # sent, refused, and not even shown
    assert results["socket"] in ("closed", "open 403"), results
    assert results["socket with an empty token"] in ("closed", "open 401"), results
    assert results["stream"] == "error"
    assert psql.roster(room) == []
    assert psql.count("rooms") == 1
    assert psql.one("select count(*) from users where username = 'eve'") == 0


def test_a_form_of_another_origin_can_do_nothing_with_the_cookie(
    elsewhere: Page, relay: RunningRelay, psql: Psql, room: int
) -> None:
    elsewhere.evaluate(
        """([action, field]) => {
          const form = document.createElement('form')
          Object.assign(form, { action, method: 'post', enctype: 'text/plain' })
          const input = document.createElement('input')
          Object.assign(input, { name: field, value: '"}' })
          form.append(input)
          document.body.append(form)
          form.submit()
        }""",
        [f"{relay.url}/rows/participants", f'{{"room_id": {room}, "role": "SPEAKER", "x": "'],
    )
    elsewhere.wait_for_url(f"{relay.url}/**")
    assert "requests_come_from_own_pages" in elsewhere.content()
    assert psql.roster(room) == []


def test_our_own_page_may(
    context: BrowserContext, elsewhere: Page, relay: RunningRelay, psql: Psql, room: int
) -> None:
    ours = context.pages[0]
    status = ours.evaluate(
        "(room) => fetch('/rows/participants', { method: 'POST', headers: { 'Content-Type': 'application/json' },"
        " body: JSON.stringify({ room_id: room }) }).then((response) => response.status)",
        room,
    )
    assert status == 201
    assert psql.roster(room) == ["anna"]


def test_a_link_of_another_site_changes_no_users_identity(
    elsewhere: Page, relay: RunningRelay, psql: Psql
) -> None:
    elsewhere.evaluate(
        "(address) => { location.href = address }", f"{relay.url}/?debug&username=eve"
    )
    elsewhere.wait_for_url(f"{relay.url}/**")
    assert elsewhere.evaluate("location.search") == "?debug="  # where the page reads the name
    me = elsewhere.evaluate("fetch('/session').then((response) => response.json())")
    assert me["user"]["username"] == "anna"
    assert psql.one("select count(*) from users where username = 'eve'") == 0


class Elsewhere(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Elsewhere</title>")

    def log_message(self, format: str, *_: object) -> None:
        """Write nothing."""


@contextmanager
def real_page() -> Iterator[str]:
    """The origin of a page from a server of its own: the browser does not let a page that a test made up reach this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_page_of_an_allowed_origin_uses_everything_with_its_own_token(
    context: BrowserContext, database_url: str
) -> None:
    with real_page() as origin, run_relay(database_url, allowed_origins=(origin,)) as relay:
        ours = context.new_page()
        ours.goto(relay.url)
        sign_in = (
            "fetch('/session', { method: 'POST', headers: { 'Content-Type': 'application/json' },"
            " body: JSON.stringify({ username: 'anna' }) })"
        )
        ours.evaluate(sign_in)
        page = context.new_page()
        page.goto(origin)
        assert page.evaluate(USE_EVERYTHING, relay.url) == {
            "write": [201, "/rows/rooms"],
            "read": [[{"name": "Tea elsewhere"}], "0-0/*"],
            "refusal": [401, "PGRST301"],
            "stream": "snapshot",
            "anonymous stream": "snapshot",
            "socket": "snapshot",
            "cookie": "failed: TypeError",
        }
        me = ours.evaluate("fetch('/session').then((response) => response.json())")
        assert me["user"]["username"] == "anna"
        page.close()
        ours.close()
