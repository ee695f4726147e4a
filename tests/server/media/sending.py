"""Sends one packet at once; a node sends those of many listeners together."""

from __future__ import annotations

from typing import Final

from roomtone.media.aiortc_internals.datagrams import Datagrams, kernel
from roomtone.media.aiortc_internals.packets import PacketSender
from roomtone.media.rtp import RtpPacket

TOGETHER: Final = Datagrams(kernel())


def sends(sender: PacketSender, packet: RtpPacket) -> bool:
    """Whether there was a connection to send it on."""
    accepted = sender.send(packet, TOGETHER)
    TOGETHER.send()
    return accepted
