"""docs/peerjs-and-socketio.md: PeerJS, unmodified, sends in a browser what the page shows."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, WebSocket
from roomtone.paths import PACKAGE

from ..docs.code_blocks import files, printed_by, says

PAGE = "peerjs-and-socketio.md"
ROOT = PACKAGE.parent
HEARTBEAT = re.compile(r'\w+ -> \{"type":"HEARTBEAT"\}')


@pytest.fixture
def peer_server() -> Iterator[int]:
    """The page's PeerServer on another port; returns the port, which the operating system chose."""
    script = files(PAGE)["peerserver.mjs"]
    printing = "(server) => console.log(server.address().port)"
    assert "9000" in script
    script = script.replace("9000", "0").replace("() => console.log('ready')", printing)
    with subprocess.Popen(
        ["node", "--input-type=module", "--eval", script],
        cwd=ROOT,
        env=os.environ | {"PORT": ""},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.kill()


def test_peerjs_sends_what_the_page_shows(
    context: BrowserContext, client_files: str, peer_server: int
) -> None:
    messages: list[str] = []

    def listen(socket: WebSocket) -> None:
        person = "ann" if "id=ann-1" in socket.url else "bob"
        socket.on("framesent", lambda text: messages.append(f"{person} -> {text!s}"))
        socket.on("framereceived", lambda text: messages.append(f"{person} <- {text!s}"))

    bundle = subprocess.run(
        ["node_modules/.bin/esbuild", "--bundle", "--log-level=warning"],
        input=files(PAGE)["peerjs.mjs"].replace("9000", str(peer_server)),
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    ).stdout
    page = context.new_page()
    page.on("websocket", listen)
    page.goto(f"{client_files}/client/signaling/cursor.js")  # any page
    with page.expect_websocket(lambda socket: "id=bob-1" in socket.url) as opened:
        page.add_script_tag(content=bundle)
    if not opened.value.is_closed():
        opened.value.wait_for_event("close")  # bob heard ann, and left
    page.close()

    shown = printed_by(PAGE, "peerjs.mjs")
    unknown = [
        m for m in messages if not HEARTBEAT.fullmatch(m) and not any(says(s, m) for s in shown)
    ]
    assert unknown == []
    # How many candidates there are, and when they come, is another matter each time; all else is in this order.
    steps = [line for line in shown if "CANDIDATE" not in line]
    found = [next((i for i, m in enumerate(messages) if says(line, m)), -1) for line in steps]
    assert -1 not in found, dict(zip(steps, found, strict=True))
    assert found == sorted(found)
    assert any("CANDIDATE" in message for message in messages)
