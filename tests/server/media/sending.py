"""Sends one packet at once; a node sends those of many listeners together."""

from __future__ import annotations

from roomtone.media.aiortc_internals.datagrams import Datagrams, kernel
from roomtone.media.aiortc_internals.packets import PacketSender
from roomtone.media.rtp import RtpPacket


def sends(sender: PacketSender, packet: RtpPacket) -> bool:
    """Whether there was a connection to send it on."""
    together = Datagrams(kernel())
    accepted = sender.send(packet, together)
    together.send()
    return accepted
