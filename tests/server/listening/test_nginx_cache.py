"""deploy/nginx-listening.conf in a real nginx: many who listen cost the relay as much as one."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from roomtone.paths import PACKAGE

from ...certificates import write_certificates
from ...client_web.deploy import NGINX_AROUND
from ...client_web.proxies import proxy
from ...conftest import Connect
from ...patience import PATIENCE
from ...people import Psql
from ...running import RunningRelay
from .mix import broadcast_room, played_mix


def configuration(certificates: Path) -> str:
    text = (PACKAGE.parent / "deploy" / "nginx-listening.conf").read_text()
    text = text.replace("{", "{{").replace("}", "}}")
    for written, here in {
        "listen 443": "listen 127.0.0.1:{port}",
        "/etc/ssl/roomtone": str(certificates),
        "127.0.0.1:8000": "{relay}",
        "/var/cache/nginx/roomtone": "{folder}/cache",
    }.items():
        assert written in text
        text = text.replace(written, here)
    # The folder of this test is root's alone, when root runs it.
    return "user root;" * (os.geteuid() == 0) + NGINX_AROUND.replace("CONFIGURATION", text)


def test_nginx_answers_most_who_listen_and_passes_the_stream_on(
    relay: RunningRelay, psql: Psql, connect: Connect, tmp_path: Path
) -> None:
    radio = broadcast_room(psql)
    template = configuration(write_certificates(tmp_path))
    with (
        played_mix(connect),
        proxy("nginx", template, relay.url, tmp_path, "/live?") as url,
        httpx.Client(base_url=url, timeout=PATIENCE, verify=False) as client,
        ThreadPoolExecutor(10) as listeners,
    ):
        playlist = f"/rooms/{radio}/listen.m3u8"
        answers = [*listeners.map(lambda _: client.get(playlist), range(10))]
        assert {answer.status_code for answer in answers} == {200}
        segment = f"/rooms/{radio}/{re.findall(r'listen/.*m4s', client.get(playlist).text)[-1]}"
        answers = [*listeners.map(lambda _: client.get(segment), range(10))]
        assert [answer.headers["X-Cache"] for answer in answers].count("HIT") == 9
        assert len({answer.content for answer in answers}) == 1
        assert answers[0].headers["Access-Control-Allow-Origin"] == "*"
        with client.stream("GET", f"/rooms/{radio}/listen") as stream:
            assert next(stream.iter_bytes()).startswith(b"OggS")
        psql.run("update rooms set broadcast = false where id = %s", radio)
        assert client.get("/rooms").status_code == 404
