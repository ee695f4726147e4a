"""A room's mountpoint in Janus: RTP comes in on a port, and every viewer gets it (https://janus.conf.meetecho.com/docs/streaming.html)."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from aiortc import RTCIceCandidate
from aiortc.sdp import candidate_to_sdp

from ...supervision import finished
from ..node.mix_sender import PAYLOAD_TYPE, MixReceiver
from ..node.viewers import OnChange
from .exchanged_sdp import OfferedStream, offered_stream
from .janus import Handle, Janus, JanusLost, JanusRefused

PLUGIN: Final = "janus.plugin.streaming"
NOT_CREATED: Final = 456  # Janus's error if the id is taken, the address is not one of its machine, or no port is free
WRONG_ADMIN_KEY: Final = 457
NO_PLUGIN: Final = 460
TRIES: Final = 3

DESCRIPTION: Final = "roomtone edge"
ABANDONED_AFTER: Final = 10_000
"""Milliseconds without a packet, after which a mountpoint is one that an edge left behind when it was killed: a mix has fifty in a second."""


@dataclass(frozen=True)
class Mountpoint:
    """`number` names it in Janus; RTP goes to UDP `port` at Janus's address."""

    number: int
    port: int
    key: str
    """Of the SRTP that it takes, and nothing else: 30 bytes of key and salt in base64 (RFC 4568, 6.1: AES_CM_128_HMAC_SHA1_80)."""

    _pin: str
    _janus: Janus
    _admin_key: str
    _address: str

    def receiver(self, address: str) -> MixReceiver:
        """Where the mix is to be sent, when Janus receives at this address."""
        return MixReceiver(address, self.port, self.key)

    async def watch(self, on_change: OnChange) -> JanusViewer:
        """A new viewer. Raises JanusLost and JanusRefused."""

        def heard(event: dict[str, Any]) -> None:
            match event["janus"]:
                case "webrtcup":
                    on_change("connected")
                case "hangup" | "detached":
                    on_change("over")

        handle = await self._janus.attach(PLUGIN, heard)
        try:
            reply = await handle.say({"request": "watch", "id": self.number, "pin": self._pin})
            if reply.sdp is None:
                raise JanusRefused(0, "it made no offer")
        except BaseException:
            await handle.detach()
            raise
        return JanusViewer(handle, reply.sdp)

    async def answer(self, offer: str, on_change: OnChange) -> JanusViewer:
        """A new viewer, who offered. Raises JanusLost, JanusRefused, and ViewerRefused for an offer that Janus cannot serve.

        Janus sends a viewer the payload type of the mountpoint at which the connection was made, also after a switch to another one. So a
        viewer of another payload type enters by a mountpoint of that type, which gets no packets and is destroyed after the switch.
        """
        offered = offered_stream(offer)
        if offered.payload_type == PAYLOAD_TYPE:
            return await _exchanged(await self.watch(on_change), offered)
        viewer = None
        try:
            async with mountpoint(
                self._janus,
                self._admin_key,
                address=self._address,
                payload_type=offered.payload_type,
            ) as entrance:
                viewer = await _exchanged(await entrance.watch(on_change), offered)
                await viewer.handle.say({"request": "switch", "id": self.number})
        except BaseException:
            if viewer is not None:
                await viewer.close()
            raise
        return viewer


async def _exchanged(viewer: JanusViewer, offered: OfferedStream) -> JanusViewer:
    """This viewer, started, with the answer for who offered. Closed if that fails."""
    try:
        answer = offered.answered_by(viewer.sdp)
        await viewer.start(offered.as_answer(viewer.sdp))
    except BaseException:
        await viewer.close()
        raise
    return JanusViewer(viewer.handle, answer)


@dataclass(frozen=True)
class JanusViewer:
    """As `node/viewers.py` says."""

    handle: Handle
    sdp: str

    async def start(self, answer: str) -> None:
        await self.handle.say({"request": "start"}, answer=answer)

    async def add_candidate(self, candidate: RTCIceCandidate) -> None:
        text = f"candidate:{candidate_to_sdp(candidate)}"
        await self.handle.candidate({"candidate": text, "sdpMLineIndex": 0})

    async def close(self) -> None:
        await self.handle.detach()


@asynccontextmanager
async def mountpoint(
    janus: Janus,
    admin_key: str,
    *,
    address: str = "127.0.0.1",
    payload_type: int = PAYLOAD_TYPE,
) -> AsyncIterator[Mountpoint]:
    """A mountpoint, until the block ends, which receives at this address of Janus's machine. Raises JanusLost and JanusRefused.

    Its port may be found by anybody on that network, so it takes only packets that are encrypted with its key.
    """
    handle = await janus.attach(PLUGIN, lambda event: None)
    number, tries = _new_number(), TRIES
    try:
        while True:
            creating = _create(handle, number, janus, admin_key, address, payload_type)
            try:
                made = await finished(creating, "creation of a mountpoint")
            except JanusRefused as refused:
                tries -= 1
                if refused.code != NOT_CREATED or not tries:
                    raise
                number = _new_number()
                continue
            yield made
            break
    finally:
        if not janus.lost.is_set():
            await finished(_end(handle, number, admin_key), "end of a mountpoint")


async def watch_plugin(janus: Janus) -> None:
    """From now on Janus counts as lost, too, when its plugin stands still, and not only all of it. Raises JanusLost and JanusRefused.

    The plugin says that there is no such mountpoint; for that it takes the locks which all its requests take.
    """
    handle = await janus.attach(PLUGIN, lambda event: None)
    body = {"request": "info", "id": 0}
    janus.heartbeat = {"kind": "message", "handle_id": handle.number, "body": body}


async def destroy_abandoned(janus: Janus, admin_key: str) -> None:
    """Destroy the mountpoints that killed edges left in this Janus. Raises JanusLost and JanusRefused."""
    handle = await janus.attach(PLUGIN, lambda event: None)
    try:
        found = (await handle.say({"request": "list", "admin_key": admin_key})).data["list"]
        for each in found:
            ages = [media.get("age_ms", 0) for media in each.get("media", [])]
            if each.get("description") == DESCRIPTION and min(ages, default=0) > ABANDONED_AFTER:
                await _destroy(handle, each["id"], admin_key)
    finally:
        await handle.detach()


def _new_number() -> int:
    """Of our own choice, so that a Janus with other mountpoints gives them no place in ours."""
    return secrets.randbelow(1 << 52) + 1


async def _create(
    handle: Handle, number: int, janus: Janus, admin_key: str, address: str, payload_type: int
) -> Mountpoint:
    pin, key = secrets.token_hex(16), base64.b64encode(secrets.token_bytes(30)).decode()
    audio = {
        "type": "audio", "mid": "0", "port": 0, "pt": payload_type, "codec": "opus", "iface": address,
    }  # fmt: skip
    body = {
        "request": "create", "type": "rtp", "id": number, "description": DESCRIPTION,
        "admin_key": admin_key, "secret": _secret(number, admin_key), "pin": pin,
        "is_private": True, "permanent": False, "media": [audio], "srtpsuite": 80, "srtpcrypto": key,
    }  # fmt: skip
    reply = await handle.say(body)
    [port] = reply.data["stream"]["ports"]
    return Mountpoint(number, int(port["port"]), key, pin, janus, admin_key, address)


async def _end(handle: Handle, number: int, admin_key: str) -> None:
    await _destroy(handle, number, admin_key)
    await handle.detach()


async def _destroy(handle: Handle, number: int, admin_key: str) -> None:
    with suppress(JanusLost, JanusRefused):
        secret = _secret(number, admin_key)
        await handle.say({"request": "destroy", "id": number, "secret": secret})


def _secret(number: int, admin_key: str) -> str:
    """By which a mountpoint is destroyed, by this edge or, if it is killed, by the next one."""
    return hmac.digest(admin_key.encode(), b"mountpoint %d" % number, "sha256").hex()
