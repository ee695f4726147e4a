"""Whatever people do in whatever order: tables, model and every follower's view come to the same.

hypothesis lets four people join, rejoin, leave, give roles, mute, signal, lose their streams, resume and end
the room, over HTTP and in psql, in a fresh room each time. The model says what each request must come to, and at
the end every follower must have been told every event it may see, once and in order, across its reconnects.
"""

from __future__ import annotations

import uuid
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from psycopg.types.json import Jsonb

from ..conftest import NewDatabase
from .follower import Follower
from .listening import Listening
from .model import NOBODY_THERE, Refused, Room
from .place import PEOPLE, Place, open_place, typed
from .profile import examples

ROLES = ("HOST", "MODERATOR", "SPEAKER", "AUDIENCE")

people = st.integers(0, 19)  # mostly somebody who is there: see _person and _session
roles = st.sampled_from(ROLES)
ways = st.sampled_from(["http", "http", "psql"])


class Interleavings(RuleBasedStateMachine):
    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.peers: list[tuple[str, str]] = []  # session n is peers[n - 1]: whose, and its peer_id
        self.followers: list[Follower] = []
        self.open_transaction = False
        self.long_recipient = 0

    @initialize(
        stage=st.sampled_from(["open", "moderated"]),
        first=st.permutations(range(4)),
        following=st.integers(0, 4),
    )
    def begin(self, stage: str, first: list[int], following: int) -> None:
        self.room = self.place.psql.room("anna", "Any order", stage)
        self.model = Room("anna", stage)
        for who in first[:3]:
            self.join(16 + who, None, "http", False)
        for which in range(following):
            self.follow(which)

    # what people do to seats

    @rule(who=people, role=st.none() | roles, way=ways, upsert=st.booleans())
    def join(self, who: int, role: str | None, way: str, upsert: bool) -> None:
        user = self._person(who)
        given = {"room_id": self.room} | ({} if role is None else {"role": role})
        if way == "psql":
            ask = (user, "select peer_id from join_room(%s, %s)", self.room, role)
            expected, answer = (
                self._expect(lambda: self.model.join(user, role)),
                self.place.typed(*ask),
            )
        elif upsert:
            peer = str(uuid.uuid4())
            prefer = {"Prefer": "return=representation, resolution=merge-duplicates"}
            expected = self._expect(lambda: self.model.join(user, role))
            answer = self.place.http(
                user, "POST", "/rows/participants", given | {"peer_id": peer}, prefer
            )
        else:
            expected = self._expect(lambda: self.model.join(user, role))
            answer = self.place.http(user, "POST", "/rows/rpc/join_room", given)
        self._agree(expected, answer)
        if expected is None:
            seat = answer[0] if isinstance(answer, list) else answer
            self.peers.append((user, str(seat["peer_id"] if isinstance(seat, dict) else seat)))
            self._over("taken over")

    @rule(who=people, way=ways)
    def leave(self, who: int, way: str) -> None:
        user = self._person(who)
        self.model.leave(user)
        if way == "psql":
            self._agree(None, self.place.typed(user, "select leave_room(%s)", self.room))
        else:
            self._agree(
                None, self.place.http(user, "POST", "/rows/rpc/leave_room", {"room_id": self.room})
            )
        self._over("left")

    @rule(by=people, who=people)
    def remove(self, by: int, who: int) -> None:
        actor, user = self.model.host if by % 2 else self._person(by), self._person(who)
        self.model.remove(actor, user)
        self._agree(None, self.place.http(actor, "DELETE", self._seat(user)))
        self._over("left" if actor == user else "removed")

    @rule(by=people, who=people, role=roles, way=ways)
    def give_role(self, by: int, who: int, role: str, way: str) -> None:
        actor, user = self._person(by), self._person(who)
        expected = self._expect(lambda: self.model.give_role(actor, user, role))
        if way == "psql":
            statement = "update participants set role = %s where (room_id, user_id) = (%s, %s)"
            answer = self.place.typed(actor, statement, role, self.room, self.place.ids[user])
        else:
            answer = self.place.http(actor, "PATCH", self._seat(user), {"role": role})
        self._agree(expected, answer)

    @rule(by=people, who=people, muted=st.booleans())
    def mute(self, by: int, who: int, muted: bool) -> None:
        user = self._person(who)
        actor = user if by % 2 else self._person(by)
        expected = self._expect(lambda: self.model.mute(actor, user, muted))
        self._agree(expected, self.place.http(actor, "PATCH", self._seat(user), {"muted": muted}))

    @rule(by=people, who=people, invite=st.booleans(), yes=st.sampled_from([True, True, False]))
    def key(self, by: int, who: int, invite: bool, yes: bool) -> None:
        """The two keys to the stage: an invitation or a hand, given or taken back."""
        user = self._person(who)
        actor = self.model.host if invite and by % 3 else user if by % 3 else self._person(by)
        turn = self.model.invite if invite else self.model.raise_hand
        expected = self._expect(lambda: turn(actor, user, yes))
        column = "invited_to_speak_at" if invite else "hand_raised_at"
        change = {column: "2001-01-01T00:00:00Z" if yes else None}
        self._agree(expected, self.place.http(actor, "PATCH", self._seat(user), change))

    @precondition(lambda self: self.model.sessions > 4 and not self.model.ended)
    @rule(who=people)
    def end(self, who: int) -> None:
        actor = self._person(who)
        expected = self._expect(lambda: self.model.end(actor))
        self._agree(
            expected, self.place.http(actor, "POST", "/rows/rpc/end_room", {"room_id": self.room})
        )
        self._over("room ended")

    # what sessions say to each other

    @rule(sender=people, to=people, kind=st.sampled_from(["offer", "answer", "candidate", "bye"]))
    def signal(self, sender: int, to: int, kind: str) -> None:
        self._signal(self._session(sender), self._session(to), kind)

    @rule(one=people, other=people)
    def negotiate(self, one: int, other: int) -> None:
        """As peers do: the newcomer offers, the other answers, both find candidates."""
        elder, newcomer = sorted((self._session(one), self._session(other)))
        if elder == newcomer:
            return
        self._signal(newcomer, elder, "offer")
        self._signal(newcomer, elder, "candidate")
        self._signal(elder, newcomer, "answer")
        self._signal(elder, newcomer, "candidate")

    @precondition(lambda self: not self.open_transaction)
    @rule(sender=people, to=people)
    def begin_a_long_transaction(self, sender: int, to: int) -> None:
        mine, theirs = self._session(sender), self._session(to)
        (user, peer), (_, to_peer) = self.peers[mine - 1], self.peers[theirs - 1]
        expected = self._expect(lambda: self.model.signal(user, mine, theirs, "candidate"))
        self.place.slow.connection.execute("begin")
        answer = typed(
            self.place.slow.act_as(user),
            "insert into signals (room_id, from_peer, to_peer, kind, body) values (%s, %s, %s, 'candidate', %s)",
            *(self.room, peer, to_peer, Jsonb({"candidate": "slow"})),
        )
        self._agree(expected, answer)
        self.open_transaction, self.long_recipient = expected is None, theirs
        if not self.open_transaction:
            self.place.slow.connection.execute("rollback")

    @precondition(lambda self: self.open_transaction)
    @rule()
    def commit_the_long_transaction(self) -> None:
        self._commit_the_long_transaction()

    def _commit_the_long_transaction(self) -> None:
        here = any(seat.session == self.long_recipient for seat in self.model.roster)
        expected = None if here else NOBODY_THERE
        self._agree(expected, typed(self.place.slow, "commit"))
        self.open_transaction = False

    # who listens

    @precondition(lambda self: len(self.followers) < 8)
    @rule(which=people)
    def follow(self, which: int) -> None:
        session = self._session(which)
        user, peer = self.peers[session - 1]
        stream = self._listen(user, peer, None)
        if self._may_follow(session, user, stream):
            self.followers.append(Follower(user, session, peer, stream))

    @precondition(lambda self: any(f.state == "following" for f in self.followers))
    @rule(which=people)
    def lose_the_line(self, which: int) -> None:
        following = [f for f in self.followers if f.state == "following"]
        follower = following[which % len(following)]
        follower.stream.until_begun()  # a cursor to come back with
        follower.stream.hang_up()
        follower.take()
        follower.state = "hung up"

    @precondition(lambda self: any(f.state == "hung up" for f in self.followers))
    @rule(which=people)
    def come_back(self, which: int) -> None:
        away = [f for f in self.followers if f.state == "hung up"]
        follower = away[which % len(away)]
        stream = self._listen(follower.user, follower.peer, follower.cursor)
        if self._may_follow(follower.session, follower.user, stream):
            follower.stream, follower.read, follower.state = stream, 0, "following"
        else:
            follower.state = "refused"

    # what must be true in the end

    def teardown(self) -> None:
        try:
            if self.open_transaction:
                self._commit_the_long_transaction()
            if hasattr(self, "model"):
                self._compare()
        finally:
            self.place.slow.connection.execute("rollback")
            self.place.slow.act_as(None)
            for follower in self.followers:
                follower.stream.hang_up()
            if hasattr(self, "model"):
                self._forget()

    def _forget(self) -> None:
        """The next example's people have sat in no room and written nothing yet."""
        psql = self.place.psql
        psql.run("update rooms set ended_at = now() where ended_at is null")
        psql.run("delete from paces where true")

    def _compare(self) -> None:
        psql = self.place.psql
        seats = psql.all(
            "select username, role, muted, peer_id::text, user_id, seq from roster where room_id = %s order by seq",
            self.room,
        )
        modelled = [
            (s.user, s.role, s.muted, self.peers[s.session - 1][1]) for s in self.model.roster
        ]
        assert [seat[:4] for seat in seats] == modelled
        keys = "select hand_raised_at is not null, invited_to_speak_at is not null from roster where room_id = %s order by seq"
        assert psql.all(keys, self.room) == [(s.hand, s.invited) for s in self.model.roster]
        if not self.model.ended:  # one more event for everybody: who has it has all before it
            psql.run("update rooms set name = 'Now look' where id = %s", self.room)
        head = int(psql.one("select head_seq from logs where room_id = %s", self.room))
        view = {
            user: (name, role, muted, peer, seq) for name, role, muted, peer, user, seq in seats
        }
        for follower in self.followers:
            if follower.state == "following":
                follower.stream.until_seen(head)
                assert not follower.stream.ended, follower.stream.frames[-3:]
            elif follower.state not in ("hung up", "refused"):
                assert follower.stream.until_ended() == follower.state
            follower.take()
            self._told_everything(follower, head)
            if follower.state == "following":
                told = ("username", "role", "muted", "peer_id", "seq")
                assert {
                    user: tuple(seat[key] for key in told) for user, seat in follower.seats.items()
                } == view
                waiting = psql.all(
                    "select id from signals where to_peer = %s order by id", follower.peer
                )
                assert sorted(follower.signals) == [number for (number,) in waiting]

    def _told_everything(self, follower: Follower, head: int) -> None:
        if follower.start is None:
            return  # its seat was gone before it was told anything
        last = head if follower.state == "following" else int(follower.cursor.partition("-")[2])
        log = self.place.psql.all(
            "select event_json(e) from events e where room_id = %s and seq > %s and seq <= %s"
            " and (recipient is null or recipient = %s) order by seq",
            *(self.room, follower.start, last, self.place.ids[follower.user]),
        )
        told = [{key: event[key] for key in event if key != "heard_at"} for event in follower.told]
        assert told == [event for (event,) in log], f"{follower.user} was told something else"

    def _person(self, which: int) -> str:
        """Somebody who is there; for the last few numbers, whoever they name."""
        roster = self.model.roster
        return roster[which % len(roster)].user if roster and which < 16 else PEOPLE[which % 4]

    def _session(self, which: int) -> int:
        """A session that is current; for the last few numbers, any that ever was."""
        roster = self.model.roster
        if roster and which < 16:
            return roster[which % len(roster)].session
        return 1 + which % len(self.peers)

    def _signal(self, mine: int, theirs: int, kind: str) -> None:
        (user, peer), (_, to_peer) = self.peers[mine - 1], self.peers[theirs - 1]
        expected = self._expect(lambda: self.model.signal(user, mine, theirs, kind))
        body = {"type": kind, "sdp": "v=0"} if kind in ("offer", "answer") else {"candidate": ""}
        signal = {"room_id": self.room, "from_peer": peer, "to_peer": to_peer, "kind": kind}
        self._agree(
            expected, self.place.http(user, "POST", "/rows/signals", signal | {"body": body})
        )

    def _may_follow(self, session: int, user: str, stream: Listening) -> bool:
        here = self.model.here(user)
        if here is not None and here.session == session:
            assert stream.problem is None, stream.problem
            return True
        stream.hang_up()
        rule = "participants_peer_is_current" if here else "participants_only_for_those_inside"
        assert stream.problem is not None
        assert stream.problem["rule"] == ("participants_room_is_open" if self.model.ended else rule)
        return False

    def _listen(self, user: str, peer: str, after: str | None) -> Listening:
        path = f"/rooms/{self.room}/events"
        return Listening(
            self.place.relay.url, path, self.place.tokens[user], {"peer_id": peer}, after
        )

    def _over(self, reason: str) -> None:
        """The streams of sessions that are no more must end, and say why."""
        for follower in self.followers:
            here = self.model.here(follower.user)
            if follower.state == "following" and (here is None or here.session != follower.session):
                follower.state = reason

    def _seat(self, user: str) -> str:
        return f"/rows/participants?room_id=eq.{self.room}&user_id=eq.{self.place.ids[user]}"

    def _expect(self, change: Any) -> str | None:
        try:
            change()
        except Refused as refusal:
            return refusal.rule
        return None

    def _agree(self, expected: str | None, answer: Any) -> None:
        assert (answer.rule if isinstance(answer, Refused) else None) == expected


def test_any_order_of_events_leaves_everybody_with_the_same_room(
    new_database: NewDatabase, template: str
) -> None:
    with open_place(new_database(template)) as place:
        run_state_machine_as_test(  # a factory will do, as its own documentation has it
            lambda: Interleavings(place),  # type: ignore[arg-type]
            settings=examples(80, stateful_step_count=40),
        )
