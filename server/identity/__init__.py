"""Who sends a request: tokens, key sets, where a browser says that a request comes from.

It may import `formats/` and the modules of `server/` itself that import nothing further.
"""
