"""Where the frames of one client go, as its subscription sees it."""

from __future__ import annotations

from typing import Any, Protocol

from ..log.writers import Outlet
from .following import StreamEnded


class ClientOutlet(Outlet, Protocol):
    """Where the frames of one client go. It calls `pause`, `advance` and `close` of the subscription that it is given."""

    @property
    def still_here(self) -> Any:
        """What shows that the connection works."""

    @property
    def cut_off_after(self) -> float:
        """Seconds until a client that reads nothing is cut off."""

    @property
    def paused(self) -> bool:
        """Whether more is buffered than should be."""

    def end(self, end: StreamEnded) -> None:
        """Write the last event, and end."""

    def cut(self) -> None:
        """End at once."""
