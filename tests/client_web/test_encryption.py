"""An encrypted room: who is in it hears the others, and the node that forwards their audio does not."""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import aioice.ice
import numpy as np
import pytest
from playwright.sync_api import BrowserContext
from roomtone.media.node.sfu import Sfu
from roomtone.media.opus import FRAME_SAMPLES, RATE, Decoder, Encoder
from roomtone.media.rtp import RtpPacket
from roomtone.media.signaling.events import Seat

from ..patience import eventually
from ..people import Psql
from ..running import RunningRelay
from .browser import BrowserTab, open_tab
from .firefox import Firefox
from .nodes import nodes, waits_for_nodes

RECORDER = (Path(__file__).parent / "recorder.js").read_text()
CHROMIUM, FIREFOX, THIRD = 400, 700, 1000  # Hz: their voices

CONNECTED = """(topology) => {
    const { route, encryption } = roomtone.state
    return encryption.phase === 'on' && route?.topology === topology && route.status === 'settled'
        && roomtone.peers().length > 0 && roomtone.peers().every(({ peer }) => peer.state === 'connected')
}"""
FROM = (
    "([name, what]) => roomtone.people().some((p) => p.username === name && p.encryption === what)"
)
WORKERS = """
    globalThis.workers = []
    globalThis.Worker = class extends Worker {
        constructor(...about) {
            super(...about)
            workers.push(this)
        }
    }
"""
WATCHED = """async () => {
    const { pending } = await navigator.locks.query()
    return pending.some(({ name }) => name.startsWith('roomtone.frames.'))
}"""
HEARS = "([tone, heard]) => recorder.hears(tone) === heard"


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice leaves 127.0.0.1 out; here it is all there is."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])


class Node:
    """What the node has of each voice: the payloads and levels of the packets that it forwards. `changes` one bit in each of this person's."""

    def __init__(self) -> None:
        self.payloads: dict[str, list[bytes]] = defaultdict(list)
        self.loudest: dict[str, int] = defaultdict(lambda: 127)  # dB below full scale
        self.changes: str | None = None

    def passes(self, participant: Seat, packet: RtpPacket) -> RtpPacket:
        self.payloads[participant.username].append(packet.payload)
        if packet.level is not None:
            self.loudest[participant.username] = min(
                packet.level, self.loudest[participant.username]
            )
        if participant.username != self.changes:
            return packet
        return packet._replace(payload=packet.payload[:-1] + bytes([packet.payload[-1] ^ 1]))

    def has(self, username: str, frames: int) -> bool:
        return len(self.payloads[username]) > frames

    def uses_none_of(self, username: str, keys: set[int]) -> bool:
        return not self.kids(username, 5) & keys

    def kids(self, username: str, newest: int) -> set[int]:
        """The keys with which the newest frames of this person are encrypted, by their header (RFC 9605, 4.3)."""
        return {
            int.from_bytes(frame[1 : 2 + (frame[0] >> 4 & 7)])
            for frame in self.payloads[username][-newest:]
        }


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> Node:
    node, forward = Node(), Sfu._forward
    monkeypatch.setattr(
        Sfu, "_forward", lambda self, who, packet: forward(self, who, node.passes(who, packet))
    )
    return node


def share_of(hertz: int, payloads: list[bytes]) -> float:
    """How much of what Opus makes of these packets is this tone, 0 to 1; 0 if it makes nothing of them."""
    decoder, sounds = Decoder(), [np.zeros(FRAME_SAMPLES, np.float32)]
    for payload in payloads:
        try:
            sounds.append(decoder.decode(payload))
        except ValueError:
            continue
    sound = np.concatenate(sounds)
    power = np.abs(np.fft.rfft(sound)) ** 2
    near = np.abs(np.fft.rfftfreq(len(sound), 1 / RATE) - hertz) < 25
    return float(power[near].sum() / max(float(power.sum()), 1e-9))


def plain(hertz: int, frames: int = 100) -> list[bytes]:
    """This tone in Opus, as it is sent in other rooms."""
    encoder = Encoder()
    sound = (np.sin(2 * np.pi * hertz * np.arange(frames * FRAME_SAMPLES) / RATE) / 2).astype(
        np.float32
    )
    return [encoder.encode(frame) for frame in np.split(sound, frames)]


def given_to(psql: Psql, username: str) -> set[int]:
    """The keys that were ever given to this person."""
    found = psql.all(
        "select (record ->> 'kid')::bigint from events where table_name = 'sender_keys' and recipient = %s",
        psql.person_id(username),
    )
    return {kid for (kid,) in found}


def test_who_is_in_an_encrypted_room_hears_the_others_and_the_node_does_not(
    context: BrowserContext,
    firefox_browser: Firefox,
    relay: RunningRelay,
    database_url: str,
    psql: Psql,
    node: Node,
) -> None:
    context.add_init_script(RECORDER)
    context.add_init_script(WORKERS)
    with ExitStack() as stack:
        stack.enter_context(nodes(database_url, "sfu"))
        waits_for_nodes(psql, "sfu")
        room = psql.one(
            "insert into rooms (name, host_id, topology, encrypted) values ('Den', %s, 'sfu', true) returning id",
            psql.person("host"),
        )
        browser = stack.enter_context(firefox_browser.visited())
        chrome = open_tab(context, relay.url, "chrome", tone=CHROMIUM)
        fox = browser.open_tab(relay.url, "fox", tone=FIREFOX, scripts=(RECORDER,))
        two: dict[str, BrowserTab] = {"chrome": chrome, "fox": fox}
        for tab in two.values():
            tab.enter(room)
            assert tab.unmute()
        for tab in two.values():
            tab.until(CONNECTED, "sfu")
        they_hear_each_other(chrome, fox)

        # The node forwards what it cannot hear.
        assert share_of(CHROMIUM, plain(CHROMIUM)) > 0.9
        for name, hertz in (("chrome", CHROMIUM), ("fox", FIREFOX)):
            eventually(partial(node.has, name, 100))
            assert share_of(hertz, node.payloads[name][-100:]) < 0.1, f"the node hears {name}"
            assert node.loudest[name] < 40, (
                "but how loud they are, by which it chooses whom it forwards"
            )

        # Both have the same safety number, and psql has it, too.
        number = psql.one("select safety_number(%s)", room)
        for tab in two.values():
            tab.until("(number) => roomtone.state.encryption.number === number", number)

        # Who comes later hears what is said from now on, and has no key of what was said before.
        before = {name: node.kids(name, len(node.payloads[name])) for name in two}
        third = open_tab(context, relay.url, "third", tone=THIRD)
        third.enter(room)
        for hertz in (CHROMIUM, FIREFOX):
            third.until(HEARS, [hertz, True])
        for tab in two.values():
            tab.until(
                "(number) => ![null, number].includes(roomtone.state.encryption.number)", number
            )
        keys = given_to(psql, "third")
        assert keys
        assert not keys & (before["chrome"] | before["fox"])

        # Who has left has no key of what is said then.
        third.leave()
        for name in two:
            eventually(partial(node.uses_none_of, name, keys | given_to(psql, "third")))
        they_hear_each_other(chrome, fox)

        # The room moves to a mesh and back while they talk.
        for topology in ("mesh", "sfu"):
            psql.run("update rooms set topology = %s where id = %s", topology, room)
            for tab in two.values():
                tab.until(CONNECTED, topology)
            they_hear_each_other(chrome, fox)

        # A node that changes frames is noticed, and nobody hears noise.
        node.changes = "fox"
        chrome.until(FROM, ["fox", "failed"])
        chrome.until(HEARS, [FIREFOX, False])
        chrome.until(
            "() => roomtone.state.entries.some(({ note }) => note?.code === 'not_decrypted' && note.fault === 'false')"
        )
        node.changes = None
        chrome.until(FROM, ["fox", "heard"])
        they_hear_each_other(chrome, fox)

        # The browser ends a worker while they talk, and says nothing of it: there is another one, and until then nothing is sent.
        sent = len(node.payloads["chrome"])
        chrome.page.evaluate("() => workers.at(-1).terminate()")
        chrome.until("() => workers.length === 2")
        for tab in two.values():
            tab.until(CONNECTED, "sfu")
        they_hear_each_other(chrome, fox)
        eventually(partial(node.has, "chrome", sent + 50))
        since = node.payloads["chrome"][sent:]
        for first in (*range(0, len(since) - 50, 50), len(since) - 50):
            heard = share_of(CHROMIUM, since[first : first + 50])
            assert heard < 0.1, f"the node hears chrome from frame {first} on"
        # Again, and the page gives up, and says so. It watches a worker from when it knows its lock on.
        chrome.until(WATCHED)
        chrome.page.evaluate("() => workers.at(-1).terminate()")
        chrome.until("() => roomtone.state.encryption.phase === 'failed'")
        chrome.until("() => !roomtone.peers().length")

        # A database that says that the room is not encrypted any more is not believed: nobody is connected, and nothing is sent in the clear.
        psql.run("alter table rooms disable trigger _180_keep_encrypted")
        psql.run("update rooms set encrypted = false where id = %s", room)
        for tab in two.values():
            tab.until(
                "() => roomtone.state.encryption.phase === 'lowered' && !roomtone.peers().length"
            )
        for name, hertz in (("chrome", CHROMIUM), ("fox", FIREFOX)):
            assert share_of(hertz, node.payloads[name][-100:]) < 0.1, f"the node hears {name}"
    assert (chrome.errors, third.errors, fox.errors) == ([], [], [])


def they_hear_each_other(chrome: BrowserTab, fox: BrowserTab) -> None:
    chrome.until(HEARS, [FIREFOX, True])
    fox.until(HEARS, [CHROMIUM, True])
