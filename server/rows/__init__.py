"""Rows over HTTP with PostgREST's conventions, executed as the user.

A request is parsed (`query`, `body`, `prefer`), composed into one statement (`statement`, `calling`, with other tables by `embedding`)
and executed in a transaction as the user (`transaction`). Grants, policies, constraints and triggers decide, and PostgreSQL's answer is sent as it is.
It may import identity, postgres and the modules of `server/` itself that import nothing further.
"""

from __future__ import annotations

from starlette.routing import BaseRoute

from ..resource import resource
from . import calls, tables
from .catalogue import Catalogue, open_catalogue

__all__ = ["Catalogue", "open_catalogue", "routes"]

routes: list[BaseRoute] = [
    resource(
        "/rows/rpc/{function}",
        otherwise=calls.otherwise,
        get=calls.get,
        post=calls.post,
        options=calls.options,
    ),
    resource(
        "/rows/{table}",
        otherwise=tables.otherwise,
        get=tables.get,
        post=tables.post,
        patch=tables.patch,
        delete=tables.delete,
        options=tables.options,
    ),
]
