"""A relay at a path of a host: `--root-path /talk`, behind a proxy that passes the path on or removes it."""

from __future__ import annotations

import re

import pytest
from roomtone.app import create_app
from roomtone.formats.root_path import OWN, root_path
from roomtone.settings import Settings, SettingsError
from starlette.routing import Route

from ...people import Psql
from ...running import run_relay

ROOT = "/talk"


def test_both_kinds_of_proxy_are_understood_and_every_address_has_the_path(
    database_url: str, psql: Psql
) -> None:
    room = psql.room("rick")
    with (
        run_relay(database_url, demo=True, root_path=f"{ROOT}/") as relay,
        relay.client() as browser,
    ):
        signed_in = browser.post(f"{ROOT}/session", json={"username": "rick"})
        cookie = signed_in.headers["set-cookie"]
        assert cookie.startswith("roomtone-talk=")
        assert re.search(r"Path=/talk(;|$)", cookie)
        browser.cookies.clear()
        browser.cookies.set("roomtone", "of another relay on this host")
        token = {"Authorization": f"Bearer {signed_in.json()['token']}"}
        for prefix in (ROOT, ""):
            assert browser.get(f"{prefix}/session").json()["user"] is None
            assert "set-cookie" not in browser.get(f"{prefix}/session").headers
            page = browser.get(f"{prefix}/rooms/{room}")
            addresses = re.findall(r'(?:href|src)="(/[^"]*)"', page.text)
            files = [address.rsplit("/", 1)[1] for address in addresses]
            assert files.pop(0) == "manifest.webmanifest"
            assert addresses[0] == f"{ROOT}/manifest.webmanifest"
            assert files == ["app-180.png", "favicon.svg", "index.css", "index.js"]
            assert all(address.startswith(f"{ROOT}/client/") for address in addresses[1:])
            assert {browser.get(address).status_code for address in addresses} == {200}
            lab = browser.get(f"{prefix}/lab").text
            assert f'href="{ROOT}/"' in lab
            assert browser.get(f"{prefix}/openapi.json").json()["servers"] == [{"url": ROOT}]
            made = browser.post(
                f"{prefix}/rows/rooms",
                json={"name": f"Tea at {prefix or ROOT[:1]}."},
                headers=token | {"Prefer": "return=headers-only"},
            )
            assert made.status_code == 201, made.text
            assert made.headers["location"].startswith(f"{ROOT}/rows/rooms?id=eq.")
            assert (
                browser.get(made.headers["location"]).json()[0]["name"]
                == f"Tea at {prefix or ROOT[:1]}."
            )
            assert browser.get(f"{prefix}/live").status_code == 200
            answer = browser.get(f"{prefix}/nothing")
            unknown = answer.json()
            assert answer.status_code == 404
            assert unknown["message"] == "the path /nothing is unknown"
            assert unknown["hint"] == f"This relay is at {ROOT}/."
        assert browser.get("/talkative/live").status_code == 404
        slash = browser.get(f"{ROOT}?via=poll")
        assert (slash.status_code, slash.headers["location"]) == (308, f"{ROOT}/?via=poll")
        foreign = browser.get(
            f"{ROOT}/rooms/{room}?username=rick&debug",
            headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
        )
        assert foreign.headers["location"] == f"{ROOT}/rooms/{room}?debug="


def test_a_path_that_is_no_path_or_one_of_the_relays_own_is_refused() -> None:
    assert [root_path(text) for text in ("", "/", "/talk", "/talk/", "/a/b-c.d_e~f")] == [
        *("", "", "/talk", "/talk", "/a/b-c.d_e~f")
    ]
    for text in (
        "talk",
        "//talk",
        "/a//b",
        "/../etc",
        "/.",
        "/tälk",
        "/talk?a",
        "/a b",
        '/"',
        "/a\n",
    ):
        with pytest.raises(SettingsError, match=r"--root-path.*is no path"):
            Settings(root_path=text)
    own = [route.path for route in create_app(Settings(), "").routes if isinstance(route, Route)]
    assert len(own) > 20
    for path in own:
        if not path.startswith(("/{", "/:")) and path != "/":
            assert OWN.match(path), f"{path}: name it in root_path.py"
    with pytest.raises(SettingsError, match=r"--root-path.*address of the relay itself"):
        Settings(root_path="/rooms")
