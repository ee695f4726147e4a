"""Listening without a seat: the mix of a room, received once from its media node, for any number of HTTP clients.

It may import postgres, formats and what is below them. `http/listen.py` has the addresses.
"""
