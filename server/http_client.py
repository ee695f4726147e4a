"""The HTTP client of everything here that asks a relay: bots, labs, tools."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx

from .settings import is_loopback


def http_client(url: str, **options: Any) -> httpx.AsyncClient:
    """A client of the server at `url`. A proxy that the environment names is not asked for what runs on this machine."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""  # no address, as the first request will say
    return httpx.AsyncClient(base_url=url.rstrip("/"), trust_env=not is_loopback(host), **options)
