"""One room's log in memory: cursor, event, frame and reader, and the text of an event stream. Nothing here does I/O.

It may import only those modules of `server/` that import none of its folders.
"""
