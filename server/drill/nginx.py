"""A real nginx with its default configuration, which buffers responses."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from .http_connection import UNREACHABLE, Place, ask
from .relays import free_port

STARTS_WITHIN: Final = 60.0  # seconds
PROGRAM: Final = "nginx"

# Everything else has nginx's default: proxy_buffering is on, and HTTP/1.0 goes upstream.
CONFIGURATION: Final = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/nginx-body;
  proxy_temp_path {folder}/nginx-proxy;
  fastcgi_temp_path {folder}/nginx-fastcgi;
  uwsgi_temp_path {folder}/nginx-uwsgi;
  scgi_temp_path {folder}/nginx-scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://{target}; }}
  }}
}}
"""


def program() -> str | None:
    """Where nginx is; Debian installs it outside a user's PATH."""
    return shutil.which(PROGRAM) or shutil.which(f"/usr/sbin/{PROGRAM}")


def missing() -> str | None:
    if program() is not None:
        return None
    return "nginx is not installed. On Debian: apt-get install nginx"


class Nginx:
    """nginx in front of `target`, its files in a folder below `folder`, while the block lasts."""

    def __init__(self, folder: Path, target: Place) -> None:
        self.place = Place(free_port())
        self._folder = folder / f"nginx-{self.place.port}"
        self._target = target
        self._process: asyncio.subprocess.Process

    async def __aenter__(self) -> Self:
        self._folder.mkdir()
        self._folder.chmod(0o755)  # its workers run as another user when root starts it
        configuration = self._folder / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(folder=self._folder, port=self.place.port, target=self._target)
        )
        found = program()
        assert found is not None
        errors = self._folder / "nginx-error.log"
        self._process = await asyncio.create_subprocess_exec(
            *(found, "-p", str(self._folder), "-e", str(errors), "-c", str(configuration)),
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(STARTS_WITHIN):
                while not await self._passes():
                    if self._process.returncode is not None:
                        raise RuntimeError(f"nginx ended:\n{errors.read_text(errors='replace')}")
                    await asyncio.sleep(0.05)
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stop()

    async def _passes(self) -> bool:
        try:
            return (await ask(self.place, "GET", "/live")).status == 200
        except UNREACHABLE:
            return False

    async def _stop(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
