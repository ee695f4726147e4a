"""Which notifications are noted, for whom, and what becomes of them: by rows alone."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import psycopg
import pytest

from ...people import Psql
from .rows import KEY, SECRET, open_now, plan, remind, settle, subscribe, taken


def test_a_room_of_somebody_one_follows_is_told_once(push: Psql) -> None:
    subscribe(push, "dan")
    push.room("amara")
    assert taken(push) == [("followed", "beth"), ("followed", "cleo")]
    assert taken(push) == []  # another relay gets none of them meanwhile
    settle(push, "sent")
    assert taken(push) == []
    assert push.one("select count(*) from push_occasions") == 0


def test_a_message_names_the_room_and_its_host_and_where_to_go(push: Psql) -> None:
    room = push.room("amara", "Tea at night")
    row = push.one("select to_jsonb(t) from relay_take_pushes(1, interval '1 minute') t")
    assert row["endpoint"] == "https://push.example/beth"
    assert row["seconds"] == 600
    assert psql_json(push, row["message"]) == {
        "kind": "followed", "room": "Tea at night", "by": "amara", "path": f"rooms/{room}",
    }  # fmt: skip


def psql_json(psql: Psql, text: str) -> Any:
    return psql.one("select %s::jsonb", text)


def test_a_reminder_is_told_instead_of_a_followed_host_and_only_when_the_room_opens(
    push: Psql,
) -> None:
    room = plan(push)
    remind(push, room, "beth")
    assert taken(push) == []
    open_now(push, room)
    assert taken(push) == [("followed", "cleo"), ("reminder", "beth")]


def test_a_planned_room_that_opens_by_its_time_is_told(push: Psql) -> None:
    room = plan(push)
    remind(push, room, "beth")
    push.run("update rooms set starts_at = now() where id = %s", room)
    assert ("reminder", "beth") in taken(push)


def test_invitations_to_speak_and_to_rooms_are_told(push: Psql) -> None:
    room = push.room("amara", stage="moderated")
    push.seat(room, "amara")
    push.seat(room, "beth")
    assert taken(push) == [("followed", "cleo")]
    settle(push, "sent")
    push.act_as("amara").one("select invite_to_speak(%s, 'beth')", room)
    push.one("select invite_to_room(%s, 'cleo')", room)
    push.act_as(None)
    assert taken(push) == [("invitation", "cleo"), ("speak", "beth")]
    code = push.one("select code from invitations where invited_user is not null")
    settle(push, "failed")
    push.run("update pushes set due_at = now() where attempts > 0")
    messages = push.all("select kind, message::jsonb ->> 'path' from relay_take_pushes(9, '1 s')")
    assert sorted(messages) == [("invitation", f"invitations/{code}"), ("speak", f"rooms/{room}")]


@pytest.mark.parametrize("kind", ["reminder", "followed", "speak", "invitation"])
def test_each_kind_is_switched_off_by_its_user(push: Psql, kind: str) -> None:
    push.act_as("beth").run("insert into unwanted_pushes (kind) values (%s)", kind)
    assert push.one("select kind from unwanted_pushes") == kind
    push.act_as("cleo")
    assert push.one("select count(*) from unwanted_pushes") == 0
    push.act_as(None)
    room = plan(push)
    remind(push, room, "beth")
    remind(push, room, "cleo")
    open_now(push, room)
    push.run("update rooms set stage = 'moderated' where id = %s", room)
    all_kinds = {name for name, user in taken(push) if user == "beth"}
    settle(push, "sent")
    second = push.room("amara")
    all_kinds |= {name for name, user in taken(push) if user == "beth"}
    settle(push, "sent")
    push.seat(room, "amara")
    push.seat(room, "beth", "AUDIENCE")
    push.act_as("amara").one("select invite_to_speak(%s, 'beth')", room)
    push.one("select invite_to_room(%s, 'beth')", second)
    push.act_as(None)
    all_kinds |= {name for name, user in taken(push) if user == "beth"}
    assert all_kinds == {"reminder", "followed", "speak", "invitation"} - {kind}


WITHDRAWN: dict[str, Any] = {
    "the user blocks the host": "insert into blocks (user_id, blocked_id) select b.id, a.id from users a, users b where a.username = 'amara' and b.username = 'beth'",
    "the host blocks the user": "insert into blocks (user_id, blocked_id) select a.id, b.id from users a, users b where a.username = 'amara' and b.username = 'beth'",
    "the user is banned": "insert into bans (room_id, user_id) select r.id, b.id from rooms r, users b where b.username = 'beth'",
    "the room ends": "update rooms set ended_at = now() where ended_at is null",
    "the room is for the invited now": "update rooms set access = 'invited' where ended_at is null",
    "the user is disabled": "update users set disabled_at = now() where username = 'beth'",
    "the user is in the room": "insert into participants (room_id, user_id) select r.id, b.id from rooms r, users b where b.username = 'beth'",
    "the browser is not subscribed": "delete from push_subscriptions s using users u where u.id = s.user_id and u.username = 'beth'",
    "its time is over": "update push_occasions set expires_at = now() where told_at is not null",
    "the kinds are off": "insert into unwanted_pushes select u.id, k from users u, unnest(array['followed', 'reminder']) k where u.username = 'beth'",
}


@pytest.mark.parametrize("why", WITHDRAWN)
@pytest.mark.parametrize("reminded", [False, True], ids=["followed", "reminded"])
def test_what_waits_is_withdrawn(push: Psql, why: str, reminded: bool) -> None:
    room = plan(push)
    if reminded:
        remind(push, room, "beth")
    open_now(push, room)
    assert "beth" in [name for _, name in taken(push)]
    settle(push, "failed")
    push.run(WITHDRAWN[why])
    push.run("update pushes set due_at = now() where attempts > 0")
    assert "beth" not in [name for _, name in taken(push)]
    left = "select count(*) from pushes p join push_subscriptions s on s.id = p.subscription_id join users u on u.id = s.user_id where u.username = 'beth'"
    assert push.one(left) == 0


def test_a_withdrawn_invitation_and_one_of_a_blocked_user_are_not_told(push: Psql) -> None:
    room = push.room("amara")
    taken(push)
    settle(push, "sent")
    push.act_as("amara").one("select invite_to_room(%s, 'beth')", room)
    push.one("select invite_to_room(%s, 'cleo')", room)
    push.act_as("beth").one("select block('amara')")
    push.act_as("amara").run(
        "delete from invitations where invited_user = %s", push.person_id("cleo")
    )
    push.act_as(None)
    assert taken(push) == []


def test_who_may_not_enter_is_not_told_of_a_followed_host(push: Psql) -> None:
    club = push.one(
        "insert into clubs (name, owner_id) values ('Blue', %s) returning id", push.person("amara")
    )
    push.run(
        "insert into members (club_id, user_id, role) values (%s, %s, 'MEMBER')",
        club,
        push.person("cleo"),
    )
    push.run(
        "insert into rooms (name, host_id, club_id, access) values ('Club', %s, %s, 'club')",
        push.person("amara"),
        club,
    )
    push.run(
        "insert into rooms (name, host_id, access) values ('Secret', %s, 'invited')",
        push.person("amara"),
    )
    assert taken(push) == [("followed", "cleo")]


def test_failures_are_tried_again_six_times_and_later_each_time(push: Psql) -> None:
    subscribe(push, "beth", "https://push.example/second")
    push.run(
        "delete from push_subscriptions s using users u where u.id = s.user_id and u.username = 'cleo'"
    )
    push.room("amara")
    waits = []
    for attempt in range(6):
        assert len(taken(push)) == 2, attempt
        settle(push, "failed")
        waits.append(
            push.one(
                "select extract(epoch from min(due_at) - clock_timestamp())::float from pushes"
            )
        )
        push.run("update pushes set due_at = now() where attempts > 0")
    assert waits[5] is None
    for before, after in pairwise(waits[:5]):
        assert after > 2 * before
    assert push.one("select count(*) from pushes") == 0


def test_a_push_service_says_when_to_come_again_and_that_a_browser_is_gone(push: Psql) -> None:
    push.room("amara")
    taken(push)
    settle(push, "failed", "10 minutes")
    assert push.one("select min(due_at) > now() + interval '9 minutes' from pushes")
    settle(push, "failed", "10 days")
    assert push.one("select max(due_at) < now() + interval '2 hours' from pushes")
    settle(push, "gone")
    assert push.one("select count(*) from push_subscriptions") == 0
    assert push.one("select count(*) from pushes") == 0


def test_two_relays_are_given_different_rows(push: Psql, database_url: str) -> None:
    for number in range(10):
        subscribe(push, f"fan{number}")
        push.run(
            "insert into follows (user_id, followed_id) values (%s, %s)",
            push.person(f"fan{number}"),
            push.person("amara"),
        )
    push.room("amara")
    take = "select occasion_id, subscription_id from roomtone.relay_take_pushes(7, interval '1 minute')"
    with psycopg.connect(database_url) as one, psycopg.connect(database_url) as other:
        first, second = one.execute(take).fetchall(), other.execute(take).fetchall()
        one.commit()
        third = other.execute(take).fetchall()
    assert len(first) == 7
    # The other one neither waits for the first nor gets its rows.
    assert len({*first, *second, *third}) == len(first) + len(second) + len(third) == 12


def test_many_followers_are_told_in_batches(push: Psql) -> None:
    push.run("insert into users (username) select 'fan ' || n from generate_series(1, 600) n")
    push.run(
        "insert into follows (user_id, followed_id) select u.id, a.id from users u, users a where u.username like 'fan %%' and a.username = %s",
        "amara",
    )
    push.run(
        "insert into push_subscriptions (user_id, endpoint, p256dh, auth) select id, 'https://push.example/' || id, %s, %s from users where username like 'fan %%'",
        KEY,
        SECRET,
    )
    push.room("amara")
    assert len(taken(push)) == 100
    assert push.one("select count(*) from pushes") == 500
    assert len(taken(push)) == 100
    assert push.one("select count(*) from pushes") == 602
    assert push.one("select told_at is not null from push_occasions")


def test_a_room_costs_nothing_where_no_browser_is_subscribed(psql: Psql) -> None:
    psql.room("amara")
    assert psql.one("select count(*) from push_occasions") == 0
