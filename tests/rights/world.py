"""The users, room and club of the rights tests: an actor for each kind of user."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ..people import Psql
from .captions import caption
from .given_keys import give_keys

SEATED: Final = ("audience", "speaker", "moderator", "host")
IN_THE_CLUB: Final = ("host", "member", "admin", "owner")
PEOPLE: Final = (
    "outsider", "audience", "speaker", "moderator", "host", "banned", "member", "admin", "owner",
)  # fmt: skip
ACTORS: Final = ("anonymous", *PEOPLE, "relay")


@dataclass
class World:
    """Ids of people by name, of the room and the club, of another room and another club.

    `relay` is the relay's own login, which acts as nobody. The room is moderated and stands in the club; `guest`, who has a caption, and `gina` sit in it beside the actors, and `listener`, whose hand is up; `audience` is
    invited to speak. The other room and club are `far`'s, where `fay` sits and belongs, and so is a hidden room, for the invited. The next room and a later one are still to open, and are the host's. The room is on a node and was recorded, with its four actors there; in the next one a recording runs.
    """

    people: dict[str, int]
    peers: dict[str, str] = field(default_factory=dict)
    room: int = 0
    club: int = 0
    far_room: int = 0
    far_club: int = 0
    hidden_room: int = 0
    hidden_later_room: int = 0
    next_room: int = 0
    later_room: int = 0
    topic: int = 0
    epoch: int = 0
    recording: int = 0
    caption: int = 0

    def claims(self, actor: str) -> str:
        """The claims of an actor whose token the relay has verified."""
        return f'{{"sub": "{self.people[actor]}"}}' if actor in self.people else "{}"


def make(psql: Psql) -> World:
    """Fill an empty database, as its operator."""
    names = (*PEOPLE, "guest", "gina", "listener", "friend", "far", "fay", "foe")
    world = World({name: psql.person(name) for name in names})
    people = world.people
    world.topic = psql.one("insert into topics (name) values ('Tea') returning id")
    world.club = _club(psql, "Kettle", people["owner"])
    world.far_club = _club(psql, "Far away", people["far"])
    for name, role in (
        ("host", "MEMBER"),
        ("member", "MEMBER"),
        ("admin", "ADMIN"),
        ("friend", "MEMBER"),
    ):
        _belongs(psql, world.club, people[name], role)
    _belongs(psql, world.far_club, people["fay"], "MEMBER")
    for name in ("fay", *(name for name in PEOPLE if name != "owner")):  # who follows it already
        psql.run(
            "insert into followers (user_id, club_id) values (%s, %s)", people[name], world.club
        )

    room = "insert into rooms (name, club_id, host_id, stage) values (%s, %s, %s, 'moderated') returning id"
    world.room = psql.one(room, "Tea", world.club, people["host"])
    world.far_room = psql.one(room, "Elsewhere", world.far_club, people["far"])
    world.hidden_room = psql.one(
        "insert into rooms (name, host_id, access) values ('Hush', %s, 'invited') returning id",
        people["far"],
    )
    world.hidden_later_room = psql.one(
        "insert into rooms (name, host_id, access, starts_at) values ('Hush', %s, 'invited', now() + interval '1 day') returning id",
        people["far"],
    )
    world.next_room, world.later_room = (
        psql.one(
            "insert into rooms (name, host_id, starts_at) values (%s, %s, now() + interval '1 day') returning id",
            name,
            people["host"],
        )
        for name in ("Tomorrow", "Some day")
    )
    seats = (
        ("host", None), ("guest", "SPEAKER"), ("gina", "SPEAKER"),
        ("audience", None), ("listener", None), ("speaker", "SPEAKER"), ("moderator", "MODERATOR"),
    )  # fmt: skip
    for name, given in seats:
        world.peers[name] = psql.seat(world.room, name, given)
    for name in ("far", "fay"):
        world.peers[name] = psql.seat(world.far_room, name)
    psql.run(
        "update participants set hand_raised_at = now() where user_id = any (%s)",
        [people["listener"], people["fay"]],
    )
    psql.run(
        "update participants set invited_to_speak_at = now() where user_id = %s", people["audience"]
    )
    psql.seat(world.hidden_room, "far")
    for sender, recipient in (
        ("gina", "guest"), ("audience", "host"), ("speaker", "host"), ("moderator", "host"), ("fay", "far"),
    ):  # fmt: skip
        psql.run(
            "insert into signals (room_id, from_peer, to_peer, kind, body)"
            ' select room_id, %s, %s, \'offer\', \'{"type": "offer", "sdp": "v=0"}\' from participants where peer_id = %s',
            world.peers[sender],
            world.peers[recipient],
            world.peers[recipient],
        )
    give_keys(
        psql, world.room, world.peers["gina"], [world.peers[name] for name in ("guest", *SEATED)]
    )
    for where, name in (
        (world.room, "guest"), (world.room, "audience"), (world.room, "speaker"),
        (world.room, "moderator"), (world.room, "host"), (world.far_room, "fay"),
    ):  # fmt: skip
        psql.run(
            "insert into messages (room_id, user_id, body) values (%s, %s, 'Hello')",
            where,
            people[name],
        )
        psql.run(
            "insert into reactions (room_id, user_id, emoji) values (%s, %s, '👏')",
            where,
            people[name],
        )
        psql.run(
            "insert into reports (room_id, reported_id, reporter, reason) values (%s, %s, %s, 'Rude')",
            where,
            people["gina" if where == world.room else "far"],
            people[name],
        )
    for name in ("fay", *PEOPLE):
        psql.run(
            "insert into blocks (user_id, blocked_id) values (%s, %s)", people[name], people["foe"]
        )
        psql.run(
            "insert into follows (user_id, followed_id) values (%s, %s)",
            people[name],
            people["friend"],
        )
    psql.run(
        "insert into paces (room_id, user_id, kind, settled_at, last_at) values (%s, 1, 'messages', now(), now())",
        world.room,
    )
    for where, who in ((world.room, "banned"), (world.far_room, "foe")):
        psql.run("insert into bans (room_id, user_id) values (%s, %s)", where, people[who])
    caption(
        psql,
        [world.room, world.far_room],
        [people[name] for name in ("speaker", "moderator", "host")],
    )
    theirs = "select id from captions where room_id = %s and user_id = %s"
    world.caption = psql.one(theirs, world.room, people["guest"])
    _invite(psql, world)
    _record(psql, world)
    psql.run("select relay_secret('jwt'), relay_heartbeat('relay-1', 'here')")
    psql.run("select node_register('sfu-1', 'sfu', 1)")
    psql.run("insert into deleted_recordings (file, of_original) values ('gone.ogg', false)")
    psql.run("insert into revoked_tokens (jti, expires_at) values ('1', now() + interval '1 day')")
    psql.run(
        "insert into openid_sessions (jti, user_id, expires_at) values ('1', 1, now() + interval '1 day')"
    )
    psql.run(  # two each, because the last one stays
        "insert into passkeys (user_id, credential_id, public_key, user_handle, sign_count, name)"
        " select u.id, convert_to(u.id || each, 'UTF8'), 'x', 'x', 0, each from users u, unnest(array['Phone', 'Key']) each"
    )
    psql.run(
        "insert into access_tokens (jti, user_id, name, expires_at)"
        " select u.id || each, u.id, each, now() + interval '1 day' from users u, unnest(array['OBS', 'Bot']) each"
    )
    psql.run(
        "insert into passkey_challenges (challenge, address, expires_at) values ('1', '', now() + interval '1 day')"
    )
    psql.run(
        "insert into passkey_challenges (challenge, user_id, user_handle, address, expires_at, used_at)"
        " values ('made', %s, 'x', '', now() + interval '1 day', now())",
        world.people["guest"],
    )
    psql.run(
        "insert into recovery_links (secret_hash, user_id, expires_at) values ('1', 1, now() + interval '1 day')"
    )
    world.epoch = psql.one("select epoch from logs where room_id = %s", world.room)
    return world


def _invite(psql: Psql, world: World) -> None:
    """Invitations made and accepted, guests, and people who wait for a room."""
    people = world.people
    for room, club, name, maker, code in (
        (None, world.club, "foe", None, "club"),
        (world.room, None, "foe", None, "room"),
        (world.room, None, "outsider", people["moderator"], "named"),
    ):
        psql.run(
            "insert into invitations (room_id, club_id, invited_user, invited_by, code) values (%s, %s, %s, %s, %s)",
            room,
            club,
            people[name],
            maker,
            code,
        )
    links = "insert into invitations (club_id, code) values (%s, %s)"
    for club, code in ((world.far_club, "link"), (world.far_club, "taken"), (world.club, "ours")):
        psql.run(links, club, code)
    for code, name in (("taken", "outsider"), ("ours", "fay"), ("taken", "gina")):
        psql.run(
            "insert into acceptances (invitation_id, user_id) select id, %s from invitations where code = %s",
            people[name],
            code,
        )
    for where, name in ((world.room, "outsider"), (world.room, "fay"), (world.far_room, "foe")):
        psql.run("insert into guests (room_id, user_id) values (%s, %s)", where, people[name])
        psql.run(
            "insert into kept_roles (room_id, user_id, role, expires_at) values (%s, %s, 'SPEAKER', now() + interval '1 hour')",
            where,
            people[name],
        )
        psql.run(
            "insert into visits (room_id, user_id, role) values (%s, %s, 'SPEAKER')",
            where,
            people[name],
        )
    psql.run(
        # A removal can be undone for a minute, and all tests of a file last longer.
        "insert into events (room_id, seq, table_name, type, old_record, reason, committed_at)"
        " values (%s, 0, 'participants', 'DELETE', jsonb_build_object('user_id', %s::bigint, 'role', 'SPEAKER'), 'removed', now() + interval '1 day')",
        world.room,
        people["foe"],
    )
    psql.run(
        "insert into calendar_addresses (user_id, secret_hash) select id, convert_to(id::text, 'UTF8') from users"
    )
    psql.run(
        "insert into push_subscriptions (user_id, endpoint, p256dh, auth)"
        " select id, 'https://push.example/' || id, 'B' || repeat('A', 86), repeat('A', 22) from users"
    )
    psql.run("insert into lab_lanes (place, label) values (1, 'NATS')")
    psql.run("insert into unwanted_pushes (user_id, kind) select id, 'followed' from users")
    psql.run(
        "insert into push_occasions (kind, room_id, expires_at) values ('followed', %s, now() + interval '1 hour')",
        world.room,
    )
    psql.run(
        "insert into pushes (occasion_id, subscription_id) select o.id, s.id from push_occasions o, push_subscriptions s"
    )
    psql.run(
        "insert into co_host_notices (room_id, user_id) select %s, id from users", world.next_room
    )
    for name in (*PEOPLE, "foe"):
        planned, person = world.next_room, people[name]
        psql.run("insert into reminders (room_id, user_id) values (%s, %s)", planned, person)


def _record(psql: Psql, world: World) -> None:
    """Recordings, as they are when a node was there: without triggers, for none is."""
    people = world.people
    psql.run("set session_replication_role = replica")
    # Chosen by its host: where it is automatic, a heartbeat moves the room to a mesh, in the middle of a test.
    chosen = "topology = 'sfu', topology_is_auto = false"
    psql.run(f"update rooms set {chosen} where id = %s", world.room)
    psql.run("insert into assignments (room_id, node_id) values (%s, 'one')", world.room)
    psql.run(
        "insert into mix_receivers (room_id, node_id, address, port, key) values (%s, 'one', '127.0.0.1', 9, repeat('a', 40))",
        world.room,
    )
    psql.run("insert into speakers (room_id, users) values (%s, '{1}')", world.room)
    for room, host, ended, who in (
        (world.room, "host", True, SEATED),
        (world.next_room, "host", False, ()),
        (world.far_room, "far", True, ("far", "fay")),
    ):
        recording = psql.one(
            "insert into recordings (room_id, started_by, started_at, ended_at, file)"
            " values (%s, %s, now(), case when %s then clock_timestamp() end, '00000000-' || gen_random_uuid() || '.ogg')"
            " returning id",
            room,
            people[host],
            ended,
        )
        for name in who:
            psql.run("insert into recorded_seats values (%s, %s)", recording, people[name])
        if room == world.room:
            world.recording = recording
    psql.run("reset session_replication_role")


def _club(psql: Psql, name: str, owner: int) -> int:
    return int(
        psql.one("insert into clubs (name, owner_id) values (%s, %s) returning id", name, owner)
    )


def _belongs(psql: Psql, club: int, user: int, role: str) -> None:
    psql.run("insert into members (club_id, user_id, role) values (%s, %s, %s)", club, user, role)
