"""What keeps a relay's rooms up to date: room logs, hallway, invitations, revocations, presence, periodic tasks.

It may import `postgres/`, `log/` and `formats/`, and knows nothing of HTTP requests but its own metrics page.
"""
