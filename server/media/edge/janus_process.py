"""A Janus of our own: an edge's with the Streaming plugin alone, or a lab's with another one. Its API is on loopback, behind a secret that is made at each start."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ...parent_death import ends_with_parent
from .installed_janus import PROGRAM, STREAMING, library_of, missing, plugins_folder
from .janus import Janus, JanusLost, Patience, janus_session

Ports = tuple[int, int]
"""The first and the last UDP port."""

Stun = tuple[str, int]
"""Host and port of a STUN server."""

PORTS: Final[Ports] = (20000, 40000)
MIX_PORTS: Final = "10000-19999"  # UDP ports at which mountpoints receive
STARTS_WITHIN: Final = 10.0  # seconds
STOPS_WITHIN: Final = 2.0  # seconds
SESSION_TIMEOUT: Final = 10
"""Seconds without a keep-alive after which Janus ends a session, and what a killed edge left."""

TRANSPORT: Final = "libjanus_websockets.so"
KINDS: Final = ("plugins", "transports", "loggers", "events")


@dataclass(frozen=True)
class JanusProcess:
    """A running Janus: its session, and the secret that its plugin asks for when mountpoints are made."""

    session: Janus
    secret: str
    process: asyncio.subprocess.Process


@asynccontextmanager
async def janus_process(
    *,
    ports: Ports = PORTS,
    stun: Stun | None = None,
    plugin: str = STREAMING,
    patience: Patience | None = None,
    session_timeout: int = SESSION_TIMEOUT,
) -> AsyncIterator[JanusProcess]:
    """Janus, until the block ends. It sends from, and receives at, these ports. Raises JanusLost when it does not start.

    If this process is killed, the kernel ends Janus (where setpriv is installed), and no file of it is left.
    """
    program, libraries = shutil.which(PROGRAM), plugins_folder(plugin)
    if program is None or libraries is None:
        raise JanusLost(missing(plugin) or "")
    secret = secrets.token_hex(16)
    temporary = tempfile.TemporaryDirectory(prefix="roomtone-janus-")
    with temporary as name:
        folder, port = Path(name), _free_port()
        general = f'api_secret = "{secret}"; session_timeout = {session_timeout}'
        _configure(folder, libraries, plugin, port, secret, general, _media(ports, stun))
        command = (
            *ends_with_parent("KILL"),
            program,
            "-F",
            str(folder),
            "-C",
            str(folder / "janus.jcfg"),
        )
        with (folder / "log").open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *command, stdout=output, stderr=output, stdin=asyncio.subprocess.DEVNULL
            )
        try:
            async with AsyncExitStack() as stack:
                url = f"ws://127.0.0.1:{port}"
                session = await _enter(stack, process, url, secret, patience, folder / "log")
                temporary.cleanup()  # Janus has read its files, and who is killed removes none
                yield JanusProcess(session, secret, process)
        finally:
            await _stop(process)


async def _enter(
    stack: AsyncExitStack,
    process: asyncio.subprocess.Process,
    url: str,
    secret: str,
    patience: Patience | None,
    log: Path,
) -> Janus:
    """A session with this process, as soon as it answers."""
    try:
        async with asyncio.timeout(STARTS_WITHIN):
            while process.returncode is None:
                with suppress(JanusLost):
                    return await stack.enter_async_context(janus_session(url, secret, patience))
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise JanusLost(f"Janus does not start: {_last_line(log)}") from None
    raise JanusLost(f"Janus ended by itself: {_last_line(log)}")


async def _stop(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOPS_WITHIN):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _configure(
    folder: Path,
    libraries: Path,
    plugin: str,
    port: int,
    secret: str,
    general: str,
    media: str,
) -> None:
    kept = (library_of(plugin), TRANSPORT)
    disabled = {
        kind: ",".join(
            each.name for each in sorted((libraries / kind).glob("*.so")) if each.name not in kept
        )
        for kind in KINDS
    }
    # One thread for each core. By default Janus has one for each viewer, which took twice the processor time for the same packets.
    (folder / "janus.jcfg").write_text(f"""\
general: {{
  configs_folder = "{folder}"; plugins_folder = "{libraries}/plugins"; transports_folder = "{libraries}/transports";
  loggers_folder = "{libraries}/loggers"; events_folder = "{libraries}/events";
  {general}; event_loops = {os.cpu_count() or 1}; debug_level = 3; debug_colors = false; server_name = "roomtone";
}}
{media}
plugins: {{ disable = "{disabled["plugins"]}"; }}
transports: {{ disable = "{disabled["transports"]}"; }}
loggers: {{ disable = "{disabled["loggers"]}"; }}
events: {{ broadcast = false; disable = "{disabled["events"]}"; }}
""")
    (folder / "janus.transport.websockets.jcfg").write_text(
        f'general: {{ json = "compact"; ws = true; ws_ip = "127.0.0.1"; ws_port = {port}; wss = false; }} admin: {{ admin_ws = false; admin_wss = false; }}'
    )
    (folder / f"janus.plugin.{plugin}.jcfg").write_text(
        f'general: {{ admin_key = "{secret}"; events = false; rtp_port_range = "{MIX_PORTS}"; }}'
    )
    for each in folder.iterdir():
        each.chmod(0o600)


def _media(ports: Ports, stun: Stun | None) -> str:
    server = "" if stun is None else f'stun_server = "{stun[0]}"; stun_port = {stun[1]}; '
    return f"""\
media: {{ rtp_port_range = "{ports[0]}-{ports[1]}"; }}
nat: {{ {server}ignore_unreachable_ice_server = true; }}"""


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it printed nothing"
