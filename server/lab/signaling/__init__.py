"""The lab: push over SSE, polling, long-polling and WebSocket in the same room, measured one after the other.

Bytes and requests are counted at the followers' sockets; the relay's own counters are used only for what cannot be counted outside of it.
"""
