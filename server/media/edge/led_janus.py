"""The Janus of an edge: one of its own, or one that runs already (`--janus-url`). Both are tried before the edge says that it serves anybody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from ...local_address import LOOPBACK
from ..node.mix_address import address_of
from ..signaling.client import Ice
from . import mountpoint
from .janus import Janus, JanusLost, JanusRefused, janus_session
from .janus_process import PORTS, Ports, Stun, janus_process


@dataclass(frozen=True, slots=True)
class LedJanus:
    """`admin_key` is the one with which mountpoints are made. RTP goes to `receives_at`, an address of Janus's machine."""

    session: Janus
    admin_key: str
    receives_at: str
    what: str


@asynccontextmanager
async def own_janus(
    ice: Ice, *, receives_at: str = LOOPBACK, ports: Ports = PORTS
) -> AsyncIterator[LedJanus]:
    """A Janus that ends with the block. Raises JanusLost and JanusRefused.

    Of the servers it uses STUN. Those of TURN are for listeners: a long-lived process has no credentials for them.
    """
    async with janus_process(ports=ports, stun=_stun(ice)) as running:
        led = LedJanus(
            running.session, running.secret, receives_at, f"Janus {running.process.pid} of its own"
        )
        await check(led)
        yield led


@asynccontextmanager
async def janus_at(
    url: str, secret: str, admin_key: str, *, receives_at: str | None = None
) -> AsyncIterator[LedJanus]:
    """A Janus that runs already. It receives at the address of this URL if no other is given. Raises JanusLost and JanusRefused."""
    async with janus_session(url, secret) as session:
        try:
            address = receives_at or await address_of(urlsplit(url).hostname or "")
        except OSError as error:
            raise JanusLost(f"the address of {url} is not known any more: {error}") from error
        led = LedJanus(session, admin_key, address, f"Janus at {url}")
        await check(led)
        yield led


def _stun(ice: Ice) -> Stun | None:
    for server in ice.servers:
        for url in server["urls"]:
            if url.startswith("stun:"):
                host, _, port = url.removeprefix("stun:").rpartition(":")
                return (host, int(port)) if host and port.isdecimal() else (host + port, 3478)
    return None


async def check(janus: LedJanus) -> None:
    """Make a mountpoint and an offer, as for a listener; from then on the plugin is watched. Raises JanusLost, and JanusRefused with what to change."""
    try:
        await mountpoint.watch_plugin(janus.session)
        await mountpoint.destroy_abandoned(janus.session, janus.admin_key)
        async with mountpoint.mountpoint(
            janus.session, janus.admin_key, address=janus.receives_at
        ) as point:
            viewer = await point.watch(lambda _state: None)
            await viewer.close()
    except JanusRefused as refused:
        raise JanusRefused(refused.code, f"{janus.what} {_why(refused)}") from None


def _why(refused: JanusRefused) -> str:
    match refused.code:
        case mountpoint.WRONG_ADMIN_KEY:
            return "makes no mountpoints: the admin_key of its Streaming plugin is another one than --janus-admin-key"
        case mountpoint.NOT_CREATED:
            return f"makes no mountpoint: {refused}. It receives at --mix-address, which must be an address of its machine"
        case mountpoint.NO_PLUGIN:
            return "has no Streaming plugin. On Debian: apt-get install janus"
        case _:
            return f"offers no connection: {refused}. It needs a network interface besides loopback, and a free UDP port"
