"""The options of `roomtone node edge` beside those of all nodes: which Janus it leads, and where that receives."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, TypeVar

import click

from .options import given_twice, secret_file

Command = TypeVar("Command", bound=Callable[..., Any])

OPTIONS = (
    click.option(
        "--janus-url",
        envvar="ROOMTONE_JANUS_URL",
        metavar="URL",
        help="For an edge: its Janus, by WebSocket, such as ws://127.0.0.1:8188. [it starts one of its own]",
    ),
    click.option(
        "--janus-secret",
        envvar="ROOMTONE_JANUS_SECRET",
        metavar="TEXT",
        help="For an edge with --janus-url: the api_secret of that Janus. All can read command lines: use the variable or the file.",
    ),
    secret_file("--janus-secret-file", "Path of a file that contains the value of --janus-secret."),
    click.option(
        "--janus-admin-key",
        envvar="ROOMTONE_JANUS_ADMIN_KEY",
        metavar="TEXT",
        help="For an edge with --janus-url: the admin_key of its Streaming plugin. [--janus-secret]",
    ),
    secret_file(
        "--janus-admin-key-file", "Path of a file that contains the value of --janus-admin-key."
    ),
    click.option(
        "--mix-address",
        envvar="ROOMTONE_MIX_ADDRESS",
        metavar="ADDRESS",
        help="IP address of its machine to which the nodes of stages send the mixes, for listeners whom this one serves. [that by which it reaches the"
        " database; with --janus-url: that URL's]",
    ),
    click.option(
        "--edge-ports",
        envvar="ROOMTONE_EDGE_PORTS",
        default="20000-40000",
        metavar="FIRST-LAST",
        help="For an edge with a Janus of its own: UDP ports from which listeners are served; each needs one. [20000-40000]",
    ),
)


@dataclass(frozen=True)
class EdgeOptions:
    """`ports` are the first and the last one."""

    janus_url: str | None
    secret: str
    admin_key: str
    mix_address: str | None
    ports: tuple[int, int]


def of_edge(command: Command) -> Command:
    """Add the options of an edge to a command."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def edge_options(kind: str, given: dict[str, Any]) -> EdgeOptions:
    """Take the options of an edge from click's values. Raises UsageError, also where they are given for another kind."""
    url, address, ports = (given.pop(each) for each in ("janus_url", "mix_address", "edge_ports"))
    secret, key = _secret(given, "janus_secret"), _secret(given, "janus_admin_key")
    if kind != "edge" and (url or secret or key):
        raise click.UsageError(f"--janus-url is for an edge, and this is an {kind.upper()}.")
    if url is None and (secret or key):
        raise click.UsageError(
            "--janus-secret belongs to a Janus that runs already: give --janus-url, too."
        )
    if url is not None and not re.match("wss?://", url):
        raise click.UsageError("--janus-url: write ws://HOST:PORT, or wss:// with TLS.")
    if address is not None and not _is_ip(address):
        raise click.UsageError("--mix-address: write an IP address.")
    found = re.fullmatch(r"(\d{1,5})-(\d{1,5})", ports)
    first, last = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1024 <= first <= last <= 65535:
        raise click.UsageError(
            "--edge-ports: write the first and the last UDP port, like 20000-40000."
        )
    return EdgeOptions(url, secret or "", key or secret or "", address, (first, last))


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _secret(given: dict[str, Any], name: str) -> str | None:
    direct, of_file = given.pop(name), given.pop(f"{name}_file")
    if direct and of_file:
        raise click.UsageError(given_twice(f"--{name.replace('_', '-')}-file"))
    return direct or of_file or None
