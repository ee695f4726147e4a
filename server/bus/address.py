"""Where the bus is. Imports nothing of NATS, which relays without a bus do not need."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ..settings import Settings

PASSWORD: Final = re.compile(r"(?<=://)[^/@\s]*@")


@dataclass(frozen=True)
class BusAddress:
    """Where NATS is and how to log in there. Several URLs are those of one cluster."""

    urls: tuple[str, ...]
    credentials: str | None = None
    tls: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> BusAddress | None:
        if not settings.bus_url:
            return None
        credentials, tls = settings.bus_credentials, settings.bus_tls
        return cls(
            tuple(settings.bus_url.replace(",", " ").split()),
            None if credentials is None else str(Path(credentials).absolute()),
            None if tls is None else str(tls.absolute()),
        )

    def __str__(self) -> str:
        """Without user and password."""
        return " ".join(without_password(each) for each in self.urls)

    @property
    def protected(self) -> bool:
        """Whether it demands TLS."""
        return self.tls is not None or any(url.startswith("tls://") for url in self.urls)

    def context(self) -> ssl.SSLContext | None:
        """Raises OSError (ssl.SSLError is one)."""
        if self.tls is None:
            return None
        ca, certificate, key = (Path(self.tls, f"{name}.pem") for name in ("ca", "cert", "key"))
        context = ssl.create_default_context(cafile=ca if ca.exists() else None)
        if certificate.exists():
            context.load_cert_chain(certificate, key)
        return context


def without_password(text: object) -> str:
    return PASSWORD.sub("", str(text).strip())
