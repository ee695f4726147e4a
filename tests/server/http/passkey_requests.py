"""The requests of a page with passkeys, and a whole account."""

from __future__ import annotations

from typing import Any

import httpx

from ...authenticator import Authenticator
from ...patience import PATIENCE
from ...running import NO_TLS


def browser(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=PATIENCE, verify=NO_TLS)


def begin(client: httpx.Client, **what: str) -> Any:
    answer = client.post("/session/passkeys/creation", json=what)
    answer.raise_for_status()
    return answer.json()["publicKey"]


def finish(client: httpx.Client, credential: object, name: str = "Phone") -> httpx.Response:
    return client.post("/session/passkeys", json={"credential": credential, "name": name})


def options(client: httpx.Client) -> Any:
    answer = client.post("/session/passkeys/request")
    answer.raise_for_status()
    return answer.json()["publicKey"]


def sign_in(client: httpx.Client, credential: object) -> httpx.Response:
    return client.post("/session/passkeys/sign_in", json={"credential": credential})


def account(client: httpx.Client, url: str, username: str = "anna") -> Authenticator:
    """A new account; the client is signed in to it."""
    phone = Authenticator(url)
    finish(client, phone.create(begin(client, username=username))).raise_for_status()
    return phone
