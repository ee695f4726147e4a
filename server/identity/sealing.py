"""Text that only relays of this database can read and make: encrypted and signed (Fernet)."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken

from .tokens import Tokens


def seal(tokens: Tokens, purpose: str, text: str) -> str:
    """This text sealed, as letters that may stand in a cookie."""
    return _fernet(tokens, purpose).encrypt(text.encode()).decode("ascii")


def unseal(tokens: Tokens, purpose: str, sealed: str, *, within: int | None = None) -> str | None:
    """The text, if it was sealed for this purpose, and not longer ago than `within` seconds."""
    try:
        return _fernet(tokens, purpose).decrypt(sealed, within).decode()
    except (InvalidToken, ValueError):
        return None


def _fernet(tokens: Tokens, purpose: str) -> Fernet:
    return Fernet(urlsafe_b64encode(tokens.key(purpose)))
