"""Whatever users do, in any order: tables, model and every subscriber's view are the same at the end.

hypothesis lets four users join, rejoin, leave, give roles, mute, signal, lose their streams, resume and end the
room, over HTTP and in psql, in a fresh room for each example. The model states the result of each request. At the
end every subscriber has received every event it may see, once and in order, across its reconnects.
"""

from __future__ import annotations

import uuid

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test
from psycopg.types.json import Jsonb

from ..conftest import NewDatabase
from .environment import open_environment, run
from .examples import examples
from .model import Room
from .room_machine import RoomMachine
from .subscriber import Subscriber

ROLES = ("HOST", "MODERATOR", "SPEAKER", "AUDIENCE")

users = st.integers(0, 19)  # mostly a participant: see RoomMachine.user and RoomMachine.session
roles = st.sampled_from(ROLES)
interfaces = st.sampled_from(["http", "http", "psql"])


class Interleavings(RoomMachine):
    @initialize(
        stage=st.sampled_from(["open", "moderated"]),
        first=st.permutations(range(4)),
        following=st.integers(0, 4),
    )
    def begin(self, stage: str, first: list[int], following: int) -> None:
        self.room = self.environment.psql.room("anna", "Any order", stage)
        self.model = Room("anna", stage)
        for who in first[:3]:
            self.join(16 + who, None, "http", False)
        for which in range(following):
            self.follow(which)

    # seats

    @rule(who=users, role=st.none() | roles, interface=interfaces, upsert=st.booleans())
    def join(self, who: int, role: str | None, interface: str, upsert: bool) -> None:
        user = self.user(who)
        given = {"room_id": self.room} | ({} if role is None else {"role": role})
        if interface == "psql":
            ask = (user, "select peer_id from join_room(%s, %s)", self.room, role)
            expected, answer = (
                self.rule_of(lambda: self.model.join(user, role)),
                self.environment.in_psql(*ask),
            )
        elif upsert:
            peer = str(uuid.uuid4())
            prefer = {"Prefer": "return=representation, resolution=merge-duplicates"}
            expected = self.rule_of(lambda: self.model.join(user, role))
            answer = self.environment.http(
                user, "POST", "/rows/participants", given | {"peer_id": peer}, prefer
            )
        else:
            expected = self.rule_of(lambda: self.model.join(user, role))
            answer = self.environment.http(user, "POST", "/rows/rpc/join_room", given)
        self.assert_result(expected, answer)
        if expected is None:
            seat = answer[0] if isinstance(answer, list) else answer
            self.peers.append((user, str(seat["peer_id"] if isinstance(seat, dict) else seat)))
            self.expect_ends("taken over")

    @rule(who=users, interface=interfaces)
    def leave(self, who: int, interface: str) -> None:
        user = self.user(who)
        self.model.leave(user)
        if interface == "psql":
            self.assert_result(
                None, self.environment.in_psql(user, "select leave_room(%s)", self.room)
            )
        else:
            self.assert_result(
                None,
                self.environment.http(user, "POST", "/rows/rpc/leave_room", {"room_id": self.room}),
            )
        self.expect_ends("left")

    @rule(by=users, who=users)
    def remove(self, by: int, who: int) -> None:
        actor, user = self.model.host if by % 2 else self.user(by), self.user(who)
        self.model.remove(actor, user)
        self.assert_result(None, self.environment.http(actor, "DELETE", self.seat(user)))
        self.expect_ends("left" if actor == user else "removed")

    @rule(by=users, who=users, role=roles, interface=interfaces)
    def give_role(self, by: int, who: int, role: str, interface: str) -> None:
        actor, user = self.user(by), self.user(who)
        expected = self.rule_of(lambda: self.model.give_role(actor, user, role))
        if interface == "psql":
            statement = "update participants set role = %s where (room_id, user_id) = (%s, %s)"
            answer = self.environment.in_psql(
                actor, statement, role, self.room, self.environment.ids[user]
            )
        else:
            answer = self.environment.http(actor, "PATCH", self.seat(user), {"role": role})
        self.assert_result(expected, answer)

    @rule(by=users, who=users, muted=st.booleans())
    def mute(self, by: int, who: int, muted: bool) -> None:
        user = self.user(who)
        actor = user if by % 2 else self.user(by)
        expected = self.rule_of(lambda: self.model.mute(actor, user, muted))
        self.assert_result(
            expected, self.environment.http(actor, "PATCH", self.seat(user), {"muted": muted})
        )

    @rule(by=users, who=users, invite=st.booleans(), made=st.sampled_from([True, True, False]))
    def stage_access(self, by: int, who: int, invite: bool, made: bool) -> None:
        """An invitation to the stage or a raised hand, made or taken back."""
        user = self.user(who)
        actor = self.model.host if invite and by % 3 else user if by % 3 else self.user(by)
        change = self.model.invite if invite else self.model.raise_hand
        expected = self.rule_of(lambda: change(actor, user, made))
        column = "invited_to_speak_at" if invite else "hand_raised_at"
        body = {column: "2001-01-01T00:00:00Z" if made else None}
        self.assert_result(expected, self.environment.http(actor, "PATCH", self.seat(user), body))

    @precondition(lambda self: self.model.sessions > 4 and not self.model.ended)
    @rule(who=users)
    def end(self, who: int) -> None:
        actor = self.user(who)
        expected = self.rule_of(lambda: self.model.end(actor))
        self.assert_result(
            expected,
            self.environment.http(actor, "POST", "/rows/rpc/end_room", {"room_id": self.room}),
        )
        self.expect_ends("room ended")

    # signals

    @rule(sender=users, to=users, kind=st.sampled_from(["offer", "answer", "candidate", "bye"]))
    def signal(self, sender: int, to: int, kind: str) -> None:
        self.send_signal(self.session(sender), self.session(to), kind)

    @rule(one=users, other=users)
    def negotiate(self, one: int, other: int) -> None:
        """As browsers do: the newcomer offers, the other answers, both send candidates."""
        earlier, newcomer = sorted((self.session(one), self.session(other)))
        if earlier == newcomer:
            return
        self.send_signal(newcomer, earlier, "offer")
        self.send_signal(newcomer, earlier, "candidate")
        self.send_signal(earlier, newcomer, "answer")
        self.send_signal(earlier, newcomer, "candidate")

    @precondition(lambda self: not self.open_transaction)
    @rule(sender=users, to=users)
    def begin_a_transaction(self, sender: int, to: int) -> None:
        mine, theirs = self.session(sender), self.session(to)
        (user, peer), (_, to_peer) = self.peers[mine - 1], self.peers[theirs - 1]
        expected = self.rule_of(lambda: self.model.signal(user, mine, theirs, "candidate"))
        self.environment.slow.connection.execute("begin")
        answer = run(
            self.environment.slow.act_as(user),
            "insert into signals (room_id, from_peer, to_peer, kind, body) values (%s, %s, %s, 'candidate', %s)",
            *(self.room, peer, to_peer, Jsonb({"candidate": "slow"})),
        )
        self.assert_result(expected, answer)
        self.open_transaction, self.open_recipient = expected is None, theirs
        if not self.open_transaction:
            self.environment.slow.connection.execute("rollback")

    @precondition(lambda self: self.open_transaction)
    @rule()
    def commit_the_transaction(self) -> None:
        self.commit_open_transaction()

    # streams

    @precondition(lambda self: len(self.subscribers) < 8)
    @rule(which=users)
    def follow(self, which: int) -> None:
        session = self.session(which)
        user, peer = self.peers[session - 1]
        stream = self.open_stream(user, peer, None)
        if self.may_follow(session, user, stream):
            self.subscribers.append(Subscriber(user, session, peer, stream))

    @precondition(lambda self: any(f.state == "following" for f in self.subscribers))
    @rule(which=users)
    def lose_the_connection(self, which: int) -> None:
        following = [f for f in self.subscribers if f.state == "following"]
        subscriber = following[which % len(following)]
        subscriber.stream.until_first_frame()  # it has a cursor to resume from
        subscriber.stream.disconnect()
        subscriber.apply_frames()
        subscriber.state = "disconnected"

    @precondition(lambda self: any(f.state == "disconnected" for f in self.subscribers))
    @rule(which=users)
    def resume(self, which: int) -> None:
        disconnected = [f for f in self.subscribers if f.state == "disconnected"]
        subscriber = disconnected[which % len(disconnected)]
        stream = self.open_stream(subscriber.user, subscriber.peer, subscriber.cursor)
        if self.may_follow(subscriber.session, subscriber.user, stream):
            subscriber.stream, subscriber.read, subscriber.state = stream, 0, "following"
        else:
            subscriber.state = "refused"


def test_any_order_of_events_leaves_every_subscriber_with_the_same_room(
    new_database: NewDatabase, template: str
) -> None:
    with open_environment(new_database(template)) as environment:
        run_state_machine_as_test(  # a factory is allowed by its documentation
            lambda: Interleavings(environment),  # type: ignore[arg-type]
            settings=examples(80, stateful_step_count=40),
        )
