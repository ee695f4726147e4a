"""What happens when both sides offer at the same time. `client_web/media/glare.js` decides alike."""

from __future__ import annotations


def is_used(kind: str, *, polite: bool, making_offer: bool, signaling_state: str) -> bool:
    """Whether a received description is used; the states are those of W3C WebRTC, section 4.3.1.

    Of two offers that were sent at the same time (glare), the offer of the side that is not polite counts (section 10.7).
    An answer is used only while an offer waits for it.
    """
    if kind == "answer":
        return signaling_state == "have-local-offer"
    return polite or (not making_offer and signaling_state == "stable")
