"""Accounts with passkeys, by a soft authenticator. In a browser: tests/client_web/test_passkeys.py."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner
from psycopg.errors import InsufficientPrivilege
from roomtone.cli import cli

from ...authenticator import UP, UV, Authenticator
from ...people import Psql
from ...running import RunningRelay, run_relay
from ..rows_world import problem
from .passkey_requests import account, begin, browser, finish, options, sign_in

pytestmark = pytest.mark.shares_a_relay


@pytest.fixture(scope="module")
def relay_settings() -> dict[str, Any]:
    return {"sign_in": "passkeys", "allowed_hosts": ("talk.example",)}


@pytest.fixture
def url(relay: RunningRelay) -> str:
    return relay.url.replace("127.0.0.1", "localhost")


def test_an_account_is_made_with_a_name_and_a_passkey_and_psql_knows_the_person(
    url: str, psql: Psql
) -> None:
    with browser(url) as anna, browser(url) as phone:
        asked = begin(anna, username="  Anna ".strip())
        assert asked["rp"]["id"] == "localhost"
        assert asked["attestation"] == "none"
        selection = asked["authenticatorSelection"]
        assert selection["residentKey"] == selection["userVerification"] == "required"
        assert psql.one("select count(*) from users") == 0, "the account is made with the passkey"
        key = Authenticator(url)
        made = finish(anna, key.create(asked))
        assert made.json()["user"]["username"] == "Anna"
        assert "roomtone=" in made.headers["set-cookie"]
        seen = anna.get("/session").json()
        assert seen["user"]["username"] == "Anna"
        assert seen["sign_in"] == {"demo": False, "passkeys": True, "issuers": []}
        key.count = 1
        signed_in = sign_in(phone, key.get(options(phone)))
        assert signed_in.json()["user"] == made.json()["user"]
        assert phone.get("/session").json()["user"]["username"] == "Anna"
        problem(
            phone.post("/session", json={"username": "Anna"}), 403, "28000", "session_is_a_demo"
        )
    assert psql.one("select act_as('anna')") == "Anna"
    assert psql.one("select name from passkeys") == "Phone"
    with pytest.raises(InsufficientPrivilege):
        psql.one("select public_key from passkeys")


def test_a_name_of_somebody_makes_no_account_and_no_passkey_for_it(url: str, psql: Psql) -> None:
    psql.person("rick")
    with browser(url) as other:
        for name, rule in (
            ("Rick", "users_username_is_unique"),
            ("r1ck", "users_username_looks_like_no_other"),
            ("x" * 41, "users_username_is_text"),
        ):
            refused = other.post("/session/passkeys/creation", json={"username": name})
            assert refused.json()["rule"] == rule
        first, second = begin(other, username="anna"), begin(other, username="anna")
        assert finish(other, Authenticator(url).create(first)).status_code == 200
        late = finish(other, Authenticator(url).create(second))
        problem(late, 409, "23505", "users_username_is_unique")
    assert psql.one("select count(*) from users") == 2
    assert psql.one("select count(*) from passkeys") == 1


def test_an_answer_counts_once_in_time_for_its_purpose_and_from_this_site(
    url: str, psql: Psql
) -> None:
    with browser(url) as client:
        phone = account(client, url)
        used = phone.get(options(client))
        assert sign_in(client, used).status_code == 200
        once = "passkey_challenges_are_used_once"
        problem(sign_in(client, used), 403, "42501", once)
        late = phone.get(options(client))
        psql.run("update passkey_challenges set expires_at = now()")
        problem(sign_in(client, late), 403, "42501", once)
        invented = phone.get({"rpId": "localhost", "challenge": "AAAA"})
        problem(sign_in(client, invented), 403, "42501", once)
        mixed = options(client) | {"rp": {"id": "localhost"}, "user": {"id": "AAAA"}}
        problem(finish(client, Authenticator(url).create(mixed)), 403, "42501", once)
        verified = "passkeys_are_verified"
        for origin in (
            "https://evil.example",
            url.replace("localhost", "localhost.evil.example"),
            url + "1",
        ):
            phone.origin = origin
            problem(sign_in(client, phone.get(options(client))), 403, "42501", verified)
            made = Authenticator(origin).create(begin(client, username="eve"))
            problem(finish(client, made), 403, "42501", verified)
        phone.origin = url
        other_site = options(client) | {"rpId": "evil.example"}
        problem(sign_in(client, phone.get(other_site)), 403, "42501", verified)
        for flags in (0, UP, UV):  # nobody touched it; nobody gave the PIN
            phone.flags = flags
            problem(sign_in(client, phone.get(options(client))), 403, "42501", verified)
            made = Authenticator(url, flags=flags).create(begin(client, username="eve"))
            problem(finish(client, made), 403, "42501", verified)
        phone.flags = UP | UV
        forged = Authenticator(
            url, credential_id=phone.credential_id, user_handle=phone.user_handle
        )
        problem(sign_in(client, forged.get(options(client))), 403, "42501", verified)
        somebody = Authenticator(url, user_handle="AAAA", credential_id=phone.credential_id)
        problem(sign_in(client, somebody.get(options(client))), 403, "42501", verified)
        unknown = Authenticator(url, user_handle=phone.user_handle)
        problem(sign_in(client, unknown.get(options(client))), 403, "42501", "passkeys_is_known")
        assert sign_in(client, phone.get(options(client))).status_code == 200
    assert psql.one("select string_agg(username, ' ') from users") == "anna"


@pytest.mark.parametrize(
    "response",
    [None, [], "x", {}, {"clientDataJSON": 7}, {"clientDataJSON": "e30"}, {"clientDataJSON": "%"}],
)
def test_an_answer_that_is_none_is_refused(url: str, response: object) -> None:
    with browser(url) as client:
        credential = {"id": "AA", "rawId": "AA", "type": "public-key", "response": response}
        problem(sign_in(client, credential), 400, "PGRST102")
        problem(finish(client, credential), 400, "PGRST102")
        problem(sign_in(client, response), 400, "PGRST102")


def test_damaged_answers_are_refused_and_never_an_internal_error(url: str) -> None:
    with browser(url) as client:
        phone = account(client, url)
        for name in ("authenticatorData", "signature"):
            for damage in ("", "AAAA", "gg"):
                answer = phone.get(options(client))
                answer["response"][name] = damage
                problem(sign_in(client, answer), 403, "42501", "passkeys_are_verified")
        for damage in ("", "AAAA", "ow", "o2NmbXRjdHBtZ2F0dFN0bXSgaGF1dGhEYXRhQA"):
            answer = Authenticator(url).create(begin(client, username="eve"))
            answer["response"]["attestationObject"] = damage
            problem(finish(client, answer), 403, "42501", "passkeys_are_verified")


def test_a_counter_that_goes_back_is_refused_as_a_copy(url: str, psql: Psql) -> None:
    with browser(url) as client:
        phone = account(client, url)
        for count, status in ((0, 200), (5, 200), (5, 403), (4, 403), (0, 403), (6, 200)):
            phone.count = count
            answer = sign_in(client, phone.get(options(client)))
            assert answer.status_code == status, count
            if status == 403:
                assert answer.json()["rule"] == "passkeys_sign_count_grows"
    assert psql.one("select sign_count from passkeys") == 6


def test_a_further_passkey_is_for_who_asked_and_the_last_one_stays(url: str, psql: Psql) -> None:
    with browser(url) as anna, browser(url) as eve:
        account(anna, url)
        account(eve, url, "eve")
        key = Authenticator(url)
        asked = begin(anna)
        assert len(asked["excludeCredentials"]) == 1
        stolen = finish(eve, key.create(asked))
        problem(stolen, 403, "42501", "passkeys_are_made_for_yourself")
        assert finish(anna, key.create(begin(anna)), "Key").status_code == 200
        assert sign_in(anna, key.get(options(anna))).json()["user"]["username"] == "anna"
        own = anna.get("/rows/passkeys?select=id,name,last_used_at&order=id").json()
        assert [row["name"] for row in own] == ["Phone", "Key"]
        assert [row["last_used_at"] is None for row in own] == [True, False]
        assert len(eve.get("/rows/passkeys?select=id,name").json()) == 1, "no others' passkeys"
        assert eve.get("/rows/passkeys?select=public_key").status_code in (400, 403)
        eve.delete(f"/rows/passkeys?id=eq.{own[1]['id']}")
        assert anna.delete(f"/rows/passkeys?id=eq.{own[0]['id']}").status_code == 204
        last = anna.delete(f"/rows/passkeys?id=eq.{own[1]['id']}")
        problem(last, 400, "23514", "passkeys_last_one_stays")
        with browser(url) as nobody:
            assert nobody.post("/session/passkeys/creation", json={}).status_code == 401
        psql.run(
            "insert into passkeys (user_id, credential_id, public_key, user_handle, sign_count, name)"
            " select user_id, convert_to(n::text, 'UTF8'), 'x', user_handle, 0, 'x' from passkeys, generate_series(1, 19) n where name = 'Key'"
        )
        many = finish(anna, Authenticator(url).create(begin(anna)))
        problem(many, 400, "23514", "passkeys_are_limited_in_number")
    psql.run("delete from users where username = 'anna'")
    assert psql.one("select count(*) from passkeys") == 1


def test_a_recovery_link_makes_one_passkey_once_within_an_hour(
    url: str, psql: Psql, database_url: str
) -> None:
    with browser(url) as anna, browser(url) as lost:
        account(anna, url)
        command = ["recover", "anna", "--database-url", database_url]
        made = CliRunner().invoke(cli, [*command, "--address", "https://talk.example/app/"])
        assert made.output.startswith("https://talk.example/app/#recover="), made.output
        older = made.output.strip().partition("=")[2]
        secret = CliRunner().invoke(cli, command).output.strip().partition("=")[2]
        assert CliRunner().invoke(cli, ["recover", "nobody", *command[2:]]).exit_code == 1
        for address in (
            "ftp://x",
            "talk.example",
            "https://",
            "https://a@x",
            "https://x/?q",
            "javascript:x",
        ):
            bad = CliRunner().invoke(cli, [*command, "--address", address])
            assert (bad.exit_code, "Error: --address: " in bad.output) == (2, True)
        rule = "recovery_links_are_used_once"
        for wrong in (older, "", "x"):
            refused = lost.post("/session/passkeys/creation", json={"secret": wrong})
            problem(refused, 403, "42501", rule)
        first, second = begin(lost, secret=secret), begin(lost, secret=secret)
        assert first["user"]["name"] == "anna"
        new = Authenticator(url)
        assert finish(lost, new.create(first)).json()["user"]["username"] == "anna"
        assert sign_in(lost, new.get(options(lost))).status_code == 200
        problem(finish(lost, Authenticator(url).create(second)), 403, "42501", rule)
        again = lost.post("/session/passkeys/creation", json={"secret": secret})
        problem(again, 403, "42501", rule)
        assert psql.one("select count(*) from passkeys") == 2
        late = psql.one("select create_recovery_link('anna', '0 s')")
        problem(lost.post("/session/passkeys/creation", json={"secret": late}), 403, "42501", rule)
    assert secret not in str(psql.all("select * from recovery_links"))


def test_a_disabled_user_neither_signs_in_nor_makes_a_passkey(url: str, psql: Psql) -> None:
    with browser(url) as anna, browser(url) as elsewhere:
        phone = account(anna, url)
        secret = psql.one("select create_recovery_link('anna')")
        begun = begin(elsewhere, secret=secret)
        psql.run("select disable_user('anna')")
        rule = "users_are_not_disabled"
        problem(sign_in(elsewhere, phone.get(options(elsewhere))), 401, "28000", rule)
        made = finish(elsewhere, Authenticator(url).create(begun))
        problem(made, 401, "28000", rule)
        asked = elsewhere.post("/session/passkeys/creation", json={"secret": secret})
        problem(asked, 401, "28000", rule)


def test_passkeys_belong_to_a_name_of_the_relay(relay: RunningRelay, url: str) -> None:
    with relay.client() as by_address:
        refused = by_address.post("/session/passkeys/request")
        problem(refused, 400, "22023", "passkeys_belong_to_a_host_name")
        evil = by_address.post("/session/passkeys/request", headers={"Host": "evil.example"})
        assert evil.status_code == 421
        named = {"Host": "Talk.example:8443"}  # behind a proxy, which has TLS
        asked = by_address.post(
            "/session/passkeys/creation", json={"username": "anna"}, headers=named
        )
        assert asked.json()["publicKey"]["rp"]["id"] == "talk.example"
        credential = Authenticator("https://talk.example:8443").create(asked.json()["publicKey"])
        body = {"credential": credential, "name": "Phone"}
        assert by_address.post("/session/passkeys", json=body, headers=named).status_code == 200
        insecure = Authenticator("http://talk.example:8443")
        asked = by_address.post(
            "/session/passkeys/creation", json={"username": "eve"}, headers=named
        )
        body = {"credential": insecure.create(asked.json()["publicKey"]), "name": "Phone"}
        made = by_address.post("/session/passkeys", json=body, headers=named)
        problem(made, 403, "42501", "passkeys_are_verified")


def test_accounts_and_challenges_of_one_address_are_bounded(database_url: str, psql: Psql) -> None:
    with run_relay(database_url, sign_in="passkeys", new_users_per_hour=2) as relay:
        url = relay.url.replace("127.0.0.1", "localhost")
        with browser(url) as client:
            for name in ("anna", "beth"):
                account(client, url, name)
            more = finish(client, Authenticator(url).create(begin(client, username="cleo")))
            problem(more, 429, "53400", "users_are_rate_limited")
            assert more.headers["retry-after"] == "1800"
            for _ in range(205):
                options(client)
            assert psql.one("select count(*) from passkey_challenges") == 200


def test_without_passkeys_their_paths_are_unknown(database_url: str) -> None:
    with run_relay(database_url) as relay, relay.client() as client:
        assert client.post("/session/passkeys/request").status_code == 404
