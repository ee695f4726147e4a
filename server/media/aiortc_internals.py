"""What aiortc's public interface (1.16) does not offer, apart from whole packets, which are `rtp.py`'s.

A test fails when these parts move. Sending what is encoded already, so that a thousand listeners cost one
encoder; naming the voice on an m-line; knowing which path two peers found; and outliving datagrams that end aiortc.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from aiortc import RTCPeerConnection, RTCRtpSender, RTCRtpTransceiver
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtcrtpsender import RTCEncodedFrame

from .packets import Packet

LARGEST: Final = 1500  # bytes in a datagram: what libsrtp is given room for, and Ethernet carries
REMOTES: Final = 128  # addresses of one peer: those signaled, and those that checks came from
GATHERED_WITHIN: Final = 1.5  # seconds; servers that answered a moment ago need less
WAITING: Final = 500  # datagrams that wait for one connection; beyond that we are too late anyway


def send_encoded(sender: RTCRtpSender, next_packet: Callable[[], Awaitable[Packet]]) -> None:
    """Let a sender take encoded packets instead of encoding frames of its own.

    Plain aiortc encodes for each connection, and adds up every sample in Python to tell the level: about 6 %
    of a core for each listener. This is about 0.3 %.
    """

    async def next_encoded_frame(codec: RTCRtpCodecParameters) -> RTCEncodedFrame:
        packet = await next_packet()
        return RTCEncodedFrame([packet.payload], packet.timestamp, packet.level)

    setattr(sender, "_next_encoded_frame", next_encoded_frame)  # noqa: B010 - a method, replaced for this one


def may_be_sent_to(transceiver: RTCRtpTransceiver) -> bool:
    """Whether the other side's offer wants to receive on this m-line."""
    return transceiver._offerDirection in ("sendonly", "sendrecv")


def name_stream(transceiver: RTCRtpTransceiver, stream: str) -> None:
    """The stream of which `a=msid:` (RFC 8830) tells in our next description."""
    transceiver.sender._stream_id = stream


def shield(pc: RTCPeerConnection) -> None:
    """Drop what no peer sends, and bound what gathering takes, for each line there is by now.

    Anybody who finds the port can send there, before anything is decrypted, and aiortc's transport ends at an empty
    datagram or one that is larger than its buffer. And who has the password can send checks from any number of ports:
    each is remembered as a candidate, and is sent checks.
    """
    for transceiver in pc.getTransceivers():
        connection: Any = transceiver.receiver.transport.transport._connection
        if "data_received" not in vars(connection):  # lines that share a transport have it by now
            connection.data_received = partial(_take_in, connection, connection.data_received)
            connection.check_incoming = partial(_check, connection, connection.check_incoming)
            connection.get_component_candidates = partial(
                connection.get_component_candidates, timeout=GATHERED_WITHIN
            )


def _take_in(
    connection: Any, pass_on: Callable[[bytes, int], None], data: bytes, component: int
) -> None:
    if 0 < len(data) <= LARGEST and connection._queue.qsize() < WAITING:
        pass_on(data, component)


def _check(
    connection: Any, check: Callable[..., None], message: Any, addr: Any, protocol: Any
) -> None:
    known = connection._remote_candidates
    if len(known) < REMOTES or any((c._network_host, c.port) == addr for c in known):
        check(message, addr, protocol)


def path_of(pc: RTCPeerConnection) -> dict[str, str] | None:
    """The types of the two candidates in use: `{"local": "host", "remote": "prflx"}`."""
    for transceiver in pc.getTransceivers():
        for pair in transceiver.receiver.transport.transport._connection._nominated.values():
            return {"local": pair.local_candidate.type, "remote": pair.remote_candidate.type}
    return None
