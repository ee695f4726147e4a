"""Fault drills: break things on purpose and check that the README's promises still hold.

A drill has its own environment: an embedded PostgreSQL in a temporary folder, relays that are real
processes, followers that resume as an EventSource does, and users that write steadily. When the fault
is repaired, the events that every follower received are compared with the table `events`.
It may import everything; only the command imports it.
"""
