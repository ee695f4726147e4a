"""Rows over HTTP with PostgREST's conventions, executed as the user.

A request is parsed (`query`, `body`, `prefer`), composed into one statement (`statement`) and
executed in a transaction as whoever sent it (`transaction`); grants, policies, constraints and
triggers decide, and PostgreSQL's answer goes out as it is. There is no second copy of the rules.
"""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from . import calls, tables
from .catalogue import Catalogue, open_catalogue

__all__ = ["Catalogue", "open_catalogue", "routes"]

routes: list[BaseRoute] = [
    Route("/rows/rpc/{function}", calls.get, methods=["GET"]),
    Route("/rows/rpc/{function}", calls.post, methods=["POST"]),
    Route("/rows/{table}", tables.get, methods=["GET"]),
    Route("/rows/{table}", tables.post, methods=["POST"]),
    Route("/rows/{table}", tables.patch, methods=["PATCH"]),
    Route("/rows/{table}", tables.delete, methods=["DELETE"]),
]
