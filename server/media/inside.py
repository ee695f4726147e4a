"""The one place that reaches into aiortc (1.16): what its public interface does not offer.

A test fails when these parts move. Sending what is encoded already, so that a thousand listeners cost one
encoder; and knowing which path two peers found.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiortc import RTCPeerConnection, RTCRtpSender
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtcrtpsender import RTCEncodedFrame

from .packets import Packet


def send_encoded(sender: RTCRtpSender, next_packet: Callable[[], Awaitable[Packet]]) -> None:
    """Let a sender take encoded packets instead of encoding frames of its own.

    Plain aiortc encodes for each connection, and adds up every sample in Python to tell the level: about 6 %
    of a core for each listener. This is about 0.3 %.
    """

    async def next_encoded_frame(codec: RTCRtpCodecParameters) -> RTCEncodedFrame:
        packet = await next_packet()
        return RTCEncodedFrame([packet.payload], packet.timestamp, packet.level)

    setattr(sender, "_next_encoded_frame", next_encoded_frame)  # noqa: B010 - a method, replaced for this one


def path_of(pc: RTCPeerConnection) -> dict[str, str] | None:
    """The types of the two candidates in use: `{"local": "host", "remote": "prflx"}`."""
    for transceiver in pc.getTransceivers():
        for pair in transceiver.receiver.transport.transport._connection._nominated.values():
            return {"local": pair.local_candidate.type, "remote": pair.remote_candidate.type}
    return None
