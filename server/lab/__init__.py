"""The lab: the same room by four signaling techniques, measured side by side.

Every technique follows the same log of the same database through the same relay; what differs is how
a follower learns of the next event. The followers here are clients with their wires in plain view, so
that each byte and each request is counted where it passes, and nothing is taken from the relay's word
that could be counted outside of it.
It may import everything; only the command imports it.
"""
