"""Sessions that began at an issuer: their ends, their number, and what a claim allows while they last."""

from __future__ import annotations

from ..people import Psql, refused
from .test_subjects import BEGIN, ISSUER, user


def test_a_moderator_by_a_claim_is_one_while_a_session_of_the_issuer_lasts(psql: Psql) -> None:
    mia = user(psql, "1", "mia", moderator=True)["id"]
    flags = "select site_moderator, moderator_by_claim from users where id = %s"

    def moderates() -> bool:
        psql.act_as("mia")
        answer = bool(psql.one("select is_site_moderator()"))
        psql.act_as(None)
        return answer

    assert psql.all(flags, mia) == [(True, True)]
    assert not moderates(), "there is no session"
    for jti in "ab":
        psql.run(BEGIN, jti, mia, None, None)
    assert moderates()
    psql.run("select relay_end_openid_session('a')")
    assert moderates()
    psql.run("update openid_sessions set expires_at = now() - interval '1 s'")
    assert not moderates(), "expired"
    psql.run("select relay_delete_old_rows('1 hour', 1000)")
    assert psql.all(flags, mia) == [(False, False)]
    # Signing out ends it, too; another subject as well.
    for end in (
        "insert into revoked_tokens (jti, expires_at) values ('c', now())",
        "update users set subject = 'another' where username = 'mia'",
    ):
        user(psql, "1", moderator=True)
        psql.run(BEGIN, "c", mia, None, None)
        assert moderates()
        psql.run(end)
        assert psql.all(flags, mia) == [(False, False)]
    # What the operator has set stays.
    for before in (None, True):
        if before:
            user(psql, "another", moderator=before)
        psql.run(BEGIN, "d", mia, None, None)
        psql.run("update users set site_moderator = true where id = %s", mia)
        assert user(psql, "another", moderator=False)["site_moderator"]
        psql.run("select relay_end_openid_session('d')")
        assert moderates()
        psql.run("update users set site_moderator = false where id = %s", mia)


def test_an_issuer_ends_sessions_by_sid_or_by_subject_and_each_token_counts_once(
    psql: Psql,
) -> None:
    rick, ilsa = user(psql, "1"), user(psql, "2", "ilsa")
    for jti, who, sid, refresh in (
        ("a", rick, "s1", "sealed"), ("b", rick, "s2", None), ("c", ilsa, "s3", "sealed"),
    ):  # fmt: skip
        psql.run(BEGIN, jti, who["id"], sid, refresh)
    end = "select relay_end_openid_sessions(%s, %s, %s, %s, now() + interval '1 hour')"
    revoked = "select jti from openid_sessions order by jti"
    assert psql.one(end, "https://other.example", "1", None, "x1") == 0
    assert psql.one(end, ISSUER, None, None, "x0") == 0
    assert psql.one(end, ISSUER, "1", "s3", "x2") == 0, "the session of another user"
    assert psql.one(end, ISSUER, None, "s1", "x1") == 1
    with refused("openid_sessions_logout_tokens_count_once"):
        psql.one(end, ISSUER, None, "s2", "x1")
    assert psql.all(revoked) == [("b",), ("c",)]
    assert psql.one(end, ISSUER, "1", None, "x3") == 1
    assert [psql.one("select token_is_revoked(%s)", jti) for jti in "abc"] == [True, True, False]
    due = "select jti, refresh_token from relay_openid_sessions_to_check(%s, '1 hour', 10)"
    assert psql.all(due, ["https://other.example"]) == []
    assert psql.all(due, [ISSUER]) == [("c", "sealed")]
    assert psql.all(due, [ISSUER]) == [], "another relay has taken it"
    psql.run("insert into revoked_tokens (jti, expires_at) values ('c', now())")
    assert psql.all(revoked) == [], "who signs out is no longer checked"


def test_a_user_leaves_the_rooms_with_the_last_session(psql: Psql) -> None:
    room, rick = psql.room("host"), user(psql, "1")
    psql.seat(room, "rick")
    begin = "select relay_begin_openid_session(%s, %s, null, null, '1 h', now() + interval '1 day')"
    for n in range(25):
        psql.run(begin, str(n), rick["id"])
    left = [jti for (jti,) in psql.all("select jti from openid_sessions")]
    for jti in left:
        assert psql.roster(room) == ["rick"]
        psql.one("select relay_end_openid_session(%s)", jti)
    assert psql.roster(room) == []


def test_a_user_has_so_many_sessions_of_an_issuer(psql: Psql) -> None:
    rick = user(psql, "1")
    for n in range(25):
        psql.run(
            "select relay_begin_openid_session(%s, %s, null, null, '1 h', now() + %s * interval '1 day')",
            str(n),
            rick["id"],
            n + 1,
        )
    assert psql.count("openid_sessions") == 20
    assert psql.one("select token_is_revoked('4')")
    assert not psql.one("select token_is_revoked('5')")
