"""`roomtone lesson`: a room, psql on it, and nothing left afterwards."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from roomtone.cli.lesson_room import TITLES, page_of

from ...conftest import Connection
from ...docs.transcripts import DOCS
from ...patience import PATIENCE, eventually
from ...people import Psql

LEFT = "select (select count(*) from rooms) + (select count(*) from users)"

Lesson = Callable[[int], subprocess.Popen[str]]


@pytest.fixture
def lesson(database_url: str) -> Iterator[Lesson]:
    """Starts a lesson; its psql reads what is written to the process."""
    started: list[subprocess.Popen[str]] = []
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # which processes inherit under nohup

    def start(number: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "roomtone", "lesson", str(number), "--no-open"]
        process = subprocess.Popen(
            [*command, "--database-url", database_url],
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
    signal.signal(signal.SIGHUP, before)


def says(process: subprocess.Popen[str], typed: str = "") -> str:
    """What it prints until it ends, after this was typed and psql left."""
    output, _ = process.communicate(typed, timeout=PATIENCE)
    return output


def begins(process: subprocess.Popen[str], psql: Psql) -> int:
    """The lesson's room, once psql is open."""
    process.stdin.write("\\echo open\n")  # type: ignore[union-attr]
    process.stdin.flush()  # type: ignore[union-attr]
    while (line := process.stdout.readline()) != "open\n":  # type: ignore[union-attr]
        assert line, "psql did not open"
    return int(psql.one("select id from rooms"))


def test_a_lesson_has_a_room_of_its_own_and_leaves_nothing(lesson: Lesson, psql: Psql) -> None:
    said = says(
        lesson(1),
        "select name, :room = id as is_chosen from rooms;\n"
        "select act_as('ben');\n"
        "insert into participants (room_id) values (:room);\n",
    )
    assert "Lesson 1: Two tabs, one table | t" in said
    assert "INSERT 0 1" in said
    assert "?username=ada&inspector" in said
    assert "docs/course/1-two-tabs-one-table.md" in said
    assert psql.one(LEFT) == 0


def test_people_of_these_names_who_were_there_before_stay(lesson: Lesson, psql: Psql) -> None:
    ada, ben = psql.person("Ada"), psql.person("ben")
    said = says(lesson(2), "select act_as('ben');\nselect join_room(:room) is not null as joins;\n")
    assert "joins" in said
    assert psql.all("select id from users order by id") == [(ada,), (ben,)]
    assert psql.all("select id from rooms") == []


def test_what_its_people_made_is_deleted_too(lesson: Lesson, psql: Psql) -> None:
    says(
        lesson(3),
        "select act_as('ben');\n"
        "insert into rooms (name) values ('Lesson three');\n"
        "select create_club('Readers');\n"
        "update rooms set name = 'Another name' where id = :room;\n"
        "select act_as(null);\n"
        "update rooms set host_id = (select id from users where username = 'cleo') where id = :room;\n",
    )
    assert psql.one(LEFT) == 0


def test_a_database_that_stops_meanwhile_is_said_in_one_line(
    lesson: Lesson, psql: Psql, admin: Connection, database_url: str
) -> None:
    running = lesson(1)
    begins(running, psql)
    admin.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and pid <> %s",
        (psql.connection.info.dbname, psql.connection.info.backend_pid),
    )
    said = says(running)
    assert "The database cannot be reached any more" in said
    assert "Traceback" not in said


def test_only_one_lesson_runs_on_a_database(lesson: Lesson, psql: Psql) -> None:
    room = begins(lesson(1), psql)
    assert "Another terminal has a lesson open" in says(lesson(3))
    assert psql.all("select id from rooms") == [(room,)]


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_terminal_that_is_closed_ends_the_lesson(
    lesson: Lesson, psql: Psql, number: signal.Signals
) -> None:
    running = lesson(1)
    begins(running, psql)
    running.send_signal(number)
    says(running)
    assert psql.one(LEFT) == 0


def test_what_a_killed_lesson_left_is_deleted_by_the_next(lesson: Lesson, psql: Psql) -> None:
    killed = lesson(1)
    first = begins(killed, psql)
    killed.kill()
    killed.communicate()
    free = "select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"
    eventually(lambda: psql.one(free) == 0, what=lambda: "the lesson's session has not ended")
    said = says(lesson(2), "select id from rooms;\n")
    assert "Lesson 2" in said
    assert f" {first}\n" not in said
    assert psql.one(LEFT) == 0


def test_there_is_no_seventh_lesson(lesson: Lesson) -> None:
    assert "7 is not in the range 1<=x<=6" in says(lesson(7))


def test_each_lesson_has_its_page() -> None:
    for number, title in enumerate(TITLES, 1):
        page = (DOCS.parent / page_of(number)).read_text("utf-8")
        assert page.startswith(f"# {number}. {title}\n")
