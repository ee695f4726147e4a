"""What is signaled, as long as what browsers send."""

from __future__ import annotations

from typing import Final

from ..signaling.participants import CANDIDATE, OFFER
from .plan import Act

BODIES: Final[dict[Act, object]] = {"offer": OFFER, "candidate": CANDIDATE}
