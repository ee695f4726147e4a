"""A real Firefox for the tests, driven by WebDriver BiDi, which it speaks itself.

Playwright drives Firefox builds of its own only, and Selenium needs one more program; what a tab needs here is six commands.
https://w3c.github.io/webdriver-bidi/
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from ..patience import PATIENCE, eventually
from .browser import (
    MICROPHONE,
    POLL_MS,
    RECEIVED_AUDIO,
    SHOWN_LONGER,
    BrowserTab,
    page_address,
)
from .loudspeaker import STARTS_WITHIN, environment_of, loudspeaker
from .without_a_view import WITHOUT_A_VIEW

PREFERENCES: Mapping[str, bool | int | str] = {
    "media.navigator.permission.disabled": True,  # the microphone without a prompt
    "media.navigator.streams.fake": True,
    "media.autoplay.default": 0,
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "devtools.jsonview.enabled": False,  # the quiet page is JSON, and the viewer has a policy of its own
    "security.webauth.webauthn_enable_softtoken": True,
    "security.webauth.webauthn_enable_usbtoken": False,
    "network.dns.forceResolve": "127.0.0.1",  # it looks up hosts of its vendor, too
}

# Firefox's own report of a connection that was lost while the machine stood still; what must be connected, tests hear.
OF_THE_NETWORK = "WebRTC: ICE failed"

UNTIL = """async ([source, argument, patience, poll]) => {
    const condition = eval(source)
    const deadline = performance.now() + patience
    for (;;) {
        const value = await condition(argument)
        if (value) return value
        if (performance.now() > deadline) throw new Error(`it did not come true: ${source}`)
        await new Promise((resolve) => setTimeout(resolve, poll))
    }
}"""


class Firefox:
    """A running Firefox. One command is under way at a time; what it reports meanwhile is kept by the tab it is about."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = count(1)
        self._tabs: dict[str, FirefoxTab] = {}
        self._people: list[str] = []  # user contexts, which share nothing
        self.send("session.new", within=STARTS_WITHIN, capabilities={})
        self.send("session.subscribe", events=["log.entryAdded"])

    def send(self, method: str, *, within: float = PATIENCE, **parameters: Any) -> Any:
        """The result of a command."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=within))
            if message["type"] == "event":
                self._report(message["params"])
            elif message["id"] == number:
                assert message["type"] == "success", f"{method}: {message}"
                return message["result"]

    def open_tab(
        self, url: str, username: str, *, tone: float | None = None, scripts: tuple[str, ...] = ()
    ) -> FirefoxTab:
        """As `open_tab` in Chromium; these scripts run before every page's own."""
        tab = self._new_tab(username, tone, scripts)
        tab.goes_to(f"{url}/live?debug&username={username}")
        tab.run(WITHOUT_A_VIEW)
        return tab

    def open_page(
        self,
        url: str,
        path: str,
        username: str,
        *,
        tone: float | None = None,
        demo: bool = True,
    ) -> FirefoxTab:
        """As `open_page` in Chromium: the product's own page."""
        tab = self._new_tab(username, tone, ())
        tab.goes_to(page_address(url, path, username, demo=demo))
        return tab

    @contextmanager
    def visited(self) -> Iterator[Firefox]:
        """Tabs that are opened in the block are closed at its end, and what they stored is forgotten."""
        try:
            yield self
        finally:
            self._tabs.clear()
            for person in self._people:
                self.send("browser.removeUserContext", userContext=person)
            self._people.clear()

    def trust(self, authority: str) -> None:
        """Trust the sites whose certificates this authority signs; its own is given as PEM."""
        between = authority.partition("-----\n")[2].partition("\n-----")[0]
        self._run_inside(
            """(certificate) => Cc['@mozilla.org/security/x509certdb;1'].getService(Ci.nsIX509CertDB)
                .addCertFromBase64(certificate, 'C,,')""",
            between.replace("\n", ""),
        )

    def add_authenticator(self) -> None:
        """Keep passkeys as a phone does, for all tabs. It says at once that its user is there and verified."""
        self._run_inside(
            """() => Cc['@mozilla.org/webauthn/service;1'].getService(Ci.nsIWebAuthnService)
                .addVirtualAuthenticator('ctap2', 'internal', true, true, true, true)"""
        )

    def _run_inside(self, script: str, *arguments: str) -> None:
        """Run this in the browser's own window, which can do what no page can."""
        scope: dict[str, Any] = {"moz:scope": "chrome"}
        windows = self.send("browsingContext.getTree", **scope)["contexts"]
        answer = self.send(
            "script.callFunction",
            functionDeclaration=script,
            arguments=[{"type": "string", "value": each} for each in arguments],
            target={"context": windows[0]["context"]},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]

    def _new_tab(self, username: str, tone: float | None, scripts: tuple[str, ...]) -> FirefoxTab:
        person = self.send("browser.createUserContext")["userContext"]
        self._people.append(person)
        context = self.send("browsingContext.create", type="tab", userContext=person)["context"]
        tab = self._tabs[context] = FirefoxTab(self, context, username)
        voice = f"{SHOWN_LONGER}; globalThis.voiceInHertz = {tone or 0}"
        for source in (voice, MICROPHONE, RECEIVED_AUDIO, *scripts):
            self.send(
                "script.addPreloadScript",
                functionDeclaration=f"() => {{ {source} }}",
                contexts=[context],
            )
        return tab

    def _report(self, entry: dict[str, Any]) -> None:
        tab = self._tabs.get(entry["source"].get("context", ""))
        text = str(entry["text"])
        if tab is not None and entry["level"] == "error" and not text.startswith(OF_THE_NETWORK):
            tab.errors.append(text)


class FirefoxTab(BrowserTab):
    """A tab of Firefox."""

    def __init__(self, firefox: Firefox, context: str, username: str) -> None:
        super().__init__(username)
        self._firefox = firefox
        self._context = context

    def goes_to(self, url: str) -> None:
        self._firefox.send(
            "browsingContext.navigate", context=self._context, url=url, wait="complete"
        )

    def reloads(self) -> None:
        self._firefox.send("browsingContext.reload", context=self._context, wait="complete")

    def goes_back(self) -> None:
        # The answer does not wait for the other page.
        left = self.run("() => location.href")
        self._firefox.send("browsingContext.traverseHistory", context=self._context, delta=-1)
        eventually(lambda: self._address() != left)
        self.until("() => document.readyState === 'complete'")

    def comes_to_the_front(self) -> None:
        self._firefox.send("browsingContext.activate", context=self._context)

    def _address(self) -> str:
        tree = self._firefox.send("browsingContext.getTree", root=self._context)
        return str(tree["contexts"][0]["url"])

    def run(self, script: str, argument: Any = None) -> Any:
        return self._call(script, argument, within=PATIENCE)

    def until(self, script: str, argument: Any = None, *, within: float = PATIENCE) -> Any:
        return self._call(
            UNTIL, [script, argument, within * 1000, POLL_MS], within=within + PATIENCE
        )

    def keys(self, *actions: tuple[str, str]) -> None:
        """Presses ("keyDown", key) and releases ("keyUp", key) keys of the keyboard."""
        self._act("key", {}, [{"type": what, "value": key} for what, key in actions])

    def types(self, selector: str, text: str) -> None:
        """Clicks an element and types this into it."""
        self.click(selector)
        self.keys(*(action for key in text for action in (("keyDown", key), ("keyUp", key))))

    def click(self, selector: str, text: str = "") -> None:
        """Clicks the first visible element of this selector, and with this text, with the mouse: again if it has moved away meanwhile."""
        for _ in range(20):
            x, y = self.until(
                """([selector, text]) => {
                    const found = [...document.querySelectorAll(selector)].find((each) => each.checkVisibility() && (!text || each.textContent.trim() === text))
                    found?.scrollIntoView({ block: 'center' })
                    const { x, y, width, height } = found?.getBoundingClientRect() ?? {}
                    const point = [Math.round(x + width / 2), Math.round(y + height / 2)]
                    if (!found?.contains(document.elementFromPoint(...point))) return false
                    globalThis.wasClicked = false
                    addEventListener('click', ({ target }) => { globalThis.wasClicked = found.contains(target) }, { capture: true, once: true })
                    return point
                }""",
                [selector, text],
            )
            self._act("pointer", {"parameters": {"pointerType": "mouse"}}, [
                {"type": "pointerMove", "x": x, "y": y}, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0},
            ])  # fmt: skip
            if self.run("() => globalThis.wasClicked !== false"):  # another page does not know it
                return
        raise AssertionError(f"{selector} {text!r} does not stay in its place")

    def follow(self, selector: str, text: str) -> None:
        """Clicks what leads to another page, and waits for that page."""
        left = self._address()
        self.click(selector, text)
        eventually(lambda: self._address() != left)

    def _act(self, device: str, how: dict[str, Any], actions: list[dict[str, Any]]) -> None:
        source = {"type": device, "id": device, "actions": actions, **how}
        self._firefox.send("input.performActions", context=self._context, actions=[source])

    def _call(self, script: str, argument: Any, *, within: float) -> Any:
        answer = self._firefox.send(
            "script.callFunction",
            within=within,
            functionDeclaration=f"async (given) => JSON.stringify(await ({script})(JSON.parse(given)) ?? null)",
            arguments=[{"type": "string", "value": json.dumps(argument)}],
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return json.loads(answer["result"]["value"])


@contextmanager
def firefox() -> Iterator[Firefox]:
    """A headless Firefox until the block ends."""
    with (
        tempfile.TemporaryDirectory(prefix="roomtone-firefox-", ignore_cleanup_errors=True) as home,
        loudspeaker(Path(home)) as playing,
    ):
        profile = Path(home, "profile")
        profile.mkdir()
        lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in PREFERENCES.items())
        (profile / "user.js").write_text("".join(lines))
        with subprocess.Popen(
            [
                *("firefox-esr", "--headless", "--profile", profile),
                *("--remote-debugging-port=0", "--remote-allow-system-access"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment_of(home) | {"PULSE_SERVER": f"unix:{playing}"},
        ) as process:
            try:
                eventually(lambda: _address(profile), within=STARTS_WITHIN)
                with connect(
                    _address(profile), max_size=None, proxy=None, open_timeout=STARTS_WITHIN
                ) as socket:
                    yield Firefox(socket)
            finally:
                process.kill()


def _address(profile: Path) -> str:
    """Where it listens, which it writes down once it does; empty until all of that is written."""
    try:
        written = json.loads((profile / "WebDriverBiDiServer.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return ""
    return f"ws://{written['ws_host']}:{written['ws_port']}/session"
