"""A backup by PostgreSQL's own programs, restored into a new server that knows nothing of Roomtone."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.install import install
from roomtone.postgres.programs import bin_dir, socket_url
from roomtone.types import Cursor

from ...conftest import Connect
from ...older_server import OlderPostgres
from ...people import Psql
from ...running import run_relay

JSON = {"Accept": "application/json"}
RIGHTS = re.compile(
    "GRANT|REVOKE|COMMENT|CREATE (POLICY|.*TRIGGER|FUNCTION|VIEW|.*INDEX)|ALTER .*ROW LEVEL SECURITY"
)


def run(program: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(program), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def rights(url: str) -> list[str]:
    """Grants, policies, triggers, functions and comments. PostgreSQL writes other expressions with other parentheses after a restore."""
    done = run(bin_dir() / "pg_dump", "--schema-only", "--schema=roomtone", url)
    assert done.returncode == 0, done.stderr
    return sorted(line for line in done.stdout.splitlines() if RIGHTS.match(line))


def test_a_plain_dump_of_an_older_server_is_whole_again_in_a_new_one(
    open_dir: Path, postgres: EmbeddedPostgres, template: str, connect: Connect
) -> None:
    dump = open_dir / "dump"
    with OlderPostgres(open_dir / "older") as older:
        install(older.url, demo=True)
        psql = Psql(connect(older.url))
        psql.one("select relay_secret('jwt')")
        room = psql.one("select min(id) from rooms where access = 'open' and opened_at is not null")
        psql.seat(room, "anna")
        psql.act_as("anna").one("select say(%s, 'Hello')", room)
        psql.act_as(None)
        before = Cursor(
            *psql.all("select epoch, head_seq from relay_logs(array[%s::bigint])", room)[0]
        )
        psql.one("select node_register('one', 'sfu', 10)")
        psql.run("update rooms set topology = 'sfu' where id = %s", room)
        psql.run("insert into recordings (room_id) values (%s)", room)
        assert psql.one("show server_version").startswith(older.version)
        done = run(older.bin / "pg_dump", "--format=custom", "--file", dump, older.url)
        assert done.returncode == 0, done.stderr
    with EmbeddedPostgres(open_dir / "new", durable=False) as new:
        done = run(bin_dir() / "pg_restore", "--dbname", new.url, dump)
        assert 'role "roomtone_person" does not exist' in done.stderr
        installed = install(new.url, demo=True)
        said = "\n".join(installed.restored)
        assert "Created the roles roomtone_anon, roomtone_person, roomtone_relay" in said
        assert "Gave them back" in said
        assert "clients that come back get a snapshot" in said
        assert "Files of 1 recordings were made by the original" in said
        assert not installed.demo
        assert install(new.url, demo=True).restored == (), "it is said once"
        # With these the matrix of rights is tried.
        assert rights(new.url) == rights(socket_url(postgres.sockets, database=template))
        with run_relay(new.relay_url, demo=True) as relay, relay.sign_in("anna") as anna:
            answer = anna.get(f"/rooms/{room}/events", headers=JSON, params={"after": str(before)})
            snapshot = answer.json()["snapshot"]
            assert Cursor.parse(snapshot["cursor"]).epoch > before.epoch
            assert "Hello" in [message["body"] for message in snapshot["messages"]]
            sent = anna.post("/rows/messages", json={"room_id": room, "body": "Back again"})
            assert sent.status_code == 201, sent.text
