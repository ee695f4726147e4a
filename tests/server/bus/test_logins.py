"""TLS, client certificates and logins of the bus, with a real NATS; and a server that offers no TLS."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from roomtone.bus import connection
from roomtone.bus.address import BusAddress
from roomtone.bus.connection import BusLost, connected
from roomtone.bus.key import BusKey
from roomtone.settings import Settings
from roomtone.tools.nats_server import nats_server

from ...certificates import AUTHORITY, write_certificates
from ...following import follow
from ...patience import LOOK_AGAIN, PATIENCE, comes_true, eventually
from ...people import Psql
from ...running import run_relay
from .nats_credentials import write_credentials
from .running_bus import is_on_bus, metric, running_pump

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("patient_bus")]
CONFIGURATION = """
authorization {{
  users = [
    {{user: pump, password: p, permissions: {{publish: ["roomtone.>", "_INBOX.>"], subscribe: ["roomtone.>"]}}}}
    {{user: relay, password: r, permissions: {{publish: ["roomtone.*.missed"], subscribe: ["roomtone.>", "_INBOX.>"]}}}}
  ]
}}
tls {{ cert_file: "{tls}/cert.pem", key_file: "{tls}/key.pem", ca_file: "{tls}/ca.pem", verify: true }}
"""


@pytest.fixture
def tls(tmp_path: Path) -> Path:
    made = write_certificates(tmp_path)
    for name, file in (("ca", AUTHORITY), ("cert", "fullchain.pem"), ("key", "privkey.pem")):
        shutil.copy(made / file, made / f"{name}.pem")
    return made


@pytest.fixture
def configuration(tls: Path, tmp_path: Path) -> Path:
    """As docs/growing.md has it, with TLS for both sides."""
    file = tmp_path / "nats.conf"
    file.write_text(CONFIGURATION.format(tls=tls))
    return file


async def test_pump_and_relay_log_in_with_tls(
    database_url: str, psql: Psql, tls: Path, configuration: Path
) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    with nats_server(configuration) as nats:
        pump, relay = (f"tls://{user}@localhost:{nats.port}" for user in ("pump:p", "relay:r"))
        with (
            running_pump(database_url, pump, tls=str(tls)),
            run_relay(database_url, bus_url=relay, bus_tls=tls) as running,
        ):
            eventually(lambda: is_on_bus(running))
            url = f"{running.url}/rooms/{room}/events"
            async with follow(url, running.token("anna")) as anna:
                psql.seat(room, "bo")
                await anna.until(lambda frame: frame.event == "participants")
                await comes_true(lambda: metric(running, "roomtone_bus_pages_total") >= 1)


async def test_a_relays_login_may_not_publish(tls: Path, configuration: Path) -> None:
    key, received = BusKey("secret"), asyncio.Event()

    async def beat(message: object) -> None:
        received.set()

    with nats_server(configuration) as nats:
        pump, relay = (
            BusAddress((f"tls://{user}@localhost:{nats.port}",), tls=str(tls))
            for user in ("pump:p", "relay:r")
        )
        async with connected(pump, "pump") as own, connected(relay, "relay") as other:
            await own.subscribe(key.beats, beat)
            await own.settled()
            await other.publish(key.beats, b"forged")
            await other.settled()
            await own.settled()
            assert not received.is_set()
            await own.publish(key.beats, b"a beat")
            await asyncio.wait_for(received.wait(), PATIENCE)


async def test_a_credentials_file_logs_in_and_no_other_does(tmp_path: Path) -> None:
    key, received = BusKey("secret"), asyncio.Event()
    (tmp_path / "other").mkdir()
    configuration, credentials = write_credentials(tmp_path)
    _, of_another_operator = write_credentials(tmp_path / "other")

    async def beat(message: object) -> None:
        received.set()

    with nats_server(configuration) as nats:
        given = Settings(bus_url=nats.url, bus_credentials=str(credentials))
        address = BusAddress.of(given)
        assert address is not None
        async with connected(address, "pump") as own, connected(address, "relay") as other:
            await other.subscribe(key.beats, beat)
            await other.settled()
            async with asyncio.timeout(PATIENCE):
                # NATS 2.9 may lose the first message of a connection just after its start. A pump beats every second.
                while not received.is_set():
                    await own.publish(key.beats, b"a beat")
                    await asyncio.sleep(LOOK_AGAIN)
        for wrong in (None, str(of_another_operator)):
            with pytest.raises(BusLost):
                async with connected(BusAddress((nats.url,), credentials=wrong), "relay"):
                    pass


@pytest.mark.parametrize("user", ["pump:wrong", "other:p"])
async def test_a_wrong_login_is_refused(user: str, tls: Path, configuration: Path) -> None:
    with nats_server(configuration) as nats:
        address = BusAddress((f"tls://{user}@localhost:{nats.port}",), tls=str(tls))
        with pytest.raises(BusLost) as lost:
            async with connected(address, "pump"):
                pass
    assert user.split(":")[1] not in str(lost.value).split()


async def test_a_certificate_of_an_unknown_authority_is_refused(
    configuration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "ANSWERS_WITHIN", 2.0)  # nats-py waits for all of it
    with nats_server(configuration) as nats:
        address = BusAddress((f"tls://pump:p@localhost:{nats.port}",))
        with pytest.raises(BusLost):
            async with connected(address, "pump"):
                pass


@pytest.mark.parametrize(("scheme", "folder"), [("tls", False), ("nats", True)])
async def test_no_password_is_sent_to_a_server_without_tls(
    scheme: str, folder: bool, tls: Path
) -> None:
    """Also where somebody in between says that there is none."""
    sent: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'INFO {"server_id":"x","version":"2.9.10","max_payload":1048576,"auth_required":true}\r\n')  # fmt: skip
        sent.append(await reader.read())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        address = BusAddress(
            (f"{scheme}://relay:secret@localhost:{port}",), tls=str(tls) if folder else None
        )
        with pytest.raises(BusLost, match="does not offer TLS"):
            async with connected(address, "relay"):
                pass
        await comes_true(lambda: sent)
    assert set(sent) == {b""}
