"""Text and bytes that are read and written: SDP, Ogg, ICE addresses, who may be reached where. Nothing here does I/O.

It may import `types.py`.
"""
