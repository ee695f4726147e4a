"""A model of a room in plain Python: its seats, what each user may do, and the result of each request.

No SQL and no server: the rules as the article and the README state them. test_interleavings.py compares with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

NOT_OPEN = "participants_room_is_open"
ROLE_NOT_GIVEN = "participants_role_is_allowed"
NO_CONSENT = "participants_have_asked_to_speak"
ONLY_MODERATORS_INVITE = "participants_only_moderators_invite_to_speak"
NOT_IN_THE_AUDIENCE = "participants_only_the_audience_is_invited"
NOT_YOUR_HAND = "participants_raise_only_their_own_hand"
NO_HAND_ON_STAGE = "participants_only_the_audience_raises_hands"
NO_HAND_NEEDED = "participants_hands_are_for_moderated_stages"
ONLY_THEY_UNMUTE = "participants_unmute_only_themselves"
AUDIENCE_IS_MUTED = "participants_audience_is_muted"
NOT_SEATED = "signals_sender_is_seated"
RECIPIENT_NOT_SEATED = "signals_recipient_is_seated"
NOT_BETWEEN_AUDIENCE = "signals_not_between_audience"
NEWCOMER_OFFERS = "signals_newcomer_offers"
NO_OFFER = "signals_answer_has_offer"
NOT_THE_HOST = "rooms_only_the_host_changes_them"


class Refused(Exception):
    """The rule that refuses."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@dataclass
class Seat:
    """`session` numbers the sessions of all seats, so of two participants the newcomer has the larger; 0 is away."""

    user: str
    role: str
    session: int
    muted: bool = True
    hand: bool = False
    invited: bool = False

    def becomes(self, role: str) -> None:
        self.role = role
        self.muted = self.muted or role == "AUDIENCE"
        if role != "AUDIENCE":
            self.hand = self.invited = False


@dataclass
class Room:
    """The room after the requests so far. Every method changes it, or raises Refused and changes nothing."""

    host: str
    stage: str
    ended: bool = False
    seats: dict[str, Seat] = field(default_factory=dict)
    signals: list[tuple[int, int, str]] = field(default_factory=list)
    sessions: int = 0

    @property
    def roster(self) -> list[Seat]:
        """The seats that are taken, in the order of joining."""
        return sorted((s for s in self.seats.values() if s.session), key=lambda seat: seat.session)

    def here(self, user: str) -> Seat | None:
        seat = self.seats.get(user)
        return seat if seat is not None and seat.session else None

    def moderates(self, actor: str) -> bool:
        return actor == self.host or (actor in self.seats and self.seats[actor].role == "MODERATOR")

    def join(self, user: str, role: str | None) -> int:
        """Take a seat, or take it again; returns the number of the session."""
        if self.ended:
            raise Refused(NOT_OPEN)
        asked = role
        if user == self.host:
            role = "HOST"
        elif role is None:
            role = "SPEAKER" if self.stage == "open" else "AUDIENCE"
        elif role != "AUDIENCE" and not (role == "SPEAKER" and self.stage == "open"):
            raise Refused(ROLE_NOT_GIVEN)
        self.sessions += 1
        known = self.seats.get(user)
        if known is not None and asked is None:
            role = known.role
        seat = Seat(user, role, self.sessions)
        if known is not None:
            seat.hand, seat.invited = known.hand, known.invited
        seat.becomes(role)
        self.seats[user] = seat
        return self.sessions

    def leave(self, user: str) -> None:
        seat = self.seats.get(user)
        if seat is None:
            return
        if seat.role == "HOST":
            seat.session, seat.muted = 0, True
        else:
            del self.seats[user]

    def remove(self, actor: str, user: str) -> None:
        """Only moderators can, and never the host: otherwise nothing happens."""
        if actor == user or (self.moderates(actor) and user != self.host):
            self.leave(user)

    def give_role(self, actor: str, user: str, role: str) -> None:
        """A user who does not moderate can only change their own seat."""
        seat = self.seats.get(user)
        if seat is None or not (actor == user or self.moderates(actor)) or seat.role == role:
            return
        gives = role != "HOST" and self.moderates(actor)
        steps = (
            actor == user
            and seat.role != "HOST"
            and (
                role == "AUDIENCE" or (role == "SPEAKER" and (self.stage == "open" or seat.invited))
            )
        )
        if (role == "HOST") != (user == self.host) or not (gives or steps):
            raise Refused(ROLE_NOT_GIVEN)
        if seat.role == "AUDIENCE" and not seat.hand and actor != user:
            raise Refused(NO_CONSENT)
        seat.becomes(role)

    def raise_hand(self, actor: str, user: str, raised: bool) -> None:
        seat = self.seats.get(user)
        if seat is None or not (actor == user or self.moderates(actor)):
            return
        if seat.hand or not raised:
            seat.hand = raised
        elif actor != user:
            raise Refused(NOT_YOUR_HAND)
        elif seat.invited:
            seat.becomes("SPEAKER")
        elif seat.role != "AUDIENCE":
            raise Refused(NO_HAND_ON_STAGE)
        elif self.stage == "open":
            raise Refused(NO_HAND_NEEDED)
        else:
            seat.hand = True

    def invite(self, actor: str, user: str, invited: bool) -> None:
        seat = self.seats.get(user)
        if seat is None or not (actor == user or self.moderates(actor)):
            return
        if seat.invited or not invited:
            seat.invited = invited
        elif not self.moderates(actor):
            raise Refused(ONLY_MODERATORS_INVITE)
        elif seat.role != "AUDIENCE":
            raise Refused(NOT_IN_THE_AUDIENCE)
        elif seat.hand:
            seat.becomes("SPEAKER")
        else:
            seat.invited = True

    def mute(self, actor: str, user: str, muted: bool) -> None:
        seat = self.seats.get(user)
        if seat is None or not (actor == user or self.moderates(actor)):
            return
        if seat.muted and not muted:
            if actor != user:
                raise Refused(ONLY_THEY_UNMUTE)
            if seat.role == "AUDIENCE":
                raise Refused(AUDIENCE_IS_MUTED)
        seat.muted = muted

    def signal(self, sender: str, from_session: int, to_session: int, kind: str) -> None:
        mine = self.here(sender)
        if mine is None or mine.session != from_session:
            raise Refused(NOT_SEATED)
        theirs = next((seat for seat in self.roster if seat.session == to_session), None)
        if theirs is None or theirs.user == sender:
            raise Refused(RECIPIENT_NOT_SEATED)
        unheard = mine.role == theirs.role == "AUDIENCE" and not (mine.invited or theirs.invited)
        if kind in ("offer", "answer") and unheard:
            raise Refused(NOT_BETWEEN_AUDIENCE)
        sent = [k for a, b, k in self.signals if (a, b) == (from_session, to_session)]
        if kind == "offer" and from_session < to_session and "answer" not in sent:
            raise Refused(NEWCOMER_OFFERS)
        if kind == "answer":
            between = [
                (a, k)
                for a, b, k in self.signals
                if {a, b} == {from_session, to_session}
                and k == ("answer" if a == from_session else "offer")
            ]
            if not between or between[-1][0] == from_session:
                raise Refused(NO_OFFER)
        self.signals.append((from_session, to_session, kind))

    def end(self, actor: str) -> None:
        if self.ended:
            raise Refused(NOT_OPEN)
        if actor != self.host:
            raise Refused(NOT_THE_HOST)
        self.ended = True
        self.seats.clear()
