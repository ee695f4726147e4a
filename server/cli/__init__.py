"""The command `roomtone`, a module for each subcommand, which is imported when it runs (`group.py`).

It may import everything; nothing imports it but `server/__main__.py`.
"""

from __future__ import annotations

from .group import cli

__all__ = ["cli", "main"]


def main() -> None:
    """The entry point of the console script."""
    cli()
