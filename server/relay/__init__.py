"""What keeps a relay's rooms up to date: room logs, hallway, presence, reaper, invitations, revocations, recording files, periodic tasks.

It may import `postgres/`, `log/` and `formats/`. Its only HTTP is the page of its metrics.
"""
