"""Slow mode and the pinned link."""

from __future__ import annotations

import pytest

from ..people import Psql, refused
from .pace import later


def test_slow_mode_does_not_apply_to_moderators(psql: Psql, talk: int) -> None:
    psql.act_as("mo").one("select set_slow_mode(%s, 30)", talk)
    for name in ("rick", "mo"):
        for _ in range(2):
            psql.act_as(name).one("select say(%s, 'as I please')", talk)
    psql.act_as("anna").one("select say(%s, 'once')", talk)
    psql.run("delete from messages where user_id = acting_user()")
    with refused("messages_slow_mode"):
        psql.one("select say(%s, 'twice')", talk)
    psql.one("select leave_room(%s)", talk)
    psql.one("select join_room(%s)", talk)
    with pytest.raises(Exception, match=r"You can write again in (30|29|28) s"):
        psql.one("select say(%s, 'twice')", talk)
    later(psql, "30 seconds")
    psql.act_as("anna").one("select say(%s, 'twice')", talk)
    psql.act_as("mo").one("select set_slow_mode(%s, null)", talk)
    psql.act_as("anna").one("select say(%s, 'three times')", talk)


def test_slow_mode_is_at_most_an_hour(psql: Psql, talk: int) -> None:
    psql.act_as("rick")
    for seconds in (-1, 3601):
        with refused("rooms_slow_mode_is_short"):
            psql.one("select set_slow_mode(%s, %s)", talk, seconds)
    psql.one("select set_slow_mode(%s, 3600)", talk)


def test_moderators_pin_and_remove_a_link(psql: Psql, talk: int) -> None:
    link = "https://tea.example/a?b=c#d"
    assert psql.act_as("mo").one("select pin_link(%s, %s)", talk, f" {link}\n") == link
    psql.act_as("anna")
    assert psql.one("select room_snapshot(%s) -> 'room' ->> 'pinned_link'", talk) == link
    assert psql.run("update rooms set pinned_link = null where id = %s", talk) == 0
    assert psql.act_as("rick").one("select pin_link(%s, null)", talk) is None
    assert psql.one("select pinned_link from rooms") is None


def test_only_a_link_to_a_page_is_pinned(psql: Psql, talk: int) -> None:
    psql.act_as("rick")
    for link in (
        "javascript:alert(1)", "data:text/html,x", "//tea.example", "tea.example", "https://",
        "https://tea.example/a b", 'https://tea.example/"onclick="x', "https://tea.example/<b>",
        "https://tea.example/\nx", "https://" + "x" * 500,
    ):  # fmt: skip
        with refused("rooms_pinned_link_is_a_web_address"):
            psql.one("select pin_link(%s, %s)", talk, link)
        with refused("rooms_pinned_link_is_a_web_address"):
            psql.run("update rooms set pinned_link = %s where id = %s", link, talk)
