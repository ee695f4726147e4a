"""The edge of the relay: sessions, limits, checks of hosts and origins, pages, TURN, WHIP, recordings, health, OpenAPI.

It may import everything below it: transports, rows, relay, identity, postgres, log, formats.
"""
