"""The state machine of test_interleavings.py without its rules: sessions, subscribers, and the final comparison."""

from __future__ import annotations

import sys
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine

from .environment import USERS, Environment, run
from .model import RECIPIENT_NOT_SEATED, Refused, Room
from .subscriber import Subscriber
from .threaded_stream import ThreadedStream


class RoomMachine(RuleBasedStateMachine):
    """One room in the environment, beside the model of it. Session n is `peers[n - 1]`: its user and `peer_id`."""

    room: int
    model: Room

    def __init__(self, environment: Environment) -> None:
        super().__init__()
        self.environment = environment
        self.peers: list[tuple[str, str]] = []
        self.subscribers: list[Subscriber] = []
        self.open_transaction = False
        self.open_recipient = 0

    def commit_open_transaction(self) -> None:
        here = any(seat.session == self.open_recipient for seat in self.model.roster)
        expected = None if here else RECIPIENT_NOT_SEATED
        self.assert_result(expected, run(self.environment.slow, "commit"))
        self.open_transaction = False

    def teardown(self) -> None:
        # Called also after a failure, which a comparison of what is half done would hide.
        failed = sys.exc_info()[1] is not None
        try:
            if self.open_transaction and not failed:
                self.commit_open_transaction()
            if hasattr(self, "model") and not failed:
                self.compare()
        finally:
            self.environment.slow.connection.execute("rollback")
            self.environment.slow.act_as(None)
            for subscriber in self.subscribers:
                subscriber.stream.disconnect()
            self.clean_up()

    def clean_up(self) -> None:
        """End the room and reset the paces, for the next example."""
        psql = self.environment.psql
        psql.run("update rooms set ended_at = now() where ended_at is null")
        psql.run("delete from paces where true")

    def compare(self) -> None:
        """Tables, model and every subscriber's view are the same."""
        psql = self.environment.psql
        seats = psql.all(
            "select username, role, muted, peer_id::text, user_id, seq from roster where room_id = %s order by seq",
            self.room,
        )
        expected = [
            (s.user, s.role, s.muted, self.peers[s.session - 1][1]) for s in self.model.roster
        ]
        assert [seat[:4] for seat in seats] == expected
        keys = "select hand_raised_at is not null, invited_to_speak_at is not null from roster where room_id = %s order by seq"
        assert psql.all(keys, self.room) == [(s.hand, s.invited) for s in self.model.roster]
        if not self.model.ended:  # a last event for every subscriber: who has it has all before it
            psql.run("update rooms set name = 'Last event' where id = %s", self.room)
        head = int(psql.one("select head_seq from logs where room_id = %s", self.room))
        view = {
            user: (name, role, muted, peer, seq) for name, role, muted, peer, user, seq in seats
        }
        for subscriber in self.subscribers:
            if subscriber.state == "following":
                subscriber.stream.until_seen(head)
                assert not subscriber.stream.ended, subscriber.stream.frames[-3:]
            elif subscriber.state not in ("disconnected", "refused"):
                assert subscriber.stream.until_ended() == subscriber.state
            subscriber.apply_frames()
            self.assert_all_received(subscriber, head)
            if subscriber.state == "following":
                compared = ("username", "role", "muted", "peer_id", "seq")
                assert {
                    user: tuple(seat[key] for key in compared)
                    for user, seat in subscriber.seats.items()
                } == view
                kept = psql.all(
                    "select id from signals where to_peer = %s order by id", subscriber.peer
                )
                assert sorted(subscriber.signals) == [number for (number,) in kept]

    def assert_all_received(self, subscriber: Subscriber, head: int) -> None:
        if subscriber.start is None:
            return  # its seat was given up before the snapshot
        last = head if subscriber.state == "following" else int(subscriber.cursor.partition("-")[2])
        log = self.environment.psql.all(
            "select event_json(e) from events e where room_id = %s and seq > %s and seq <= %s"
            " and (recipient is null or recipient = %s) order by seq",
            *(self.room, subscriber.start, last, self.environment.ids[subscriber.user]),
        )
        received = [
            {key: event[key] for key in event if key != "heard_at"} for event in subscriber.received
        ]
        assert received == [event for (event,) in log], f"{subscriber.user} received other events"

    def user(self, which: int) -> str:
        """A participant; for the numbers from 16 on, any user."""
        roster = self.model.roster
        return roster[which % len(roster)].user if roster and which < 16 else USERS[which % 4]

    def session(self, which: int) -> int:
        """A current session; for the numbers from 16 on, any session so far."""
        roster = self.model.roster
        if roster and which < 16:
            return roster[which % len(roster)].session
        return 1 + which % len(self.peers)

    def send_signal(self, mine: int, theirs: int, kind: str) -> None:
        (user, peer), (_, to_peer) = self.peers[mine - 1], self.peers[theirs - 1]
        expected = self.rule_of(lambda: self.model.signal(user, mine, theirs, kind))
        body = {"type": kind, "sdp": "v=0"} if kind in ("offer", "answer") else {"candidate": ""}
        signal = {"room_id": self.room, "from_peer": peer, "to_peer": to_peer, "kind": kind}
        self.assert_result(
            expected, self.environment.http(user, "POST", "/rows/signals", signal | {"body": body})
        )

    def may_follow(self, session: int, user: str, stream: ThreadedStream) -> bool:
        here = self.model.here(user)
        if here is not None and here.session == session:
            assert stream.problem is None, stream.problem
            return True
        stream.disconnect()
        rule = "participants_peer_id_is_current" if here else "participants_only_for_participants"
        assert stream.problem is not None
        assert stream.problem["rule"] == ("participants_room_is_open" if self.model.ended else rule)
        return False

    def open_stream(self, user: str, peer: str, after: str | None) -> ThreadedStream:
        path = f"/rooms/{self.room}/events"
        return ThreadedStream(
            self.environment.relay.url,
            path,
            self.environment.tokens[user],
            {"peer_id": peer},
            after,
        )

    def expect_ends(self, reason: str) -> None:
        """Expect the streams of all sessions that are no longer current to end with this reason."""
        for subscriber in self.subscribers:
            here = self.model.here(subscriber.user)
            if subscriber.state == "following" and (
                here is None or here.session != subscriber.session
            ):
                subscriber.state = reason

    def seat(self, user: str) -> str:
        return f"/rows/participants?room_id=eq.{self.room}&user_id=eq.{self.environment.ids[user]}"

    def rule_of(self, change: Any) -> str | None:
        """The rule by which the model refuses this change, or None."""
        try:
            change()
        except Refused as refusal:
            return refusal.rule
        return None

    def assert_result(self, expected: str | None, answer: Any) -> None:
        assert (answer.rule if isinstance(answer, Refused) else None) == expected
