"""The room as a pure reducer over frames of its log."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

REDUCE = """async (frames) => {
    const { EMPTY, reduce, onStage, inAudience, present, handQueue } = await import('/client/room/state.js')
    let state = EMPTY
    let unchanged = 0
    for (const frame of frames) {
        const next = reduce(state, frame)
        unchanged += next === state
        state = next
    }
    const names = (seats) => seats.map(({ username }) => username)
    return {
        seq: state.seq, epoch: state.epoch, room: state.room, ended: state.ended, unchanged,
        people: names(present(state)), stage: names(onStage(state)), audience: names(inAudience(state)),
        hands: names(handQueue(state)),
        muted: names(present(state).filter(({ muted }) => muted)),
        happenings: state.happenings.map(({ kind, username }) => `${username} ${kind}`),
        ids: state.happenings.map(({ id }) => id),
    }
}"""

Frame = dict[str, Any]


def seat(user: int, name: str, seq: int, **fields: Any) -> dict[str, Any]:
    given = {"user_id": user, "username": name, "seq": seq, "role": "SPEAKER", "muted": True}
    return given | {"peer_id": f"{name}-{seq}", "kind": "person", "room_id": 1} | fields


def snapshot(cursor: str, *seats: dict[str, Any]) -> Frame:
    data = {"cursor": cursor, "room": {"id": 1, "name": "Den"}, "participants": list(seats)}
    return {"type": "snapshot", "cursor": cursor, "data": data | {"signals": [], "hallway": []}}


def event(cursor: str, type: str, record: Any, old: Any = None, **fields: Any) -> Frame:
    seq = int(cursor.rsplit("-", maxsplit=1)[-1])
    data = {"seq": seq, "table": "participants", "type": type, "record": record, "old_record": old}
    return {"type": "participants", "cursor": cursor, "data": data | fields}


def reduce(page: Page, *frames: Frame) -> Any:
    return page.evaluate(REDUCE, list(frames))


RICK = seat(1, "rick", 3)
BETH = seat(2, "beth", 5)


def test_people_are_in_the_order_they_joined(quiet_page: Page) -> None:
    morty = seat(3, "morty", 8, role="AUDIENCE")
    room = reduce(quiet_page, snapshot("1-7", BETH, RICK), event("1-8", "INSERT", morty))
    assert room["people"] == ["rick", "beth", "morty"]
    assert (room["stage"], room["audience"]) == (["rick", "beth"], ["morty"])
    assert room["happenings"] == ["morty joined"]


def test_a_replayed_event_changes_nothing(quiet_page: Page) -> None:
    gone = event("1-8", "DELETE", None, BETH, reason="left")
    room = reduce(quiet_page, snapshot("1-7", RICK, BETH), gone, gone, event("1-6", "INSERT", BETH))
    assert (room["people"], room["unchanged"]) == (["rick"], 2)


def test_an_event_of_another_epoch_waits_for_its_snapshot(quiet_page: Page) -> None:
    stranger = event("2-9", "INSERT", BETH)
    assert reduce(quiet_page, snapshot("1-7", RICK), stranger)["people"] == ["rick"]
    assert reduce(quiet_page, snapshot("1-7", RICK), snapshot("2-1", BETH))["people"] == ["beth"]


def test_a_resumed_stream_keeps_the_room(quiet_page: Page) -> None:
    resumed: Frame = {"type": "snapshot", "cursor": None, "data": {"hallway": []}}
    room = reduce(quiet_page, snapshot("1-7", RICK), resumed, event("1-8", "INSERT", BETH))
    assert (room["people"], room["seq"]) == (["rick", "beth"], 8)


def test_muting_keeps_the_place(quiet_page: Page) -> None:
    change = event("1-8", "UPDATE", RICK | {"muted": False}, RICK)
    room = reduce(quiet_page, snapshot("1-7", RICK, BETH), change)
    assert (room["people"], room["muted"], room["happenings"]) == (["rick", "beth"], ["beth"], [])


def test_hands_queue_in_the_order_they_were_raised(quiet_page: Page) -> None:
    first = "2026-03-01T20:00:00.000200+00:00"
    second = "2026-03-01T20:00:00.000300+00:00"  # the same millisecond
    rick, beth = (each | {"role": "AUDIENCE"} for each in (RICK, BETH))
    waiting = snapshot("1-7", rick | {"hand_raised_at": second}, beth)
    raised = event("1-8", "UPDATE", beth | {"hand_raised_at": first}, beth)
    room = reduce(quiet_page, waiting, raised)
    assert (room["hands"], room["happenings"]) == (["beth", "rick"], ["beth hand"])
    lowered = event("1-9", "UPDATE", beth, beth | {"hand_raised_at": first})
    assert reduce(quiet_page, waiting, raised, lowered)["hands"] == ["rick"]


def test_joining_again_moves_to_the_end(quiet_page: Page) -> None:
    again = seat(1, "rick", 8)
    room = reduce(quiet_page, snapshot("1-7", RICK, BETH), event("1-8", "UPDATE", again, RICK))
    assert (room["people"], room["happenings"]) == (["beth", "rick"], [])


def test_a_host_who_left_is_not_here_though_the_seat_is(quiet_page: Page) -> None:
    host = RICK | {"role": "HOST"}
    away = event("1-8", "UPDATE", host | {"peer_id": None}, host, reason="left")
    room = reduce(quiet_page, snapshot("1-7", host, BETH), away)
    assert (room["people"], room["happenings"]) == (["beth"], ["rick left"])
    back = event("1-9", "UPDATE", seat(1, "rick", 9, role="HOST"), host | {"peer_id": None})
    again = reduce(quiet_page, snapshot("1-7", host, BETH), away, back)
    assert (again["people"], again["happenings"][-1]) == (["beth", "rick"], "rick joined")


def test_what_happened_is_told_with_its_reason(quiet_page: Page) -> None:
    room = reduce(
        quiet_page,
        snapshot("1-7", RICK, BETH | {"muted": False}),
        event("1-8", "UPDATE", BETH | {"muted": True}, BETH),
        event("1-9", "UPDATE", BETH | {"role": "AUDIENCE"}, BETH),
        event("1-10", "DELETE", None, BETH, reason="timeout"),
        event("1-11", "DELETE", None, RICK, reason="removed"),
    )
    assert room["happenings"] == ["beth muted", "beth role", "beth timeout", "rick removed"]
    assert room["ids"] == [1, 2, 3, 4]


def test_happenings_are_bounded_and_their_numbers_only_grow(quiet_page: Page) -> None:
    frames = [
        event(f"1-{n}", "INSERT", seat(n, f"guest {n}", n), committed=None) for n in range(8, 60)
    ]
    room = reduce(quiet_page, snapshot("1-7"), *frames)
    assert room["ids"] == list(range(23, 53))


def test_a_room_that_is_renamed_keeps_what_the_event_does_not_say(quiet_page: Page) -> None:
    data = {"seq": 8, "table": "rooms", "type": "UPDATE", "record": {"name": "Attic"}}
    renamed = {"type": "rooms", "cursor": "1-8", "data": data}
    room = reduce(quiet_page, snapshot("1-7", RICK), renamed)
    assert room["room"] == {"id": 1, "name": "Attic"}
