"""FFmpeg's own program (of the package imageio-ffmpeg) speaks in a room by WHIP, whichever end of DTLS it takes."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import imageio_ffmpeg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from OpenSSL import SSL
from roomtone.media.room_session import room_session
from roomtone.media.signaling.database_client import database_connections
from roomtone.types import RoomId

from ...patience import PATIENCE, comes_true
from ...people import Psql
from ...running import RunningRelay
from .listening import hears
from .test_routes import move, nodes
from .test_whip import loopback

__all__ = ["loopback"]


@contextmanager
def ffmpeg(url: str, token: str, hertz: int, options: list[str], printed: Path) -> Iterator[None]:
    """FFmpeg plays a tone until the block ends. What it printed is part of an error in the block."""
    sound = ["-re", "-f", "lavfi", "-i", f"sine=frequency={hertz}:sample_rate=48000", "-ac", "2"]
    patient = ["-handshake_timeout", str(int(PATIENCE * 1000))]  # 5 s by itself
    muxer = ["-c:a", "libopus", "-f", "whip", "-authorization", token, *patient, *options, url]
    with (
        printed.open("wb") as output,
        subprocess.Popen(
            [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", *sound, *muxer],
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            yield
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)
        except BaseException as error:
            error.add_note(f"FFmpeg printed:\n{printed.read_text(errors='replace')}")
            raise
        finally:
            process.kill()


def rsa_certificate(folder: Path) -> list[str]:
    """FFmpeg's options for a certificate with an RSA key; its own has an ECDSA key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ffmpeg")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(pem, *plain))
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    return ["-cert_file", str(folder / "certificate.pem"), "-key_file", str(folder / "key.pem")]


def never_for_the_first_message(
    self: SSL.Connection,
    get: Callable[[SSL.Connection], float | None] = SSL.Connection.DTLSv1_get_timeout,
) -> float | None:
    """When OpenSSL sends again. Its first message has to arrive without that, a second later."""
    return None if b"client hello" in self.get_state_string() else get(self)


@pytest.mark.usefixtures("loopback")
async def test_ffmpeg_speaks_without_waiting_for_dtls_and_leaves_with_delete(
    relay: RunningRelay,
    database_url: str,
    psql: Psql,
    room: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(SSL.Connection, "DTLSv1_get_timeout", never_for_the_first_message)
    async with (
        nodes(database_url, psql, "sfu"),
        database_connections(database_url) as database,
        room_session(await database.client("ann"), RoomId(room)) as ann,
    ):
        move(psql, room, "sfu")
        token = await asyncio.to_thread(relay.token, "ffmpeg")
        for hertz, options in (
            (440, []),  # the passive end, which drops our first message
            (660, ["-whip_flags", "dtls_active"]),
            (880, rsa_certificate(tmp_path)),
        ):
            url = f"{relay.url}/rooms/{room}/whip"
            with ffmpeg(url, token, hertz, options, tmp_path / "printed"):
                await hears(ann, "ffmpeg", hertz)
            await comes_true(lambda: sorted(psql.roster(room)) == ["ann", "sfu"])
