"""The browser client's files, in memory, at addresses with a version.

A page names its files as `/client/<version>/…`. The version is a digest of all files: a browser asks for
each file once (RFC 8246), and after an update the page has other addresses. The same files are at
`/client/…`, too; browsers ask for these again each time.

The modules of a page are sent as one script (`linked_modules`), and its style sheets as one style sheet, in their order.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from starlette.datastructures import Headers
from starlette.responses import Response

from ..negotiation import etag_of, has_version
from .linked_modules import linked, modules_of, source_map

CHECK_INTERVAL_S = 1.0  # an edited file is sent when the page is loaded again
MIN_COMPRESSED_SIZE = 512  # bytes
COMPRESSED_TYPES = ("text/", "image/svg", "application/json")

_CACHE_FOREVER = "public, max-age=31536000, immutable"
_REVALIDATE = "no-cache"
_POSITIVE = re.compile(r"q=(1(\.0{0,3})?|0\.(?!0*$)[0-9]{1,3})")
_SCRIPT = re.compile(r"""(<script type="module" src="/client/)([^"]+)("></script>)""")
_STYLES = re.compile(r"""(?:<link rel="stylesheet" href="/client/[^"]+">\s*)+""")
_WORKER = "service_worker.js"
WORKER = "service-worker.js"
"""The service worker, which is no module: not all browsers know such workers."""
_STYLE = re.compile(r"""href="/client/([^"]+)" *>""")


@dataclass(frozen=True)
class Representation:
    """A file's bytes in one content coding, with their ETag."""

    content: bytes
    etag: str

    @classmethod
    def of(cls, content: bytes) -> Representation:
        return cls(content, etag_of(content))


def takes_gzip(accepted: str) -> bool:
    """Whether this `Accept-Encoding` allows gzip (RFC 9110, 12.5.3). A weight that cannot be read does not."""
    weights: dict[str, str] = {}
    for each in accepted.lower().split(","):
        coding, _, weight = each.partition(";")
        weights[coding.strip()] = weight.replace(" ", "").replace("\t", "") or "q=1"
    return _POSITIVE.fullmatch(weights.get("gzip", weights.get("*", ""))) is not None


@dataclass(frozen=True)
class File:
    """One file, as it is sent."""

    name: str
    content: bytes

    @cached_property
    def kind(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @cached_property
    def plain(self) -> Representation:
        return Representation.of(self.content)

    @cached_property
    def compressed(self) -> Representation | None:
        """Only of files that are asked for, because a relay starts in half the time."""
        if not self.kind.startswith(COMPRESSED_TYPES) or len(self.content) <= MIN_COMPRESSED_SIZE:
            return None
        return Representation.of(gzip.compress(self.content, mtime=0))

    def response(self, headers: Headers, cached: str, status: int = 200) -> Response:
        """The response to a request with these headers: the file, or 304 if the browser has it already."""
        compressed = self.compressed if takes_gzip(headers.get("accept-encoding", "")) else None
        chosen = compressed or self.plain
        sent = {"Cache-Control": cached, "ETag": chosen.etag, "Vary": "Accept-Encoding"}
        if status == 200 and has_version(headers, chosen.etag):
            return Response(status_code=304, headers=sent)
        if compressed is not None:
            sent["Content-Encoding"] = "gzip"
        return Response(chosen.content, status, headers=sent, media_type=self.kind)


class ClientFiles:
    """The files of this folder. Raises OSError if it cannot be read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._modified: object = None
        self._checked_at = 0.0
        self.check_for_changes()

    def check_for_changes(self) -> None:
        """Read the files again if one has changed. Checks once per `CHECK_INTERVAL_S`."""
        now = time.monotonic()
        if self._modified is not None and now - self._checked_at < CHECK_INTERVAL_S:
            return
        self._checked_at = now
        modified = [(path, path.stat().st_mtime_ns) for path in self._paths()]
        if modified != self._modified:
            self._read()
            self._modified = modified

    def file(self, path: str, headers: Headers) -> Response | None:
        """The file at `/client/<path>`, or None."""
        first, _, rest = path.partition("/")
        if first == self.version and rest in self._files:
            return self._files[rest].response(headers, _CACHE_FOREVER)
        # A page loaded before an update may ask for files by the old version. It gets the new ones.
        name = rest if re.fullmatch(r"[0-9a-f]{12}", first) else path
        found = self._files.get(name)
        return None if found is None else found.response(headers, _REVALIDATE)

    def page(
        self, name: str, headers: Headers, status: int = 200, *, root_path: str = ""
    ) -> Response:
        """An HTML file of the folder, with the versioned addresses of the others, below this path."""
        self.check_for_changes()
        if (name, root_path) not in self._pages:
            html = self._versioned[name].replace('="/', f'="{root_path}/')
            self._pages[name, root_path] = File(name, html.encode())
        return self._pages[name, root_path].response(headers, _REVALIDATE, status)

    def _paths(self) -> Iterator[Path]:
        return (path for path in sorted(self._folder.rglob("*")) if path.is_file())

    def _read(self) -> None:
        contents = {
            path.relative_to(self._folder).as_posix(): path.read_bytes() for path in self._paths()
        }
        pages = {
            name: _with_one_file_a_kind(name, content.decode(), contents)
            for name, content in [*contents.items()]
            if name.endswith(".html")
        }
        if _WORKER in contents:
            contents[WORKER] = _linked(_WORKER, contents)[0].encode()
        digest = hashlib.sha256()
        for name, content in contents.items():
            digest.update(f"{name} {len(content)} ".encode() + content)
        self.version = digest.hexdigest()[:12]
        self._versioned = {
            name: page.replace('"/client/', f'"/client/{self.version}/')
            for name, page in pages.items()
        }
        self._files = {name: File(name, content) for name, content in contents.items()}
        self._pages: dict[tuple[str, str], File] = {}  # by name and root path


def _with_one_file_a_kind(name: str, page: str, contents: dict[str, bytes]) -> str:
    """The page with one style sheet and one script, which are added to the contents.

    Raises `NotLinkable`.
    """
    style, script, lines = (
        str(PurePosixPath(name).with_suffix(ending)) for ending in (".css", ".js", ".js.map")
    )

    def with_one_style(links: re.Match[str]) -> str:
        contents[style] = b"\n".join(contents[each] for each in _STYLE.findall(links[0]))
        return f'<link rel="stylesheet" href="/client/{style}">\n    '

    def with_one_script(entry: re.Match[str]) -> str:
        footer = f"//# sourceMappingURL={PurePosixPath(lines).name}\n"
        text, positions = _linked(entry[2], contents, script)
        contents[script] = (text + footer).encode()
        contents[lines] = positions.encode()
        return f"{entry[1]}{script}{entry[3]}"

    page = _STYLES.sub(with_one_style, page, count=1)
    return _SCRIPT.sub(with_one_script, page, count=1)


def _linked(entry: str, contents: dict[str, bytes], script: str = WORKER) -> tuple[str, str]:
    """The modules of this entry as one script, and its source map. Raises `NotLinkable`."""
    sources = {name: text.decode() for name, text in contents.items() if name.endswith(".js")}
    modules = modules_of(entry, sources)
    text = linked(modules, sources, script, may_await=script != WORKER)
    return text, source_map(modules, sources, script)
