"""Which browsers are subscribed, and until when."""

from __future__ import annotations

import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege, UniqueViolation

from ...people import Psql
from .rows import KEY, SECRET, subscribe, taken


def test_a_browser_belongs_to_the_user_who_subscribed_it_last(push: Psql) -> None:
    insert = "insert into push_subscriptions (endpoint, p256dh, auth) values (%s, %s, %s)"
    mine = "select string_agg(endpoint, ' ') from push_subscriptions"
    push.act_as("cleo")
    assert push.one(mine) == "https://push.example/cleo"
    with pytest.raises(UniqueViolation) as refused:
        push.run(insert, "https://push.example/beth", KEY, "B" * 21 + "A")
    assert refused.value.diag.constraint_name == "push_subscriptions_endpoint_is_unique"
    push.run(insert, "https://push.example/beth", KEY, SECRET)
    assert push.one("select count(*) from push_subscriptions") == 2
    assert push.act_as("beth").one(mine) is None
    for hidden in ("auth", "p256dh", "jti"):
        with pytest.raises(InsufficientPrivilege):
            push.one(f"select {hidden} from push_subscriptions")
    with pytest.raises(InsufficientPrivilege):
        push.run(
            "insert into push_subscriptions (user_id, endpoint, p256dh, auth) values (%s, 'https://x.example/', %s, %s)",
            push.person_id("cleo"),
            KEY,
            SECRET,
        )


ENDPOINTS = [
    "http://push.example/1", "https://user@push.example/1", "https://push.example", "https:///1",
    "https://push.example/1#2", "https://push.example/a b", "https://push.example/\r\nHost: x",
    "file:///etc/passwd", f"https://push.example/{'x' * 1000}",
]  # fmt: skip


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_only_https_addresses_are_push_services(psql: Psql, endpoint: str) -> None:
    with pytest.raises(CheckViolation) as refused:
        subscribe(psql, "beth", endpoint)
    assert refused.value.diag.constraint_name == "push_subscriptions_endpoint_is_https"


def test_a_user_has_few_browsers(psql: Psql) -> None:
    psql.person("beth")
    psql.act_as("beth")
    insert = "insert into push_subscriptions (endpoint, p256dh, auth) values ('https://push.example/' || %s, %s, %s)"
    for number in range(20):
        psql.run(insert, number, KEY, SECRET)
    psql.run(insert, 19, KEY, SECRET)
    with pytest.raises(CheckViolation) as refused:
        psql.run(insert, 20, KEY, SECRET)
    assert refused.value.diag.constraint_name == "push_subscriptions_are_limited_in_number"


def test_a_browser_is_forgotten_with_its_session(psql: Psql) -> None:
    user = psql.person("beth")
    for jti in ("first", "second"):
        psql.run(
            "select set_config('request.jwt.claims', %s, false)",
            f'{{"sub": "{user}", "jti": "{jti}"}}',
        )
        psql.run("set role roomtone_person")
        psql.run(
            "insert into push_subscriptions (endpoint, p256dh, auth) values ('https://push.example/' || %s, %s, %s)",
            jti, KEY, SECRET,
        )  # fmt: skip
    psql.one("select sign_out()")
    psql.run("reset role")
    assert psql.one("select string_agg(jti, ' ') from push_subscriptions") == "first"
    psql.run("update users set tokens_ended_at = now() where id = %s", user)
    assert psql.one("select count(*) from push_subscriptions") == 0


def test_a_browser_is_notified_until_its_session_expires(push: Psql) -> None:
    user = push.person_id("beth")
    at = int(push.one("select extract(epoch from now() + interval '1 hour')"))
    push.run(
        "select set_config('request.jwt.claims', %s, false)",
        f'{{"sub": "{user}", "jti": "first", "exp": {at}}}',
    )
    push.run("set role roomtone_person")
    push.run(
        "insert into push_subscriptions (endpoint, p256dh, auth) values ('https://push.example/beth', %s, %s)",
        KEY, SECRET,
    )  # fmt: skip
    mine = "select count(*) from push_subscriptions"
    assert push.one(mine) == 1
    push.run("reset role")
    until = (
        "select extract(epoch from expires_at)::bigint from push_subscriptions where jti = 'first'"
    )
    assert push.one(until) == at
    push.room("amara")
    assert taken(push) == [("followed", "beth"), ("followed", "cleo")]
    expire = (
        "update push_subscriptions set expires_at = now() - interval '1 second' where jti = 'first'"
    )
    push.run(expire)
    # What waits for it is withdrawn, and what happens later is not noted for it.
    push.run("update pushes set due_at = now()")
    push.room("amara")
    assert taken(push) == [("followed", "cleo"), ("followed", "cleo")]
    push.act_as("beth")
    assert push.one(mine) == 0
    push.run("reset role")
    push.one("select relay_delete_old_rows('1 day', 1000)")
    assert push.one("select count(*) from push_subscriptions where jti = 'first'") == 0


def test_with_a_new_key_for_push_services_all_subscriptions_end(push: Psql) -> None:
    push.one("select relay_secret('jwt')")
    assert push.one("select count(*) from push_subscriptions") > 0
    push.one("select relay_secret('push')")
    assert push.one("select count(*) from push_subscriptions") == 0
    subscribe(push, "beth")
    push.one("select relay_secret('push')")
    assert push.one("select count(*) from push_subscriptions") == 1
    push.run("delete from secrets where name = 'push'")
    push.one("select relay_secret('push')")
    assert push.one("select count(*) from push_subscriptions") == 0
