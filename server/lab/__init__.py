"""The lab: measures four signaling techniques (and three media topologies) in the same rooms.

Every technique follows the same log of the same database through the same relay; what differs is how
a follower learns of the next event. The followers are clients with their own network code, so
that each byte and each request is counted at their sockets; the relay's own counters are used only for
what cannot be counted outside of it.
It may import everything; only the command imports it.
"""
