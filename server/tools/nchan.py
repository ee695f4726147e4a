"""nginx with nchan, fan-out written in C: where Debian's package is installed, a second floor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from . import nginx
from .nginx import Nginx

MODULE: Final = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
PACKAGE: Final = "libnginx-mod-nchan"

LOCATIONS: Final = """
    location = /live { return 200; }
    location = /write { nchan_publisher; nchan_channel_id bench; nchan_store_messages off; }
    location = /events { nchan_subscriber eventsource; nchan_channel_id bench; nchan_subscriber_first_message newest; }
"""
REQUEST: Final = "GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n"


def installed() -> bool:
    return nginx.program() is not None and MODULE.is_file()


@asynccontextmanager
async def nchan(folder: Path, streams: int) -> AsyncIterator[Nginx]:
    """nginx for this many streams. Raises RuntimeError and TimeoutError."""
    # nginx closes waiting connections when fewer than a sixteenth are free; open files are as many as this process may have
    connections = 2 * streams + 100
    main = f"load_module {MODULE};"
    async with nginx.nginx(folder, LOCATIONS, main=main, connections=connections) as running:
        yield running
