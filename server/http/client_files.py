"""The browser client's files, in memory, at addresses that say what is in them.

A page names its files as `/client/<version>/…`, and the version is a digest of all of them: a browser
asks for each once and never again (RFC 8246), and after an update the page names others. The same
files are at `/client/…`, too, for whoever writes such an address by hand; those are asked for anew.

The page lists every module it is going to need (HTML Standard, 4.6.8.12 "modulepreload"), so a
browser need not read one to learn of the next.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from posixpath import normpath

from starlette.datastructures import Headers
from starlette.responses import Response

LOOKS_AGAIN = 1.0  # seconds; whoever edits a file sees it when the page is loaded anew
WORTH_PACKING = 512  # bytes
PACKED = ("text/", "image/svg")

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_IMPORT = re.compile(
    r"""^(?:import|export)\b(?:[^'";=]*\bfrom)?\s*['"](\.{1,2}/[^'"]+)['"]""", re.M
)
_SCRIPT = re.compile(r"""<script type="module" src="/client/([^"]+)"></script>""")


@dataclass(frozen=True)
class Representation:
    """A file's bytes in one coding, and what tells them from others."""

    content: bytes
    etag: str

    @classmethod
    def of(cls, content: bytes) -> Representation:
        return cls(content, f'"{hashlib.sha256(content).hexdigest()[:16]}"')


@dataclass(frozen=True)
class File:
    """One file, as it is sent."""

    kind: str
    plain: Representation
    packed: Representation | None

    @classmethod
    def read(cls, name: str, content: bytes) -> File:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        worth = kind.startswith(PACKED) and len(content) > WORTH_PACKING
        packed = Representation.of(gzip.compress(content, mtime=0)) if worth else None
        return cls(kind, Representation.of(content), packed)

    def response(self, headers: Headers, cached: str, status: int = 200) -> Response:
        """To a request with these headers: whole, or 304 if that is what the browser has already."""
        packed = self.packed if "gzip" in headers.get("accept-encoding", "") else None
        form = packed or self.plain
        told = {"Cache-Control": cached, "ETag": form.etag, "Vary": "Accept-Encoding"}
        if status == 200 and form.etag in headers.get("if-none-match", ""):
            return Response(status_code=304, headers=told)
        if packed is not None:
            told["Content-Encoding"] = "gzip"
        return Response(form.content, status, headers=told, media_type=self.kind)


class ClientFiles:
    """The files of this folder. Raises OSError if it cannot be read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp: object = None
        self._looked = 0.0
        self.look()

    def look(self) -> None:
        """Read the files if one has changed; asked more often, it looks once a second."""
        now = time.monotonic()
        if self._stamp is not None and now - self._looked < LOOKS_AGAIN:
            return
        self._looked = now
        stamp = [(path, path.stat().st_mtime_ns) for path in self._paths()]
        if stamp != self._stamp:
            self._read()
            self._stamp = stamp

    def file(self, path: str, headers: Headers) -> Response | None:
        """What is at `/client/<path>`; None if nothing is."""
        first, _, rest = path.partition("/")
        if first == self.version and rest in self._files:
            return self._files[rest].response(headers, _FOR_EVER)
        # A page from before an update may still want something; it gets what there is now.
        name = rest if re.fullmatch(r"[0-9a-f]{12}", first) else path
        found = self._files.get(name)
        return None if found is None else found.response(headers, _ASK_AGAIN)

    def page(self, name: str, headers: Headers, status: int = 200) -> Response:
        """An HTML file of the folder, which names all others by their version."""
        self.look()
        return self._pages[name].response(headers, _ASK_AGAIN, status)

    def _paths(self) -> Iterator[Path]:
        return (path for path in sorted(self._folder.rglob("*")) if path.is_file())

    def _read(self) -> None:
        contents = {
            path.relative_to(self._folder).as_posix(): path.read_bytes() for path in self._paths()
        }
        digest = hashlib.sha256()
        for name, content in contents.items():
            digest.update(f"{name} {len(content)} ".encode() + content)
        self.version = digest.hexdigest()[:12]
        self._files = {name: File.read(name, content) for name, content in contents.items()}
        self._pages = {
            name: File.read(name, self._addressed(content.decode(), contents).encode())
            for name, content in contents.items()
            if name.endswith(".html")
        }

    def _addressed(self, page: str, contents: dict[str, bytes]) -> str:
        def with_its_modules(script: re.Match[str]) -> str:
            links = [
                f'<link rel="modulepreload" href="/client/{module}">'
                for module in _needed(script[1], contents)
            ]
            return "\n    ".join([*links, script[0]])

        page = _SCRIPT.sub(with_its_modules, page)
        return page.replace('"/client/', f'"/client/{self.version}/')


def _needed(module: str, contents: dict[str, bytes]) -> list[str]:
    """The modules that this one imports, and those they do, nearest first."""
    found = [module]
    for name in found:
        for address in _IMPORT.findall(contents[name].decode()):
            imported = normpath(str(PurePosixPath(name).parent / address))
            if imported in contents and imported not in found:
                found.append(imported)
    return found[1:]
