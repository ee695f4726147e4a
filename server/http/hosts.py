"""Check of the `Host` header, against DNS rebinding.

With demo identities, every client that reaches the relay can sign in as any user. On loopback these are the
programs of this machine, and a page of another site must not be one of them. Such a site can let its own name
point to 127.0.0.1, and then the browser treats the relay as that site. But the browser sends that name as
`Host`. So names other than those of this machine are refused, unless `--allowed-hosts` names them. An IP
address as `Host` is accepted: no DNS record is involved.

With passkeys the same holds: they belong to the host's name (`passkeys.py`), so it must be one of the relay.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ..problem import Problem

if TYPE_CHECKING:
    from ..settings import Settings

ANY_HOST = "*"


def host_of(header: str) -> str:
    """The host of a `Host` header (RFC 9110, 7.2), in lower case, without port, brackets and final dot."""
    name, colon, port = header.strip().rpartition(":")
    if not colon or not port.isdecimal():
        name = header.strip()
    return name.lower().removeprefix("[").removesuffix("]").removesuffix(".")


class KnownHosts:
    """Answers requests for another name with Problem 421 (RFC 9110, 15.5.20)."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        named = (*settings.allowed_hosts, settings.host)
        self.names = {host_of(name) for name in named if not is_address(name)}
        everything = ANY_HOST in settings.allowed_hosts
        by_name = (
            settings.demo_allowed or settings.sign_in == "passkeys" or bool(settings.allowed_hosts)
        )
        self.checks = not everything and by_name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        if self.checks and scope["type"] in ("http", "websocket"):
            host = host_of(Headers(scope=scope).get("host", ""))
            if not self.knows(host):
                app = _refusal(host).response()
        await app(scope, receive, send)

    def knows(self, host: str) -> bool:
        """Whether this is a name of this relay."""
        return (
            host in self.names
            or host == "localhost"
            or host.endswith(".localhost")  # RFC 6761, 6.3
            or is_address(host)
        )


def is_address(host: str) -> bool:
    """Whether this host is an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _refusal(host: str) -> Problem:
    return Problem(
        421,
        "42501",
        f"{host[:100]!r} is not a name of this relay",
        hint="Use the IP address of the relay, or start the relay with --allowed-hosts.",
        rule="requests_host_is_known",
    )
