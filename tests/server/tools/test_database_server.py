"""A PostgreSQL that is killed loses what a crash loses, and starts again."""

from __future__ import annotations

import psutil
import psycopg
from roomtone.tools.database_server import DatabaseServer, has_ended


def test_a_killed_server_leaves_no_process_and_recovers() -> None:
    with DatabaseServer(durable=True, empty=True) as server:
        url = server.url("postgres")
        with psycopg.connect(url, autocommit=True) as psql:
            psql.execute("create table kept (n int)")
            psql.execute("create unlogged table lost (n int)")
            psql.execute("insert into lost values (1)")
            psql.execute("insert into kept values (1)")
            first = psutil.Process(server.pid)
            every = [first, *first.children(recursive=True)]
            assert len(every) > 1
            server.kill()
            assert all(map(has_ended, every))
        server.start()
        with psycopg.connect(url) as psql:
            # unlogged tables are emptied when it was not shut down in order (PostgreSQL manual, CREATE TABLE)
            found = psql.execute("select (select count(*) from kept), (select count(*) from lost)")
            assert found.fetchone() == (1, 0)
