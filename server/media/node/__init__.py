"""Media nodes: processes that take a seat in a room and forward or mix its audio, so that a participant needs one connection.

May import what `media/` may import, and `media/` itself; nothing but `roomtone.cli` imports it.
"""
