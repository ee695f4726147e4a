"""The OpenID Connect issuers of this relay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

import jwt

from ..formats.openid_issuers import OpenidIssuer
from ..supervision import Supervisor
from .openid import Issuer


class Issuers:
    """By their names in our addresses, and by what stands in the `iss` of their tokens."""

    def __init__(self, settings: Iterable[OpenidIssuer]) -> None:
        self._by_name = {each.name: Issuer(each) for each in settings}
        self._by_address = {each.settings.issuer: each for each in self._by_name.values()}

    def __iter__(self) -> Iterator[Issuer]:
        return iter(self._by_name.values())

    def __bool__(self) -> bool:
        return bool(self._by_name)

    def named(self, name: str) -> Issuer | None:
        return self._by_name.get(name)

    def at(self, address: str | None) -> Issuer | None:
        """The issuer that calls itself by this address."""
        return None if address is None else self._by_address.get(address)

    def start(self, tasks: Supervisor) -> None:
        """Read their metadata and keys in the background: one that cannot be reached delays nothing else."""
        for each in self:
            name = each.settings.name
            tasks.keep(partial(each.provider.run), f"metadata of the issuer {name}")
            tasks.keep(partial(each.provider.read_keys), f"keys of the issuer {name}")


def issuer_of(token: str) -> str | None:
    """What the token says in its `iss`, before anything of it was verified."""
    try:
        said = jwt.decode(token, options={"verify_signature": False, "verify_exp": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        return None
    issuer = said.get("iss")
    return issuer if isinstance(issuer, str) and issuer else None
