"""Roomtone: social audio whose signaling server is PostgreSQL.

A write is a row. A row fires a trigger. The trigger appends to the room's log and notifies.
The relay hears it, reads the log, and streams it.

Which folder may import which is stated in pyproject.toml (`[tool.importlinter]`) and checked by `make check`. The modules of
this folder itself are what all folders share, except `app.py`, `process.py` and `child_processes.py`, which compose them.
"""

__version__ = "0.2.0"
