"""TURN through a real coturn: the relay's credentials work over UDP and TCP, and a wrong secret fails visibly."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright
from roomtone.tools.processes import free_port

from ..patience import PATIENCE, eventually
from ..running import RunningRelay, run_relay
from .browser import chromium, open_tab, patient_context

SECRET = "a secret that coturn and the relay share"
RICK, BETH = 440.0, 880.0  # Hz: their voices


@contextmanager
def coturn() -> Iterator[int]:
    """A TURN server on loopback until the block ends; its port, for UDP and TCP."""
    program = shutil.which("turnserver")
    assert program, "these tests need coturn's turnserver (Debian: apt install coturn)"
    folder = Path(tempfile.mkdtemp(prefix="roomtone-coturn-"))
    port = free_port()
    command = [
        *(program, "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1"),
        *(f"--listening-port={port}", "--min-port=49200", "--max-port=49400"),
        *("--use-auth-secret", f"--static-auth-secret={SECRET}", "--realm=roomtone"),
        *("--allow-loopback-peers", "--no-tls", "--no-dtls", "--no-cli", "--no-multicast-peers"),
        *(f"--log-file={folder / 'log'}", "--simple-log", f"--pidfile={folder / 'pid'}"),
        *(f"--userdb={folder / 'db'}",),
    ]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder)
    try:
        eventually(lambda: _listens(port, process))
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


def _listens(port: int, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "coturn ended"
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def turn() -> Iterator[int]:
    with coturn() as port:
        yield port


RelayWith = Callable[[str, str], RunningRelay]


@pytest.fixture
def relay_with(database_url: str, turn: int) -> Iterator[RelayWith]:
    """`relay_with(transport, secret)`: a relay whose users connect only through TURN."""
    with ExitStack() as stack:
        yield lambda transport, secret: stack.enter_context(
            run_relay(
                database_url,
                demo=True,
                turn_uris=(f"turn:127.0.0.1:{turn}?transport={transport}",),
                turn_secret=secret,
                ice_transport_policy="relay",
            )
        )


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_people_hear_each_other_through_turn_alone(
    transport: str, relay_with: RelayWith, browser: Browser, room: int
) -> None:
    relay = relay_with(transport, SECRET)
    context = patient_context(browser, permissions=["microphone"])
    rick = open_tab(context, relay.url, "rick", tone=RICK)
    beth = open_tab(context, relay.url, "beth", tone=BETH)
    for each in (rick, beth):
        each.enter(room)
        each.unmute()
    rick.hears("beth", BETH)
    beth.hears("rick", RICK)
    for each in (rick, beth):
        each.settles()
        [trace] = each.state["traces"]
        # The other's address is known as "prflx" if its check arrives before its candidate (RFC 8445, 7.3.1.3).
        assert trace["path"]["local"] == "relay"
        assert trace["path"]["remote"] in ("relay", "prflx")
        assert each.state["connectionProblems"] == []
    context.close()


def test_a_listener_who_never_grants_the_microphone_hears(
    playwright: Playwright, relay_with: RelayWith, browser: Browser, room: int
) -> None:
    relay = relay_with("udp", SECRET)
    with chromium(playwright, "--use-fake-ui-for-media-stream=deny") as denying:
        context = patient_context(browser, permissions=["microphone"])
        rick = open_tab(context, relay.url, "rick", tone=RICK)
        rick.enter(room)
        rick.unmute()
        listener = open_tab(patient_context(denying), relay.url, "jerry")
        listener.enter(room, role="AUDIENCE")
        listener.hears("rick", RICK)
        assert listener.flow("rick")["packets_out"] == 0
        context.close()


def test_a_wrong_secret_is_a_visible_problem(
    relay_with: RelayWith, browser: Browser, room: int
) -> None:
    relay = relay_with("udp", "another secret")
    context = patient_context(browser, permissions=["microphone"])
    rick, beth = (open_tab(context, relay.url, name) for name in ("rick", "beth"))
    rick.enter(room)
    beth.enter(room)
    for each in (rick, beth):
        each.until(
            "() => roomtone.state.connectionProblems.some(({ kind, cause }) => kind === 'turn' && cause === 'turn_refused')"
        )
        assert each.state["phase"] == "in"
        assert all(person["connection"] != "connected" for person in each.state["people"])
    context.close()
