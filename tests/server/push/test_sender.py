"""What a relay sends to push services, and what it makes of their answers."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from roomtone.formats.media_addresses import Reach
from roomtone.formats.push_message import encrypted
from roomtone.push import push_service
from roomtone.push.push_service import NotAllowed, post
from roomtone.push.vapid import Vapid

from ...patience import PATIENCE, eventually
from ...people import Psql
from ...push_service import LOOPBACK, PushService, run_push_service
from ...running import run_relay


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    with run_push_service(tmp_path, monkeypatch) as running:
        yield running


def follow(psql: Psql, username: str, followed: str) -> None:
    psql.run(
        "insert into follows (user_id, followed_id) values (%s, %s)",
        psql.person(username),
        psql.person(followed),
    )


def subscribed(client: httpx.Client, service: PushService, name: str = "first") -> None:
    assert client.get("/session").json()["push"]  # as each browser needs it
    client.post("/rows/push_subscriptions", json=service.subscription(name)).raise_for_status()


def test_a_browser_reads_what_its_user_wants_to_know_and_each_row_is_sent_by_one_of_two_relays(
    database_url: str, psql: Psql, service: PushService
) -> None:
    follow(psql, "beth", "amara")
    contact = "mailto:ops@example.org"
    with (
        run_relay(database_url, demo=True, push_networks=LOOPBACK, push_contact=contact) as relay,
        run_relay(database_url, demo=True, push_networks=LOOPBACK, push_contact=contact) as other,
        relay.sign_in("beth") as beth,
        other.sign_in("amara") as amara,
    ):
        key = beth.get("/session").json()["push"]
        assert amara.get("/session").json()["push"] == key
        for name in ("first", "second"):
            subscribed(beth, service, name)
        answer = amara.post(
            "/rows/rooms",
            json={"name": "Tea at night"},
            headers={"Prefer": "return=representation"},
        )
        room = answer.json()[0]["id"]
        received = [service.next(), service.next()]
        assert {each.path for each in received} == {"/first", "/second"}
        for each in received:
            assert each.content == {
                "kind": "followed", "room": "Tea at night", "by": "amara", "path": f"rooms/{room}",
            }  # fmt: skip
            assert each.claims["key"] == key
            assert each.claims["sub"] == contact
            assert 0 < each.claims["exp"] - time.time() <= 86400
            assert each.headers["content-encoding"] == "aes128gcm"
            assert 0 < int(each.headers["ttl"]) <= 600
            assert b"Tea" not in each.body
        eventually(lambda: psql.one("select count(*) from push_occasions") == 0)
        assert service.received.empty()
        # Signing out ends this browser's subscriptions.
        beth.delete("/session")
        assert psql.one("select count(*) from push_subscriptions") == 0


def test_a_failure_is_tried_again_and_a_browser_that_is_gone_is_forgotten(
    database_url: str, psql: Psql, service: PushService, caplog: pytest.LogCaptureFixture
) -> None:
    follow(psql, "beth", "amara")
    psql.person("amara")
    with (
        run_relay(database_url, demo=True, push_networks=LOOPBACK) as relay,
        relay.sign_in("beth") as beth,
    ):
        subscribed(beth, service)
        service.answers.put((503, {"Retry-After": "100"}))
        psql.room("amara")
        assert "sub" not in service.next().claims
        later = "select due_at > now() + interval '60 seconds' from pushes where attempts = 1"
        eventually(lambda: psql.one(later))
        service.answers.put((410, {}))
        psql.run("update pushes set due_at = now() where attempts = 1")
        service.next()
        eventually(lambda: psql.one("select count(*) from push_subscriptions") == 0)
        # A message that is not wanted is not sent again, and a redirect is not followed.
        for status in (400, 307):
            subscribed(beth, service)
            service.answers.put((status, {"Location": f"https://localhost:{service.port}/other"}))
            psql.room("amara")
            assert service.next().path == "/first"
            eventually(lambda: psql.one("select count(*) from pushes") == 0)
            assert service.received.empty()
        assert psql.one("select count(*) from push_subscriptions") == 1
    lines = [r.getMessage() for r in caplog.records if r.name.startswith("roomtone.push")]
    assert [line for line in lines if "refused" in line]
    assert not [line for line in lines if "/first" in line]  # endpoints are secrets


def test_nothing_is_sent_into_private_networks_and_a_browser_is_forgotten_only_for_its_key(
    database_url: str, psql: Psql, service: PushService
) -> None:
    follow(psql, "beth", "amara")
    with run_relay(database_url, demo=True) as relay, relay.sign_in("beth") as beth:
        subscribed(beth, service)
        psql.room("amara")
        waits = "select count(*) from push_occasions"
        eventually(lambda: psql.one(waits) == 0, what=lambda: "it waits")
        assert psql.one("select count(*) from push_subscriptions") == 1
        psql.run("update push_subscriptions set p256dh = 'B' || repeat('A', 86)")  # no point
        psql.room("amara")
        left = "select count(*) from push_subscriptions"
        eventually(lambda: psql.one(left) == 0, what=lambda: "it is not forgotten")
    assert service.received.empty()


def test_without_the_setting_there_is_no_key_and_nothing_is_sent(
    database_url: str, psql: Psql
) -> None:
    with run_relay(database_url, demo=True, push=False) as relay, relay.client() as anyone:
        assert anyone.get("/session").json()["push"] is None


PRIVATE = [
    "https://127.0.0.1/", "https://localhost/", "https://10.1.2.3/", "https://192.168.0.1:8443/x",
    "https://169.254.169.254/latest", "https://0.0.0.0/", "https://100.64.0.1/",
]  # fmt: skip


@pytest.mark.parametrize("endpoint", [*PRIVATE, "http://push.example/"])
async def test_private_addresses_and_other_schemes_are_refused(endpoint: str) -> None:
    with pytest.raises(NotAllowed):
        await post(endpoint, b"", {}, Reach(own=False))


async def test_a_host_with_one_private_address_among_others_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The one place where an answer of a name server is written by the test: no public name has such addresses for ever."""

    def both(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, 1, 6, "", (each, 443)) for each in ("198.41.0.4", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(NotAllowed):
        await post("https://push.example/", b"", {}, Reach(own=False))


async def test_addresses_are_tried_in_their_order(
    service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine without a way to IPv6. No name has such addresses on every machine, so the test writes them."""

    def two(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [
            (socket.AF_INET, 1, 6, "", (each, service.port)) for each in ("127.0.0.2", "127.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    browser = service.subscription()
    body = encrypted(b"{}", browser["p256dh"], browser["auth"])
    headers = {"Authorization": Vapid("secret", None).authorization(browser["endpoint"])}
    reach = Reach.of(LOOPBACK, loopback=False)
    assert (await post(browser["endpoint"], body, headers, reach)).status == 201
    assert service.next().content == {}


async def test_a_server_that_the_system_does_not_trust_gets_nothing(
    service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    push_service.trusted.cache_clear()
    endpoint = f"https://localhost:{service.port}/"
    with pytest.raises(OSError, match="certificate"):
        await post(endpoint, b"", {}, Reach.of(LOOPBACK, loopback=False))


@pytest.mark.parametrize("answer", [b"", b"x" * 100_000, b"SSH-2.0\r\n\r\n", None])
async def test_a_server_that_answers_too_much_nothing_or_something_else_is_a_failure(
    service: PushService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes | None
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "certificates" / "all.pem")
    listening = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        with suppress(OSError), tls.wrap_socket(listening.accept()[0], server_side=True) as client:
            if answer is None:
                ended.wait(PATIENCE)
            else:
                client.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    if answer is None:
        monkeypatch.setattr(push_service, "ANSWER_WITHIN_S", 0.5)
    endpoint = f"https://localhost:{listening.getsockname()[1]}/"
    with pytest.raises((OSError, ValueError)):
        await post(endpoint, b"", {}, Reach.of(LOOPBACK, loopback=False))
    ended.set()
    thread.join(PATIENCE)
    listening.close()
