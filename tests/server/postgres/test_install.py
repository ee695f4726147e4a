from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from roomtone import __version__
from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.install import install
from roomtone.postgres.preflight import InstallError
from roomtone.postgres.programs import bin_dir
from roomtone.postgres.run_files import SchemaError
from roomtone.postgres.schema_files import REVISION, script

from ...conftest import Connect, NewDatabase
from ...patience import PATIENCE
from ...people import Psql


def exists(connect: Connect, url: str, table: str) -> bool:
    row = connect(url).execute("select to_regclass(%s) is not null", (table,)).fetchone()
    return row == (True,)


def test_a_new_database_gets_the_schema_and_the_demo(
    empty_database_url: str, connect: Connect
) -> None:
    installed = install(empty_database_url, demo=True)
    assert (installed.changed, installed.new, installed.demo) == (True, True, True)
    connection = connect(empty_database_url)  # whose search path is the database's
    assert connection.execute("select count(*) > 0 from hallway").fetchone() == (True,)
    recorded = "select version, fingerprint, revision from schema_installs order by installed_at"
    assert connection.execute(recorded).fetchone() == (__version__, installed.fingerprint, REVISION)


def test_installing_again_changes_nothing(database_url: str, connect: Connect) -> None:
    installed = install(database_url, demo=True)
    assert (installed.changed, installed.new, installed.demo) == (False, False, False)
    assert connect().execute("select count(*) from users").fetchone() == (0,)


def test_every_file_can_be_run_again(demo_database_url: str, connect: Connect) -> None:
    connection = connect(demo_database_url)
    before = connection.execute("select * from users order by id").fetchall()
    connection.execute("update schema_installs set fingerprint = 'other', files = '{}' where true")
    installed = install(demo_database_url, demo=True)
    assert (installed.changed, installed.new, installed.demo) == (True, False, False)
    assert connection.execute("select * from users order by id").fetchall() == before


def test_a_database_from_before_consent_to_speak_is_updated(
    database_url: str, connect: Connect
) -> None:
    psql = Psql(connect())
    room = psql.room("rick", stage="moderated")
    psql.seat(room, "anna")
    psql.run("drop table paces, reactions, blocks, reports cascade")
    psql.run(
        "alter table participants drop column invited_to_speak_at cascade,"
        " drop column asked_to_unmute_at cascade"
    )
    psql.run(
        "alter table rooms drop column encrypted cascade, drop column broadcast cascade, drop column access cascade, drop column starts_at cascade,"
        " drop column opened_at cascade, drop column slow_mode cascade, drop column pinned_link cascade"
    )
    psql.run("delete from schema_installs where true")
    install(database_url, demo=False)
    psql = Psql(connect())
    psql.act_as("rick").one("select invite_to_speak(%s, 'anna')", room)
    assert psql.act_as("anna").one("select accept_to_speak(%s)", room) == "SPEAKER"
    assert psql.one("select opened_at = created_at and access = 'open' from rooms") is True


def test_a_changed_file_is_installed_on_the_next_start(
    empty_database_url: str, source: Path, connect: Connect
) -> None:
    install(empty_database_url, demo=False, source=source)
    (source / "triggers" / "10_more.sql").write_text("create table roomtone.more (id int);")
    assert install(empty_database_url, demo=False, source=source).changed
    assert exists(connect, empty_database_url, "roomtone.more")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("select 1;\n\nselect wrong_column\nfrom roomtone.rooms;\n", 3, "wrong_column"),
        ("-- é ü\nselect 1;\ncreate tabel x ();\n", 3, "syntax error"),
        (
            "select 1;\nselect ';' as \"a;b\"; /* ; */ -- ;\n\n-- why\nselect 1 / 0;\n",
            5,
            "division",
        ),
        ("do $$\nbegin\n  delete from nothing where true;\nend\n$$;\n", 3, "nothing"),
        ("select 1;\ndo $$\nbegin\n  raise 'not today';\nend\n$$;\n", 2, "not today"),
        (
            "select 1;\ncreate function roomtone.f() returns int language plpgsql as $$\nbegin\n"
            "  retrun 1;\nend $$;\n",
            4,
            "retrun",
        ),
        (
            "create function roomtone.f() returns int language sql begin atomic\n"
            "  select case when true then 1 end;\n  select 2;\nend;\nselect 1 / 0;\n",
            5,
            "division",
        ),
    ],
)
def test_an_error_names_file_and_line_and_leaves_nothing_behind(
    empty_database_url: str, source: Path, connect: Connect, text: str, line: int, words: str
) -> None:
    (source / "triggers" / "20_broken.sql").write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError) as caught:
        install(empty_database_url, demo=False, source=source)
    assert (caught.value.file, caught.value.line) == ("triggers/20_broken.sql", line)
    assert words in caught.value.message
    assert str(caught.value).startswith(f"triggers/20_broken.sql:{line}: ")
    assert not exists(connect, empty_database_url, "roomtone.rooms")


def test_a_failed_update_leaves_the_old_version_working(
    empty_database_url: str, source: Path, connect: Connect
) -> None:
    before = install(empty_database_url, demo=False, source=source).fingerprint
    (source / "schema" / "20_drop.sql").write_text("drop table roomtone.rooms;\nselect oops;\n")
    with pytest.raises(SchemaError):
        install(empty_database_url, demo=False, source=source)
    assert exists(connect, empty_database_url, "roomtone.rooms")
    (source / "schema" / "20_drop.sql").unlink()
    assert install(empty_database_url, demo=False, source=source).fingerprint == before


def test_many_starts_at_once_install_once(new_database: NewDatabase, connect: Connect) -> None:
    urls = [new_database("template0"), new_database("template0")]
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda n: install(urls[n % 2], demo=True), range(8)))
    assert sum(installed.changed for installed in done) == 2
    for url in urls:
        connection = connect(url)
        once = "select count(*) from schema_installs where isfinite(installed_at)"
        assert connection.execute(once).fetchone() == (1,)
        assert connection.execute("select count(*) from clubs").fetchone() == (6,)


def test_the_relays_own_login_cannot_install(empty_database_url: str, template: str) -> None:
    with pytest.raises(InstallError, match="roomtone install"):
        install(make_conninfo(empty_database_url, user="roomtone_relay"), demo=False)


def test_a_login_that_may_not_create_a_schema_is_told_what_to_ask_for(
    empty_database_url: str, connect: Connect, source: Path
) -> None:
    connect(empty_database_url).execute("create role other_login login")
    try:
        with pytest.raises(InstallError, match=r"grant create on database test_\d+ to other_login"):
            install(
                make_conninfo(empty_database_url, user="other_login"), demo=False, source=source
            )
    finally:
        connect(empty_database_url).execute("drop role other_login")


def test_an_owner_who_is_no_superuser_can_install_and_run_relays(
    postgres: EmbeddedPostgres, template: str, empty_database_url: str, connect: Connect
) -> None:
    admin = connect(empty_database_url)
    admin.execute("create role owner_of_rooms login createrole")
    name = admin.info.dbname
    admin.execute(f'alter database "{name}" owner to owner_of_rooms'.encode())
    admin.execute(
        "grant roomtone_relay, roomtone_anon, roomtone_person to owner_of_rooms with admin option"
    )
    try:
        url = make_conninfo(empty_database_url, user="owner_of_rooms")
        assert install(url, demo=True).new
        connect(url).execute("set role roomtone_relay")
    finally:
        admin.execute(f'alter database "{name}" owner to postgres'.encode())
        admin.execute("reassign owned by owner_of_rooms to postgres")
        admin.execute("drop owned by owner_of_rooms")
        admin.execute("drop role owner_of_rooms")


def test_the_printed_script_is_the_installation(
    empty_database_url: str, postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        connection.execute("".join(script()).encode())
    assert not install(empty_database_url, demo=False).changed


def test_a_server_that_does_not_answer_yet_is_waited_for(open_dir: Path) -> None:
    said: list[str] = []
    waiting = threading.Event()

    def note(line: str) -> None:
        said.append(line)
        waiting.set()

    postgres = EmbeddedPostgres(open_dir / "data", durable=False)
    with postgres:
        url = postgres.url
    with ThreadPoolExecutor(1) as pool:
        installing = pool.submit(install, url, demo=False, on_progress=note)
        assert waiting.wait(PATIENCE)
        with postgres:
            assert installing.result(PATIENCE).new
    assert said[0].startswith("waiting for the PostgreSQL server at ")


def test_a_server_that_never_comes_is_reported_without_the_password() -> None:
    with pytest.raises(InstallError, match=r"answers at 127\.0\.0\.1:1/x;") as caught:
        install("postgresql://ada:sesame@127.0.0.1:1/x", demo=False, patience=0.2)
    assert "sesame" not in str(caught.value)


def test_a_database_that_is_not_there_is_named(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(InstallError, match="nowhere"):
        install(make_conninfo(postgres.url, dbname="nowhere"), demo=False)


def test_what_is_not_a_url_is_refused() -> None:
    with pytest.raises(InstallError, match="connection URL"):
        install("not a url", demo=False)


def test_psql_and_pgbench_are_included() -> None:
    assert all((bin_dir() / program).exists() for program in ("psql", "pgbench"))
