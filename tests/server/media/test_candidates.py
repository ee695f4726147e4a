"""No packet goes where a candidate may not point, whichever way it came: in a description or after it, to a node or to a peer."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import aioice.ice
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.sdp import SessionDescription
from roomtone.media import rtc_connection
from roomtone.media.audio_connection import AudioOptions
from roomtone.media.candidates import CANDIDATES_LIMIT, Candidates, interfaces
from roomtone.media.direct_connection import DirectCallbacks, DirectConnection
from roomtone.media.node.mcu import Mcu
from roomtone.media.node.sfu import Sfu
from roomtone.media.node_connection import NodeCallbacks, NodeConnection
from roomtone.media.signaling.client import Ice

from ...patience import PATIENCE
from .seats import seat_of


@pytest.fixture
def address() -> str:
    """An address of this machine that is not its loopback; a router, a test network: whatever it is in."""
    found = aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=False)
    assert found, "this test needs a network interface beside loopback"
    return found[0]


@contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind((address, 0))
        listener.setblocking(False)
        yield listener


def candidate_line(listener: socket.socket, priority: int) -> str:
    host, port = listener.getsockname()
    return f"candidate:{priority} 1 udp {priority} {host} {port} typ host"


async def offer() -> str:
    """A whole offer, without a candidate."""
    program = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    program.addTransceiver("audio", direction="sendrecv")
    await program.setLocalDescription(await program.createOffer())
    sdp = str(program.localDescription.sdp)
    await program.close()
    return "".join(
        each
        for each in sdp.splitlines(keepends=True)
        if not each.startswith(("a=candidate", "a=end-of"))
    )


async def to_node(kind: type[Sfu] | type[Mcu], sdp: str, trickled: list[dict[str, Any]]) -> Any:
    node = kind()
    await node.set_participants([seat_of(1, peer="peer")])
    await node.answer("peer", sdp)
    await node.candidates("peer", trickled)
    return node


async def to_peer(
    sdp: str, trickled: list[dict[str, Any]], on_broken: Callable[[str], None] = lambda _: None
) -> DirectConnection:
    callbacks = DirectCallbacks(send=lambda *_: None, on_track=lambda _: None, on_broken=on_broken)
    connection = DirectConnection(Ice(), AudioOptions(None, receives=True), callbacks, offers=False)
    connection.start()
    connection.receive("offer", {"type": "offer", "sdp": sdp})
    connection.receive("candidate", trickled)
    return connection


async def to_caller(
    sdp: str, trickled: list[dict[str, Any]], on_broken: Callable[[str], None] = lambda _: None
) -> NodeConnection:
    """Who calls a node, and is answered by something else; it takes no later candidates."""
    said: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    callbacks = NodeCallbacks(
        send=lambda _kind, body: said.put_nowait(body),
        on_track=lambda *_: None, on_connected=lambda: None, on_broken=on_broken,
    )  # fmt: skip
    caller = NodeConnection(Ice(), AudioOptions(None, receives=True), callbacks)
    caller.receive_voices(["mix"])
    mids = SessionDescription.parse((await said.get())["sdp"]).media[0].rtp.muxId
    answer = sdp.replace("a=sendrecv", "a=sendonly").replace("a=setup:actpass", "a=setup:active")
    answer = answer.replace("a=mid:0", f"a=mid:{mids}")
    caller.receive("answer", {"type": "answer", "sdp": answer})
    return caller


@pytest.mark.parametrize("way", ["sfu", "mcu", "peer", "caller"])
@pytest.mark.parametrize("trickles", [False, True])
async def test_checks_go_to_the_own_network_and_not_to_loopback(
    address: str, way: str, trickles: bool
) -> None:
    if way == "caller" and trickles:
        return  # it takes none
    with listening(address) as fine, listening("127.0.0.1") as refused:
        lines = [candidate_line(refused, 2_000_000_000), candidate_line(fine, 1_000_000)]
        sdp, trickled = await offer(), [{"candidate": each, "sdpMid": "0"} for each in lines]
        if not trickles:
            sdp, trickled = sdp + "".join(f"a={each}\r\n" for each in lines), []
        if way == "peer":
            made: Any = await to_peer(sdp, trickled)
        elif way == "caller":
            made = await to_caller(sdp, trickled)
        else:
            made = await to_node(Sfu if way == "sfu" else Mcu, sdp, trickled)
        try:
            # The refused one has the higher priority, so a check of it would have come first.
            check = asyncio.get_running_loop().sock_recv(fine, 2000)
            assert len(await asyncio.wait_for(check, PATIENCE)) > 20
            with pytest.raises(BlockingIOError):
                refused.recv(2000)
        finally:
            await made.close()


def test_a_machine_is_in_its_networks_whichever_address_it_connects_from(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Firefox sends nothing to loopback addresses: it is reached at the machine's other ones, or not at all."""
    assert "127.0.0.1" not in (found := {str(each.ip) for each in interfaces()})
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])
    assert {str(each.ip) for each in interfaces()} == found | {"127.0.0.1"}
    assert address in found


def candidate(number: int, host: str = "9.9.9.9") -> str:
    return f"a=candidate:1 1 udp 2130706431 {host} {1024 + number} typ host\r\n"


def test_there_is_a_bound_for_all_of_a_connection_s_candidates_together() -> None:
    candidates = Candidates(Ice().reach)
    head = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
    half = CANDIDATES_LIMIT // 2
    one = head + "m=audio 9 X 0\r\n" + "".join(map(candidate, range(half)))
    for _ in range(3):  # a further offer repeats the same candidates
        assert candidates.filter_sdp(one).count("a=candidate") == half
    later = [{"candidate": candidate(n)[2:], "sdpMid": "0"} for n in range(2 * CANDIDATES_LIMIT)]
    candidates.parse(later)
    assert candidates.parse(later[-1]) == []
    assert len(candidates.parse(later[:half])) == half


def test_who_may_not_be_called_back_is_waited_for() -> None:
    end = "a=end-of-candidates\r\n"
    sdp = "v=0\r\nm=audio 9 X 0\r\n" + candidate(0) + candidate(1, "10.0.0.1")
    assert end not in Candidates(Ice().reach).filter_sdp(sdp + end)
    assert end in Candidates(Ice().reach).filter_sdp(
        sdp.replace(candidate(1, "10.0.0.1"), "") + end
    )


@pytest.mark.parametrize("blank", ["\x1f", "\xa0", "\u2003"])
def test_whoever_reads_a_kept_candidate_reads_the_one_that_was_checked(blank: str) -> None:
    """Janus takes none of these for a blank, and no case of a name for another name."""
    words = ["a=candidate:1", "1", "udp", "1", "9.9.9.9", "5000", "t", "host"]
    hidden = f"{blank.join(words)} 1 udp 2130706431 10.0.0.5 22 typ host\r\n"
    other = candidate(1, "10.0.0.1").replace("a=c", "a=C")
    sdp = Candidates(Ice().reach).filter_sdp(f"v=0\r\nm=audio 9 X 0\r\n{hidden}{other}")
    assert sdp == "v=0\r\nm=audio 9 X 0\r\na=candidate:1 1 udp 1 9.9.9.9 5000 typ host\r\n"


@pytest.mark.parametrize(
    "text",
    [
        f"candidate:{'1' * 33} 1 udp 1 9.9.9.9 5000 typ host",
        f"candidate:1 1 udp {'1' * 31} 9.9.9.9 5000 typ host",
        *("", "x", "candidate:", "candidate:1 1 udp x 9.9.9.9 5000 typ host"),
        "candidate:1 1 udp 1 9.9.9.9 99999999999999999999 typ host",
        "candidate:1 1 tcp 1 9.9.9.9 5000 typ host tcptype passive",
        "candidate:1 2 udp 1 9.9.9.9 5000 typ host",
        "candidate:1 1 udp 1 0f.local 5000 typ host",
        "candidate:1 1 udp 1 localhost 5000 typ host",
        "candidate:1 1 udp 1 9.9.9.9 5000 typ host " + "x y " * 1000,
        *(None, 7, [], {}),
    ],
)
def test_what_is_no_candidate_is_passed_over(text: object) -> None:
    candidates = Candidates(Ice().reach)
    assert candidates.parse([{"candidate": text, "sdpMid": "0"}, text]) == []
    assert candidates.parse({"candidate": "candidate:1 1 udp 1 9.9.9.9 5000 typ host", "sdpMid": 7})


@pytest.mark.parametrize("way", ["sfu", "mcu", "peer", "caller"])
async def test_a_connection_that_never_comes_to_be_has_an_end(
    address: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rtc_connection, "CONNECTED_WITHIN", 0.2)
    with listening(address) as silent:  # a candidate that answers no check, and more may come
        sdp = await offer() + f"a={candidate_line(silent, 1_000_000)}\r\n"
        broken: asyncio.Queue[str] = asyncio.Queue()
        if way == "peer":
            made: Any = await to_peer(sdp, [], broken.put_nowait)
        elif way == "caller":
            made = await to_caller(sdp, [], broken.put_nowait)
        else:
            made = await to_node(Sfu if way == "sfu" else Mcu, sdp, [])
        try:
            async with asyncio.timeout(PATIENCE):
                if way in ("peer", "caller"):
                    assert "was not made" in await broken.get()
                else:
                    assert await made.connections["peer"].until("closed") == "closed"
        finally:
            await made.close()
