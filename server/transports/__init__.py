"""How clients follow a room: event streams (SSE), polling, long-polling and WebSockets, over the same readers of the log.

It may import relay, rows, identity, postgres and log, and nothing of `http/`.
"""
