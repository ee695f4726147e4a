"""Sessions of an issuer, and its word that they may go on."""

from __future__ import annotations

from ..people import Psql

DUE = "select jti from relay_openid_sessions_to_check(array['https://a.example'], '0 s', 10)"


def test_a_session_that_its_issuer_confirms_no_more_ends_after_12_hours(psql: Psql) -> None:
    psql.run(
        "insert into users (username, issuer, subject) values ('rick', 'https://a.example', '1')"
    )
    rick = psql.one("select id from users where username = 'rick'")
    begin = "select relay_begin_openid_session(%s, %s, null, %s, '0 s', now() + interval '30 days')"
    for jti, refresh_token in (("a", "sealed"), ("b", "sealed"), ("c", None)):
        psql.run(begin, jti, rick, refresh_token)
    age = "update openid_sessions set confirmed_at = confirmed_at - %s * interval '1 hour'"
    psql.run(age, 11)
    assert sorted(psql.all(DUE)) == [("a",), ("b",)], "they are still asked about"
    psql.run(age, 2)
    psql.run("select relay_continue_openid_session('b', 'sealed again')")
    assert psql.all(DUE) == [("b",)]
    revoked = [psql.one("select token_is_revoked(%s)", jti) for jti in "abc"]
    assert revoked == [True, False, False]
