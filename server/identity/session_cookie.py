"""The cookie that holds the token of who is signed in."""

from __future__ import annotations

from typing import Final

from starlette.requests import HTTPConnection

from ..resource import public_path

_NAME: Final = "roomtone"


def cookie_of(connection: HTTPConnection) -> str:
    """The name of the cookie. A browser sends the cookies of a host's `/` to its `/talk` as well, so those have other names."""
    return _NAME + public_path(connection, "").replace("/", "-")
