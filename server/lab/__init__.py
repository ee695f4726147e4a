"""The lab: compares techniques of signaling, and topologies of media, in the same rooms.

Every technique follows the same log of the same database through the same relay; what differs is how a follower learns of the next
event. It may import everything but the drills; only the command imports it.
"""
