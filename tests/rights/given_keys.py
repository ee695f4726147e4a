"""Keys of audio, as they are in an encrypted room."""

from __future__ import annotations

from ..people import Psql


def give_keys(psql: Psql, room: int, sender: str, recipients: list[str]) -> None:
    """Everybody in the room has keys, and this session gave these sessions its own. The room is not encrypted, which would forbid to record it."""
    psql.run("set session_replication_role = replica")
    psql.run(
        "update participants set signing_key = 'BA' || repeat('s', 85), agreement_key = 'BA' || repeat('a', 85) where room_id = %s",
        room,
    )
    psql.run("reset session_replication_role")
    for recipient in recipients:
        psql.run(
            "insert into sender_keys (room_id, from_peer, to_peer, kid, wrapped, signature)"
            " values (%s, %s, %s, 1, repeat('w', 59), repeat('s', 86))",
            *(room, sender, recipient),
        )
