"""nginx, HAProxy and Caddy from Debian in front of a relay, with their default configurations."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
from roomtone.tools.processes import free_port, installed

from ..patience import PATIENCE, eventually

# proxy_buffering is on, and requests go on by HTTP/1.0 without Upgrade.
NGINX: Final = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://{relay}; }} }}
}}
"""
NGINX_THAT_BUFFERS: Final = NGINX.replace(
    "proxy_pass", "proxy_ignore_headers X-Accel-Buffering; proxy_pass"
)

# The `defaults` of Debian's haproxy.cfg.
HAPROXY: Final = """
defaults
  mode http
  option httplog
  option dontlognull
  timeout connect 5000
  timeout client 50000
  timeout server 50000
frontend pages
  bind 127.0.0.1:{port}
  default_backend relay
backend relay
  server one {relay}
"""
CADDY: Final = """
{{
  admin off
}}
http://127.0.0.1:{port} {{
  encode zstd gzip
  reverse_proxy {relay}
}}
"""


def _program(name: str) -> str:
    found = installed(name)
    assert found, f"{name} is missing: sh tests/programs.sh installs it"
    return found


@contextmanager
def proxy(
    name: str, configuration: str, relay: str, folder: Path, live: str = "/live"
) -> Iterator[str]:
    """The address of this proxy in front of the relay at this address; both without a slash at the end.

    `live` is where the relay answers behind it. Below a path the proxy uses TLS, with a certificate of the test.
    """
    inside = folder / f"{name}-{free_port()}"
    inside.mkdir()
    port = free_port()
    file = inside / "configuration"
    file.write_text(
        configuration.format(folder=inside, port=port, relay=relay.removeprefix("http://"))
    )
    options = {
        "nginx": ("-p", str(inside), "-e", str(inside / "error.log"), "-c", str(file)),
        "haproxy": ("-db", "-f", str(file)),
        "caddy": ("run", "--config", str(file), "--adapter", "caddyfile"),
    }[name]
    url = f"http://127.0.0.1:{port}" if live == "/live" else f"https://localhost:{port}"
    with (inside / "output").open("wb") as output:
        process = subprocess.Popen(
            (_program(name), *options),
            stdout=output,
            stderr=output,
            env=os.environ | {"HOME": str(inside)},
        )

    def answers() -> bool:
        assert process.poll() is None, (inside / "output").read_text()
        try:
            answer = httpx.get(url + live, timeout=PATIENCE, verify=False)
            return answer.status_code == 200
        except httpx.TransportError:
            return False

    try:
        eventually(answers)
        yield url
    finally:
        process.terminate()
        process.wait(PATIENCE)
