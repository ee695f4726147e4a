"""Fault drills: what the README promises, put to the test by breaking things on purpose.

A drill plays on a scene of its own: an embedded PostgreSQL in a temporary folder, relays that are real
processes, followers who resume as an EventSource does, and people who write steadily. When the damage
is done and repaired, what every follower saw is compared with the table `events`.
It may import everything; only the lab and the command import it.
"""
