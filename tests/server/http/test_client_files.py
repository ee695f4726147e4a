"""The browser client's files: versioned addresses, caching, compression."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from roomtone.http import client_files
from roomtone.http.client_files import ClientFiles, takes_gzip
from roomtone.paths import CLIENT_WEB
from starlette.datastructures import Headers

from ...running import RunningRelay

PAGE = """<link rel="stylesheet" href="/client/look.css">
<link rel="stylesheet" href="/client/deep/after.css">
<script type="module" src="/client/app.js"></script>"""
PLAIN = Headers()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "look.css").write_text("body {}")
    (tmp_path / "app.js").write_text("import { a } from './deep/a.js'\nconst far = './far.js'\n")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/after.css").write_text("p {}")
    (tmp_path / "deep/a.js").write_text("import {\n  b,\n} from '../b.js'\nexport const a = b\n")
    (tmp_path / "b.js").write_text("export const b = 1\n" + "// long\n" * 500)
    (tmp_path / "far.js").write_text("")
    return tmp_path


def page_of(files: ClientFiles) -> str:
    return bytes(files.page("index.html", PLAIN).body).decode()


def test_a_page_names_one_style_sheet_and_one_script_by_version(folder: Path) -> None:
    files = ClientFiles(folder)
    assert re.findall(r'href="(\S+)"|src="(\S+)"', page_of(files)) == [
        (f"/client/{files.version}/index.css", ""),
        ("", f"/client/{files.version}/index.js"),
    ]


def test_modules_are_sent_as_one_script_with_a_source_map(folder: Path) -> None:
    files = ClientFiles(folder)
    script = files.file(f"{files.version}/index.js", PLAIN)
    assert script is not None
    *_, last, footer = bytes(script.body).decode().splitlines()
    assert (last, footer) == ("const far = './far.js'", "//# sourceMappingURL=index.js.map")
    lines = files.file(f"{files.version}/index.js.map", PLAIN)
    assert lines is not None
    assert json.loads(bytes(lines.body))["sources"] == ["b.js", "deep/a.js", "app.js"]
    alone = files.file("deep/a.js", PLAIN)
    assert alone is not None
    assert alone.body == (folder / "deep/a.js").read_bytes()


def test_style_sheets_are_sent_as_one_file_in_their_order(folder: Path) -> None:
    files = ClientFiles(folder)
    style = files.file(f"{files.version}/index.css", PLAIN)
    assert style is not None
    assert (style.body, style.media_type) == (b"body {}\np {}", "text/css")
    alone = files.file("deep/after.css", PLAIN)
    assert alone is not None
    assert alone.body == b"p {}"


def test_style_sheets_name_no_other_files_because_they_move() -> None:
    for path in CLIENT_WEB.rglob("*.css"):
        assert not re.search(r"url\(|@import|@charset|@namespace", path.read_text()), path


def test_a_change_makes_another_version_and_the_old_address_still_works(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_files, "CHECK_INTERVAL_S", 0)
    files = ClientFiles(folder)
    before = files.version
    (folder / "far.js").write_text("new")
    assert before not in page_of(files)
    assert files.version in page_of(files)
    late = files.file(f"{before}/far.js", PLAIN)
    assert late is not None
    assert (late.body, late.headers["cache-control"]) == (b"new", "no-cache")


def test_a_file_is_compressed_if_accepted_and_not_sent_twice(folder: Path) -> None:
    files = ClientFiles(folder)
    path = f"{files.version}/b.js"
    plain = files.file(path, PLAIN)
    packed = files.file(path, Headers({"accept-encoding": "br, gzip"}))
    assert plain is not None
    assert packed is not None
    assert gzip.decompress(bytes(packed.body)) == plain.body == (folder / "b.js").read_bytes()
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert plain.headers["etag"] != packed.headers["etag"]
    again = files.file("b.js", Headers({"if-none-match": plain.headers["etag"]}))
    assert again is not None
    assert (again.status_code, again.body) == (304, b"")


@pytest.mark.parametrize("path", ["", "nothing.js", "../secret", "deep", "0123456789ab/no.js"])
def test_other_addresses_have_no_file(folder: Path, path: str) -> None:
    assert ClientFiles(folder).file(path, PLAIN) is None


def test_the_relay_serves_the_page_its_files_and_a_problem_for_the_rest(
    relay: RunningRelay,
) -> None:
    with relay.client() as anonymous:
        page = anonymous.get("/")
        script = re.search(r'src="(/client/\S+/index\.js)"', page.text)
        assert script is not None
        file = anonymous.get(script[1])
        head = anonymous.head(script[1])
        wrong = anonymous.get("/client/no.js")
        put = anonymous.put(script[1])
    assert page.headers["cache-control"] == "no-cache"
    assert "immutable" in file.headers["cache-control"]
    assert file.headers["content-type"] == "text/javascript; charset=utf-8"
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == file.headers["content-length"]
    assert (wrong.status_code, wrong.headers["content-type"]) == (404, "application/problem+json")
    assert put.status_code == 405


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        *(
            ("gzip", True),
            ("br, GZIP ;q=0.5", True),
            ("*", True),
            ("gzip;q=0.001", True),
            ("gzip;q=1.0", True),
        ),
        *(
            ("", False),
            ("br", False),
            ("gzip;q=0", False),
            ("gzip; q=0.000, *", False),
            ("*;q=0", False),
        ),
        *(("gzip;q=2", False), ("gzip;q=x", False), ("identity, xgzip", False)),
    ],
)
def test_a_coding_is_used_only_if_the_browser_takes_it(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes
