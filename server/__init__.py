"""Roomtone: social audio whose signaling server is PostgreSQL.

A write is a row. A row fires a trigger. The trigger appends to the room's log and notifies.
The relay hears it, reads the log, and streams it.
"""

__version__ = "0.1.0"
