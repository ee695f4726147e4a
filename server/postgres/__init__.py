"""PostgreSQL for relays, media nodes and bots: pools, acting as a user, LISTEN, leases, reading a room, installation.

It may import `log/`, and those modules of `server/` that import none of its folders.
"""
