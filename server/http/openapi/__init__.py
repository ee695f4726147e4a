"""`GET /openapi.json`: the HTTP interface of this relay, as an OpenAPI 3.1 document (OpenAPI Specification 3.1.1).

The paths of rows are made from the running database: tables, columns, comments, CHECKs and grants are read
from its catalogs, so document and schema cannot differ. The other paths are written by hand in this folder.
A fuzzer tests the relay against the whole document.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from ...negotiation import has_version
from ...resource import resource
from .document import Document

__all__ = ["Document", "routes"]


async def openapi(request: Request) -> Response:
    """`GET /openapi.json`: 304 for a client that has this version already."""
    document: Document = request.state.openapi
    text = await document.text()
    headers = {"Cache-Control": "no-cache", "ETag": document.etag}
    if has_version(request.headers, document.etag):
        return Response(None, 304, headers)
    return Response(text, media_type="application/json", headers=headers)


routes: list[BaseRoute] = [resource("/openapi.json", get=openapi)]
