"""A sender that pauses. A browser may say BYE (RFC 3550, 6.6) when its track is taken away, and go on later from the same source."""

from __future__ import annotations

from typing import Any, cast

from aiortc import RTCRtpTransceiver
from aiortc.rtp import RtcpByePacket

from .names import Receiver


def survive_pauses(transceiver: RTCRtpTransceiver) -> None:
    """Let this transceiver decode what comes after a BYE, too: aiortc would end its decoder, and with it the track, for good."""
    receiver = cast(Receiver, transceiver.receiver)
    handle = receiver._handle_rtcp_packet

    async def but_no_bye(packet: Any) -> None:
        if not isinstance(packet, RtcpByePacket):
            await handle(packet)

    receiver._handle_rtcp_packet = but_no_bye
