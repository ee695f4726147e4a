"""The command `roomtone`, a module for each subcommand.

It may import everything; nothing imports it but `server/__main__.py`.
"""

from __future__ import annotations

from . import (
    backup,
    bench,
    bot,
    captions,
    drill,
    lab,
    lesson,
    node,
    psql,
    pump,
    recover,
    schema,
    serve,
    token,
)
from .group import cli

__all__ = [
    "backup", "bench", "bot", "captions", "cli", "drill", "lab", "lesson", "main", "node", "psql", "pump", "recover", "schema", "serve", "token",
]  # fmt: skip


def main() -> None:
    """The entry point of the console script."""
    cli()
