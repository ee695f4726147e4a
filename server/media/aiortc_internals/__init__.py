"""Everything that is used of aiortc and aioice beyond their public interface, and nothing else. docs/internals.md says why.

Only this folder may use a private name of theirs; `names.py` lists these names with their types, and a test checks each.
May import `rtp.py`, `packets.py`, aiortc, aioice and pylibsrtp.
"""
