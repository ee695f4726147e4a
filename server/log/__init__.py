"""One room's log in memory: cursor, event, frame and reader, and the text of an event stream. Nothing here does I/O.

It may import only the modules of `server/` itself that import nothing further.
"""
