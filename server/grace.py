"""How long a seat and its role are kept after the connection was lost, unless the settings say otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

GRACE: Final = timedelta(seconds=10)  # long enough for a lost connection to come back
ROLE_KEPT: Final = timedelta(minutes=10)  # after the seat was lost
