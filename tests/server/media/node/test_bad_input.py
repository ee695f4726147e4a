"""What strangers and clumsy programs send: it is refused in words or ends by itself, and the others hear nothing of it."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from roomtone.media.aiortc_internals.packets import SOURCES_LIMIT, send_packets
from roomtone.media.node.mcu import Mcu
from roomtone.media.node.participant_connection import OfferRefused
from roomtone.media.node.sfu import Sfu
from roomtone.media.node_rules import MIX
from roomtone.media.rtp import RtpPacket

from ....patience import PATIENCE
from ..sending import sends
from .people import Person, seat

HEAD = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
SECURE = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdef01234567\r\na=setup:actpass\r\na=fingerprint:sha-256 AB:CD\r\n"
AUDIO = "m=audio 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=sendrecv\r\na=rtcp-mux\r\na=rtpmap:96 opus/48000/2\r\n"
VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=rtpmap:96 VP8/90000\r\na=mid:0\r\n"
DATA = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sctp-port:5000\r\n"

OFFERS = {
    "": "audio",
    "v=0\r\n": "audio",
    "no sdp at all": "session description|audio",
    "x" * 200_000: "200000 characters",
    HEAD + VIDEO: "audio",
    HEAD + DATA: "audio",
    HEAD + AUDIO + "a=mid:0\r\n": "could not be answered",
    HEAD + AUDIO + "a=mid:0\r\n" + SECURE.replace("sha-256 AB", "AB"): "no session description",
    HEAD + AUDIO.replace("opus", "speex") + "a=mid:0\r\n": "Opus",
    HEAD + "".join(f"{AUDIO}a=mid:{mid}\r\n" for mid in range(2)): "bundle",
    HEAD + "".join(f"{AUDIO}a=mid:{mid}\r\n" for mid in range(65)): "64 voices",
}
"""Offers that are none, and a word of the refusal."""


@pytest.fixture(params=[Sfu, Mcu])
async def node(request: pytest.FixtureRequest) -> AsyncIterator[Sfu | Mcu]:
    made: Sfu | Mcu = request.param()
    yield made
    await made.close()


@pytest.fixture
async def people() -> AsyncIterator[list[Person]]:
    made = [Person(1, 440), Person(2, 660), Person(3, 0, "AUDIENCE")]
    yield made
    for each in made:
        await each.leave()


def port_of(node: Sfu | Mcu, person: Person) -> int:
    """Where the node listens for this person, as anybody may find out."""
    answer = person.connection.remoteDescription.sdp
    found = re.search(r"a=candidate:\S+ 1 udp \d+ 127.0.0.1 (\d+)", answer)
    assert found is not None
    return int(found[1])


def nonsense() -> list[bytes]:
    """Datagrams of a sender without keys: with every first byte, empty, too long, and similar to RTP, DTLS and STUN."""
    rtp = bytes.fromhex("80600001000003c0000000ff") + b"opus"
    alert = bytes.fromhex("15fefd00000000000000000002") + b"\x02\x28"
    request = bytes.fromhex("000100002112a442") + b"a" * 12
    return [
        b"",
        *(bytes([first]) * size for first in range(256) for size in (1, 40)),
        *(bytes([first]) + bytes(size) for first in (0, 22, 128) for size in (1500, 2000, 60_000)),
        *(rtp, rtp, alert, request, request[:-1]),
    ]


async def test_nothing_that_anybody_sends_is_noticed_by_the_others(
    node: Sfu | Mcu, people: list[Person]
) -> None:
    one, two, listener = people
    await seat(node, people)

    async def all_is_well(one_sings: float | None) -> None:
        """The listener hears who sings now, and nobody else."""
        async with asyncio.timeout(PATIENCE):
            while True:  # a voice that ended was still heard a moment ago
                listener.heard.clear()
                if isinstance(node, Mcu):
                    return await listener.waits_to_hear(MIX, *filter(None, (one_sings, 660)))
                await listener.waits_to_hear("user-2", 660)
                if one_sings:
                    return await listener.waits_to_hear("user-1", one_sings)
                if listener.hears("user-1"):
                    return None

    # Invalid offers; the valid one of the same participant is answered all the same.
    for offer, words in OFFERS.items():
        with pytest.raises(OfferRefused, match=words):
            await node.answer(one.peer, offer)
    for each in (one, two):
        await each.enter(node)
    await listener.enter(node, slots=2)
    await all_is_well(440)
    with pytest.raises(KeyError):
        await node.answer("peer-4711", HEAD + AUDIO + SECURE)

    # From the wrong address, to everybody's port.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for each in people:
            for datagram in nonsense():
                stranger.sendto(datagram, ("127.0.0.1", port_of(node, each)))
    await all_is_well(440)
    nowhere: tuple[object, ...] = ("", [], [7, {}], [{"candidate": "candidate:x", "sdpMid": "0"}])
    for candidates in nowhere:
        await node.candidates(one.peer, candidates)
    await node.candidates("peer-4711", {"candidate": "", "sdpMid": "0"})

    # Silence, and back; a track that ends; and a connection that does, with its seat still there.
    one.tone.hertz = 0
    await all_is_well(None)
    one.tone.hertz = 550
    await all_is_well(550)
    one.tone.stop()
    await all_is_well(None)
    await one.leave()
    connection = node.connections[one.peer]
    assert await asyncio.wait_for(connection.until("closed"), PATIENCE) == "closed"
    await all_is_well(None)
    assert [node.connections[each.peer].state for each in (two, listener)] == ["connected"] * 2


async def test_who_speaks_with_ever_new_voices_is_hung_up_on(node: Sfu | Mcu) -> None:
    """Each SSRC costs memory for as long as the connection lives, in libsrtp too."""
    person, many = Person(1), RTCPeerConnection(RTCConfiguration(iceServers=[]))
    await seat(node, [person])
    person.connection, was = many, person.connection
    transceiver = many.addTransceiver("audio", direction="sendrecv")
    sender = send_packets(transceiver)
    try:
        await person.answer(await node.answer(person.peer, await person.offer(1)))
        connection = node.connections[person.peer]
        assert await asyncio.wait_for(connection.until("connected"), PATIENCE) == "connected"
        for number in range(2 * SOURCES_LIMIT):
            transceiver.sender._ssrc = 1000 + number
            sends(sender, RtpPacket(0, 1, 960, False, b"\xfc\xff\xfe"))
        assert await asyncio.wait_for(connection.until("closed"), PATIENCE) == "closed"
    finally:
        await person.leave()
        await was.close()
