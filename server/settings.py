"""The settings of a process: those of the table, checked, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .formats.loopback import is_loopback
from .formats.openid_issuers import OpenidIssuer, all_different, one_issuer, openid_issuers
from .formats.root_path import root_path
from .formats.web_origins import web_origin
from .settings_checks import contradictions
from .settings_table import SettingsTable


class SettingsError(ValueError):
    """The settings are invalid. The text says what to write instead."""


@dataclass(frozen=True, kw_only=True)
class Settings(SettingsTable):
    """The settings of a relay."""

    def __post_init__(self) -> None:
        errors = contradictions(self)
        try:
            origins = map(web_origin, self.allowed_origins)
            object.__setattr__(self, "allowed_origins", tuple(origins))
        except ValueError as error:
            errors.append(f"--allowed-origins: {error}.")
        try:
            object.__setattr__(self, "root_path", root_path(self.root_path))
        except ValueError as error:
            errors.append(f"--root-path: {error}.")
        if errors:
            raise SettingsError("\n".join(errors))

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the relay."""
        return is_loopback(self.host)

    @cached_property
    def issuer(self) -> OpenidIssuer | None:
        """The issuer of `--openid-issuer`. Raises ValueError."""
        return one_issuer(self.openid_issuer, self.openid_client_id, self.openid_client_secret)

    @cached_property
    def issuers(self) -> tuple[OpenidIssuer, ...]:
        """The OpenID Connect issuers at which people sign in. Raises ValueError."""
        several = openid_issuers(self.openid_issuers or "")
        return all_different(several if self.issuer is None else (self.issuer, *several))

    @property
    def demo_allowed(self) -> bool:
        """Whether a name is enough to sign in."""
        if self.sign_in is not None:
            return self.sign_in == "demo"
        return (self.loopback and not self.issuers) if self.demo is None else self.demo

    @property
    def demo_rooms(self) -> bool:
        """Whether a new database gets the demo: an embedded one, or where it was asked for."""
        return bool(self.demo) or (self.database_url is None and self.demo_allowed)

    @property
    def recordings(self) -> Path:
        """The folder of recordings. It is created with the first one."""
        return (self.recordings_dir or self.data_dir / "recordings").absolute()

    @property
    def band_plays(self) -> bool:
        """Whether the house band is started."""
        if self.band is not None:
            return self.band
        return self.demo_rooms and self.database_url is None
