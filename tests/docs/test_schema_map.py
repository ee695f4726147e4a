"""docs/schema-map.md is the same as the SQL files, and as an installed database."""

from __future__ import annotations

from pathlib import Path

import pytest
from roomtone.postgres.schema_files import schema_files

from ..conftest import Connect
from .schema_map import Map, page, read

PAGE = Path(__file__).parents[2] / "docs" / "schema-map.md"


@pytest.fixture(scope="module")
def found() -> Map:
    return read(schema_files())


def test_the_page_is_the_map_of_the_source(found: Map) -> None:
    assert PAGE.read_text("utf-8") == page(found), "`make docs` writes it"


def test_the_map_has_the_triggers_an_installed_database_has(found: Map, connect: Connect) -> None:
    installed = connect().execute(
        "select c.relname, t.tgname, p.proname from pg_trigger t"
        " join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid"
        " where c.relnamespace = 'roomtone'::regnamespace and not t.tgisinternal"
    )
    assert sorted((t.table, t.name, t.function) for t in found.triggers) == sorted(installed)


def test_the_map_has_the_tables_an_installed_database_has(found: Map, connect: Connect) -> None:
    installed = connect().execute(
        "select relname, relpersistence = 'u', obj_description(oid, 'pg_class') from pg_class"
        " where relnamespace = 'roomtone'::regnamespace and relkind = 'r'"
    )
    drawn = [(table.name, table.unlogged, table.comment) for table in found.tables.values()]
    assert sorted(drawn) == sorted(installed)


def test_triggers_are_listed_in_the_order_in_which_they_fire(found: Map) -> None:
    assert [trigger.name for trigger in found.of("participants")] == [
        "_050_set_asynchronous_commit",  # before the statement
        "_100_guard_change",
        "_110_guard_requests",
        "_120_guard_hand",
        "_125_guard_captions",
        "_130_guard_join",
        "_140_guard_node",
        "_145_guard_connection",
        "_150_keep_host",
        "_155_guard_program",
        "_160_limit",
        "_165_guard_keys",
        "_170_pace",
        "_175_guard_keys_of_new_seat",
        "_180_pace_again",
        "_300_begin_grace",
        "_305_forget_keys",
        "_310_begin_grace_again",
        "_315_leave_edge",
        "_320_reserve_new_peer_id",
        "_330_reserve_peer_id",
        "_340_withdraw",
        "_350_withdraw_on_demotion",
        "_360_keep_role",
        "_370_remember_visit",
        "_375_remember_visit_again",
        "_420_notify_followers",
        "_425_notify_followers_of_host",
        "_430_note_push",
        "_490_pace_changes",
        "_500_log",
        "_510_log_change",
        "_600_delete_old_signals",
        "_605_delete_old_sender_keys",
        "_610_delete_signals",
        "_615_delete_sender_keys",
        "_620_apply_host_gone",
        "_630_update_recorded_seats",
        "_640_update_recorded_seats_again",
        "_650_assign_node",
        "_660_assign_node_again",
        "_670_forget_role",
        "_690_hide_captions",
        "_695_hide_captions_of_seat",
    ]


def test_writes_are_found_through_called_functions_and_not_in_texts(found: Map) -> None:
    assert found.reach("tg_rooms__log") == {"events", "logs", "participants", "pg_notify", "rooms"}
    assert found.reach("tg_pace") == {"paces"}
    assert found.reach("tg_messages__guard") == set(), "a hint that names join_room calls nothing"
