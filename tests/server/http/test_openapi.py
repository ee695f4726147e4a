"""The OpenAPI document describes the present schema of the database."""

from __future__ import annotations

import re
from typing import Any

import pytest
from roomtone.setting import SignIn
from starlette.applications import Starlette

from ...patience import eventually
from ...running import run_relay
from ..rows_world import World, problem

pytestmark = pytest.mark.shares_a_relay


def _document(world: World) -> dict[str, Any]:
    answer = world.anonymous.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    reply: dict[str, Any] = answer.json()
    assert reply["openapi"].startswith("3.1")
    return reply


def test_every_granted_table_view_and_function_is_described_with_its_comment(
    world: World,
) -> None:
    reply = _document(world)
    for name, comment in world.psql.all(
        "select relname, obj_description(oid) from pg_class where relnamespace = 'roomtone'::regnamespace"
        " and relkind in ('r', 'v') and has_any_column_privilege('roomtone_person', oid, 'select')"
    ):
        assert reply["paths"][f"/rows/{name}"]["get"]["description"] == comment
    for name, comment in world.psql.all(
        "select proname, obj_description(oid) from pg_proc where pronamespace = 'roomtone'::regnamespace"
        " and prorettype <> 'trigger'::regtype and has_function_privilege('roomtone_person', oid, 'execute')"
    ):
        assert reply["paths"][f"/rows/rpc/{name}"]["post"]["description"] == comment


def test_what_is_not_granted_is_not_described(world: World) -> None:
    reply = _document(world)
    assert "/rows/secrets" not in reply["paths"]
    assert "delete" not in reply["paths"]["/rows/rooms"]
    assert "post" not in reply["paths"]["/rows/hallway"]
    assert "/rows/rpc/relay_secret" not in reply["paths"]


PAGES = {
    *("/", "/rooms/{room_id}", "/clubs", "/clubs/{club_id}", "/people/{username}", "/lab"),
    *("/invitations/{code}", "/client/{path}", "/favicon.ico", "/{path}"),
    *("/offline", "/service-worker.js", "/manifest.webmanifest"),
}
"""For people: the document's introduction names them. The last one answers for every address that does not exist."""

SOCKETS = {"/rooms/{room_id}/socket", "/hallway/socket"}
"""OpenAPI has no words for what a WebSocket sends: docs/techniques.md has them."""


@pytest.mark.parametrize("sign_in", ["demo", "passkeys"])
def test_every_route_is_described_or_is_a_page_or_a_socket(
    database_url: str, sign_in: SignIn
) -> None:
    with run_relay(database_url, sign_in=sign_in) as relay, relay.client() as client:
        described = set(client.get("/openapi.json").json()["paths"])
        app = relay.server.config.app
        assert isinstance(app, Starlette)
        routes = {re.sub(r":\w+\}", "}", getattr(route, "path", "")) for route in app.routes}
    of_rows = {"/rows/{table}", "/rows/rpc/{function}"}
    written = {path for path in described if not path.startswith("/rows/")}
    assert routes - of_rows - PAGES - SOCKETS == written
    assert routes >= of_rows | PAGES | SOCKETS
    assert ("/session/passkeys" in written) == (sign_in == "passkeys")


def test_a_write_is_described_with_what_it_needs_and_what_the_checks_allow(world: World) -> None:
    schemas = _document(world)["components"]["schemas"]
    room = schemas["RoomsInsert"]
    assert room["required"] == ["name"]
    assert room["properties"]["name"]["maxLength"] == 120
    assert room["properties"]["stage"]["enum"] == ["open", "moderated"]
    assert set(schemas["SignalsInsert"]["required"]) == {"room_id", "to_peer", "kind"}
    assert "served_by" not in schemas["Participants"]["properties"]


def test_every_address_that_people_share_is_the_page(world: World) -> None:
    for path in (
        "/",
        "/rooms/1",
        "/clubs",
        "/clubs/7",
        "/people/rick",
        "/people/%F0%9F%90%88",
        "/invitations/x-_y",
    ):
        answer = world.anonymous.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (
            200,
            "text/html; charset=utf-8",
        )


def test_operations_that_need_a_user_say_so(world: World) -> None:
    paths = _document(world)["paths"]
    assert {} in paths["/rows/hallway"]["get"]["security"]
    assert {} not in paths["/rows/signals"]["get"]["security"]
    assert {} not in paths["/rows/rooms"]["post"]["security"]


def test_a_changed_schema_is_described_again(world: World) -> None:
    assert "/rows/notes" not in _document(world)["paths"]
    world.psql.run("create table notes (id bigint primary key, words text not null)")
    world.psql.run("comment on table notes is 'What a user wrote down.'")
    world.psql.run("grant select on notes to roomtone_anon, roomtone_person")
    eventually(lambda: "/rows/notes" in _document(world)["paths"])
    notes = _document(world)["paths"]["/rows/notes"]
    assert notes["get"]["description"] == "What a user wrote down."


def test_a_client_with_the_present_document_is_sent_no_other(world: World) -> None:
    first = world.anonymous.get("/openapi.json")
    etag = first.headers["etag"]
    for known in (etag, f'"other", W/{etag}', "*"):
        again = world.anonymous.get("/openapi.json", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    world.psql.run("create table more_notes (id bigint)")
    world.psql.run("grant select on more_notes to roomtone_person")

    def changed() -> bool:
        answer = world.anonymous.get("/openapi.json", headers={"If-None-Match": etag})
        return answer.status_code == 200 and answer.headers["etag"] != etag

    eventually(changed)


def test_allow_names_exactly_the_methods_that_the_document_describes(world: World) -> None:
    for path, operations in _document(world)["paths"].items():
        refused = world.anna.put(re.sub(r"\{[^}]*\}", "1", path), json={})
        assert refused.status_code == 405, (path, refused.text)
        allowed = {method.strip() for method in refused.headers["allow"].split(",")}
        described = {method.upper() for method in operations}
        assert allowed - {"HEAD", "OPTIONS"} == described - {"HEAD"}, path
        assert ("GET" in allowed) == ("HEAD" in allowed), path


def test_a_method_that_nobody_may_send_is_not_allowed(world: World) -> None:
    for method, path, allow in (
        ("DELETE", "/rows/recordings", "OPTIONS, GET, HEAD, POST, PATCH"),
        ("PATCH", "/rows/bans", "OPTIONS, GET, HEAD, POST, DELETE"),
        ("POST", "/rows/hallway?id=eq.1", "OPTIONS, GET, HEAD"),
        ("POST", "/rows/hallway", "OPTIONS, GET, HEAD"),
        ("GET", "/rows/rpc/accept_invitation", "OPTIONS, POST"),
    ):
        refused = world.anna.request(method, path, json={"name": "x"} if method != "GET" else None)
        assert (refused.status_code, refused.headers.get("allow")) == (405, allow), (
            path,
            refused.text,
        )
    nothing = world.anonymous.patch("/rows/clubs?id=eq.1", json={})
    problem(nothing, 401, "42501")
    assert world.anna.patch("/rows/clubs?id=eq.1", json={}).status_code == 204
