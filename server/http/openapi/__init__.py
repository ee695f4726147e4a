"""`GET /openapi.json`: what this relay answers, as an OpenAPI 3.1 document (OpenAPI Specification 3.1.1).

The rows are described from the running database: tables, columns, comments, CHECKs and grants are read
from its catalogs, so the document cannot say anything else than the schema does. The rest is written down
here, next to nothing else, and a fuzzer holds the relay to every word of it.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from ...resource import resource
from .document import Document

__all__ = ["Document", "routes"]


async def openapi(request: Request) -> Response:
    """`GET /openapi.json`."""
    document: Document = request.state.openapi
    return Response(
        await document.text(), media_type="application/json", headers={"Cache-Control": "no-cache"}
    )


routes: list[BaseRoute] = [resource("/openapi.json", get=openapi)]
