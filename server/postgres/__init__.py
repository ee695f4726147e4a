"""PostgreSQL for relays, media nodes and bots: pools, acting as a user, LISTEN, leases, reading a room, installation.

It may import `log/` and the modules of `server/` itself that import nothing further.
"""
