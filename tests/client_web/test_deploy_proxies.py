"""The configurations of deploy/, with TLS, HTTP/2 and a path: people talk to each other through each of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser, BrowserContext
from roomtone.paths import PACKAGE

from ..people import Psql
from ..running import run_relay
from .browser import open_page
from .proxies import proxy

DEPLOY = PACKAGE.parent / "deploy"
NGINX_AROUND = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  CONFIGURATION
}}
"""
CADDY_BEFORE = "{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n"
PLACES = {
    "nginx": {"listen 80;": "", "listen 443": "listen 127.0.0.1:{port}"},
    "haproxy": {
        "maxconn 20000": "maxconn 200",
        "    bind :80\n": "",
        "bind :443": "bind 127.0.0.1:{port}",
    },
    "caddy": {"talk.example.org {{": "localhost:{port} {{\n\tbind 127.0.0.1"},
}
FILES = {"nginx": "nginx.conf", "haproxy": "haproxy.cfg", "caddy": "Caddyfile"}


def configuration(name: str, certificates: Path) -> str:
    """This file of deploy/ for this machine, as a template for `proxy`."""
    text = (DEPLOY / FILES[name]).read_text().replace("{", "{{").replace("}", "}}")
    replaced = PLACES[name] | {
        "/etc/ssl/roomtone": str(certificates),
        "127.0.0.1:8000": "{relay}",
    }
    for written, here in replaced.items():
        assert written in text
        text = text.replace(written, here)
    if name == "nginx":
        # Its first server only redirects from port 80, which is not ours to take.
        before, _, after = text.partition("server {{\n")
        text = before + "server {{\n" + after.partition("server {{\n")[2]
        text = NGINX_AROUND.replace("CONFIGURATION", text)
    return CADDY_BEFORE + text if name == "caddy" else text


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """A folder with a certificate for localhost, as the configurations name it."""
    tmp_path.chmod(0o755)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    folder = tmp_path / "certificates"
    folder.mkdir()
    (folder / "fullchain.pem").write_bytes(certificate)
    (folder / "privkey.pem").write_bytes(private)
    (folder / "all.pem").write_bytes(certificate + private)
    return folder


@pytest.fixture
def served(database_url: str, certificates: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The address of the page through each proxy."""
    with ExitStack() as running:
        relay = running.enter_context(run_relay(database_url, demo=True, root_path="/talk"))
        yield {
            name: running.enter_context(
                proxy(name, configuration(name, certificates), relay.url, tmp_path, "/talk/live")
            )
            + "/talk"
            for name in FILES
        }


def opens_the_lab(context: BrowserContext, url: str) -> None:
    page = context.new_page()
    page.goto(f"{url}/lab")
    page.locator(".lab__cause:not([disabled])").wait_for()
    page.close()


def test_people_talk_through_each_configuration_with_tls_http2_and_a_path(
    browser: Browser, served: dict[str, str], psql: Psql, room: int
) -> None:
    context = browser.new_context(permissions=["microphone"], ignore_https_errors=True)
    with context, httpx.Client(verify=False) as outside:  # a certificate of our own
        for name, url in served.items():
            assert outside.get(f"{url}/metrics").status_code == 404, name
            slash = outside.get(url)
            assert (slash.status_code, slash.headers["location"]) == (308, "/talk/"), name
            rick = open_page(context, url, "/", "rick", tone=440)
            rick.until(
                "() => roomtone.shell.via === 'sse' && roomtone.shell.state.connection === 'live'"
            )
            protocols = (
                "() => performance.getEntriesByType('resource').map((each) => each.nextHopProtocol)"
            )
            assert {*rick.run(protocols)} == {"h2"}, name
            cookies = [each for each in context.cookies() if each["name"].startswith("roomtone")]
            assert [(each["name"], each["path"], each["secure"]) for each in cookies] == [
                ("roomtone-talk", "/talk", True)
            ]
            rick.page.locator(f"a[href='/talk/rooms/{room}']").first.click()
            rick.until("() => roomtone.state?.phase === 'in'")
            assert rick.page.url.partition("?")[0] == f"{url}/rooms/{room}"
            beth = open_page(context, url, f"/rooms/{room}", "beth", tone=880)
            beth.until("() => roomtone.state?.phase === 'in'")
            beth.sees("rick", "beth")
            rick.sees("rick", "beth")
            rick.unmute()
            beth.hears("rick", 440)
            rick.page.get_by_role("link", name="Clubs").click()
            rick.reads("There are no clubs yet.")
            assert rick.page.url.partition("?")[0] == f"{url}/clubs"
            rick.goes_back()
            rick.until("() => roomtone.state?.phase === 'in'")
            socket = open_page(context, url, f"/rooms/{room}", "morty&via=websocket")
            socket.until("() => roomtone.state?.phase === 'in'")
            rick.sees("rick", "beth", "morty")
            if name == "caddy":
                opens_the_lab(context, url)
            for tab in (socket, beth, rick):
                assert tab.errors == [], name
                tab.page.close()
            psql.run("delete from participants where peer_id is not null and role <> 'HOST'")
            context.clear_cookies()
