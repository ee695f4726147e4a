"""How room sessions end, and how a seat is taken again: by another tab, after it expired, after a removal or a sign-out."""

from __future__ import annotations

from typing import LiteralString

import pytest

from ..people import Psql
from .browser import expect_refusals
from .conftest import OpenTab

RICK, BETH = 440.0, 880.0  # Hz: their voices

EXPIRE: LiteralString = """
    delete from participants where user_id = %s
      and set_config('roomtone.leave_reason', 'timeout', true) is not null and set_config('roomtone.role_kept', '10 minutes', true) is not null
"""


def test_a_newer_tab_takes_the_seat_and_the_older_one_says_so(tab: OpenTab, room: int) -> None:
    beth, older = tab("beth", tone=BETH), tab("rick")
    beth.enter(room)
    older.enter(room)
    newer = tab("rick", tone=RICK)
    newer.enter(room)
    older.until("() => roomtone.state.phase === 'left' && roomtone.state.reason === 'taken over'")
    beth.sees("beth", "rick")
    beth.connects_with("rick")
    beth.unmute()
    newer.hears("beth", BETH)
    # The old tab, which closes late, must not remove the seat of the new one.
    older.page.goto("about:blank")
    newer.unmute()
    beth.hears("rick", RICK)
    assert beth.names() == ["beth", "rick"]


def test_a_seat_that_expired_without_a_connection_is_taken_again_visibly(
    tab: OpenTab, room: int, psql: Psql
) -> None:
    beth, rick = tab("beth"), tab("rick", tone=RICK)
    beth.enter(room)
    rick.enter(room)
    rick.run(
        "() => { globalThis.phases = []; roomtone.roomSession.subscribe(({ phase, reason }) => phases.push(`${phase} ${reason}`)) }"
    )
    before = rick.state["me"]["peer_id"]
    psql.run(EXPIRE, psql.person("rick"))
    rick.until(
        "(peer) => roomtone.state.phase === 'in' && roomtone.state.me && roomtone.state.me.peer_id !== peer",
        before,
    )
    assert "reconnecting timeout" in rick.run("() => phases")
    beth.sees("beth", "rick")
    beth.connects_with("rick")
    rick.unmute()
    beth.hears("rick", RICK)
    expect_refusals(beth, rick)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("delete from participants where room_id = %s and role <> 'HOST'", "removed"),
        ("update rooms set ended_at = now() where id = %s", "room ended"),
    ],
)
def test_the_reason_why_a_room_session_ended_is_known(
    tab: OpenTab, room: int, psql: Psql, statement: LiteralString, reason: str
) -> None:
    rick = tab("rick")
    rick.enter(room)
    psql.run(statement, room)
    rick.until(
        "(reason) => roomtone.state.phase === 'left' && roomtone.state.reason === reason", reason
    )
    rick.until("() => roomtone.shell.state.connection === 'live'")


def test_a_room_that_ended_refuses_with_its_rule(tab: OpenTab, room: int, psql: Psql) -> None:
    rick = tab("rick")
    psql.run("update rooms set ended_at = now() where id = %s", room)
    rick.run("(room) => void roomtone.shell.enter(room)", room)
    rick.until("() => roomtone.state.phase === 'left'")
    rule = rick.run("() => roomtone.state.problem.rule")
    assert (rick.state["reason"], rule) == ("refused", "participants_room_is_open")
    expect_refusals(rick)


def test_two_tabs_of_one_browser_are_two_people(tab: OpenTab, room: int) -> None:
    rick, beth = tab("rick"), tab("beth")
    assert [each.run("() => roomtone.session.user.username") for each in (rick, beth)] == [
        "rick",
        "beth",
    ]
    rick.page.reload()
    who = rick.run(
        """async () => (await (await import('/client/session.js')).createSession({ location: { search: '' } }).restore()).username"""
    )
    assert who == "rick"


def test_signing_out_ends_the_room_session(tab: OpenTab, room: int) -> None:
    rick, beth = tab("rick"), tab("beth")
    rick.enter(room)
    beth.enter(room)
    for each in (rick, beth):
        each.settles()
    beth.run("() => roomtone.session.signOut()")
    rick.sees("rick")
    beth.until("() => roomtone.state.phase === 'left'")
