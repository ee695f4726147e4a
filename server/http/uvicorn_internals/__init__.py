"""The only place that uses parts of uvicorn that are not its documented interface (docs/internals.md).

uvicorn has no setting for the size of a request head, the time in which a request arrives, or the number of fragments
and messages of a WebSocket, and offers no transport to an application. So its two protocol classes are subclassed;
`../request_bounds.py` has the bounds. `tests/server/http/test_uvicorn_internals.py` has a test for every name that is used here.
"""
