"""The configurations of deploy/, changed for this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from roomtone.paths import PACKAGE

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


@contextmanager
def deployed(name: str, relay: str, certificates: Path, folder: Path) -> Iterator[str]:
    """The address of the page behind this proxy, by https and below /talk, without a slash at the end."""
    with proxy(name, configuration(name, certificates), relay, folder, "/talk/live") as url:
        yield f"{url}/talk"
