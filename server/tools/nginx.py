"""A real nginx with its default configuration, but for what is given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, NamedTuple

import psutil

from .http import UNREACHABLE, ask
from .network import Place
from .processes import free_port, installed, running

STARTS_WITHIN: Final = 60.0  # seconds
PROGRAM: Final = "nginx"

# Everything else has nginx's default: proxy_buffering is on, and HTTP/1.0 goes upstream.
CONFIGURATION: Final = """
{main}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections {connections}; }}
http {{
  access_log off;
  client_body_temp_path {folder}/nginx-body;
  proxy_temp_path {folder}/nginx-proxy;
  fastcgi_temp_path {folder}/nginx-fastcgi;
  uwsgi_temp_path {folder}/nginx-uwsgi;
  scgi_temp_path {folder}/nginx-scgi;
  server {{
    listen 127.0.0.1:{port};
    {locations}
  }}
}}
"""


class Nginx(NamedTuple):
    """Where it listens, and its only worker process."""

    place: Place
    worker: psutil.Process


def program() -> str | None:
    """Where nginx is; None if it is not installed."""
    return installed(PROGRAM)


def missing() -> str | None:
    if program() is not None:
        return None
    return "nginx is not installed. On Debian: apt-get install nginx"


@asynccontextmanager
async def nginx(
    folder: Path, locations: str, *, main: str = "", connections: int = 512
) -> AsyncIterator[Nginx]:
    """nginx with these locations, its files in a folder below `folder`; `main` is put at the top of its configuration.

    It has started when `/live` answers 200. Raises RuntimeError and TimeoutError.
    """
    place = Place(free_port())
    inside = folder / f"nginx-{place.port}"
    inside.mkdir()
    inside.chmod(0o755)  # its workers run as another user when root starts it
    configuration, errors = inside / "nginx.conf", inside / "nginx-error.log"
    configuration.write_text(
        CONFIGURATION.format(
            folder=inside, port=place.port, locations=locations, main=main, connections=connections
        )
    )
    command = (program() or PROGRAM, "-p", str(inside), "-e", str(errors), "-c", str(configuration))
    async with running(command, errors, {}) as process:
        async with asyncio.timeout(STARTS_WITHIN):
            while not await _answers(place):
                if process.returncode is not None:
                    raise RuntimeError(f"nginx ended:\n{errors.read_text(errors='replace')}")
                await asyncio.sleep(0.05)
        (worker,) = psutil.Process(process.pid).children()
        yield Nginx(place, worker)


async def _answers(place: Place) -> bool:
    try:
        return (await ask(place, "GET", "/live")).status == 200
    except UNREACHABLE:
        return False
