"""The HTTP client of bots and other Python participants. Drills and labs have one that counts connections (`tools/http.py`)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx

from .settings import is_loopback


def http_client(url: str, **options: Any) -> httpx.AsyncClient:
    """A client of the server at `url`. Requests to this machine never use the proxy that the environment names."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""  # not a URL: the first request raises the error
    return httpx.AsyncClient(base_url=url.rstrip("/"), trust_env=not is_loopback(host), **options)
