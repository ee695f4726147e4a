"""The encryption of push messages, by the example of RFC 8291 and by another implementation."""

from __future__ import annotations

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from roomtone.formats.push_message import PADDED_TO, encrypted, of_base64, point_of, to_base64
from roomtone.push.vapid import Vapid

# RFC 8291, 5 and appendix A
MESSAGE = b"When I grow up, I want to be a watermelon"
OWN = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
    "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_a_message_is_encrypted_as_in_the_example_of_rfc_8291() -> None:
    own = ec.derive_private_key(int.from_bytes(of_base64(OWN), "big"), ec.SECP256R1())
    body = encrypted(MESSAGE, P256DH, AUTH, padded_to=len(MESSAGE), own=own, salt=of_base64(SALT))
    assert to_base64(body) == BODY


@pytest.mark.parametrize("message", [b"", "Tee um fünf 🫖".encode(), b"x" * PADDED_TO])
def test_another_implementation_reads_messages_which_are_all_equally_long(message: bytes) -> None:
    browser = ec.generate_private_key(ec.SECP256R1())
    body = encrypted(message, to_base64(point_of(browser)), AUTH)
    assert len(body) == 86 + PADDED_TO + 17 <= 4096
    assert http_ece.decrypt(body, private_key=browser, auth_secret=of_base64(AUTH)) == message


def test_too_long_messages_and_keys_beside_the_curve_are_refused() -> None:
    for message, key in ((b"x" * (PADDED_TO + 1), P256DH), (b"x", "B" + "A" * 86)):
        with pytest.raises(ValueError):  # noqa: PT011 - the message is cryptography's
            encrypted(message, key, AUTH)


def test_a_secret_gives_the_same_key_and_topics_each_time_and_another_secret_others() -> None:
    first, again, other = Vapid("secret", None), Vapid("secret", None), Vapid("other", None)
    assert first.public == again.public != other.public
    assert len(of_base64(first.public)) == 65
    assert (
        first.topic("speak 1")
        == again.topic("speak 1")
        not in (
            first.topic("speak 2"),
            other.topic("speak 1"),
        )
    )
    assert len(first.topic("speak 1")) == 32  # at most (RFC 8030, 5.4)
