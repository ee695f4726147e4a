"""The fixtures of all tests: one embedded PostgreSQL, and for each test a database of its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import TupleRow
from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.install import install
from roomtone.postgres.programs import socket_url
from roomtone.tools import database_server
from roomtone.tools.database_server import OPERATOR
from xdist.remote import Producer

from .data_folder import data_folder
from .databases import Databases
from .parallel import FilesOfTwoKinds, has_sound, place
from .people import Psql

pytest_plugins = ["tests.failing", "tests.hanging"]

Connection = psycopg.Connection[TupleRow]
Connect = Callable[..., Connection]
"""`connect(url=database_url, **psycopg options)`: an autocommit connection, closed after the test."""

NewDatabase = Callable[[str], str]
"""`new_database(template)`: the URL of a fresh copy."""

setattr(database_server, "FOLDERS", data_folder())  # noqa: B010 - of drills and labs, too

# A proxy in the environment is for the world, which only pip asks here.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost,::1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files come first, so that no process runs one alone at the end. Those with browsers stay together: a process keeps its own."""
    places: dict[Path, tuple[bool, int, float]] = {}
    files = dict.fromkeys(item.path for item in items)
    for _, inside in groupby(files, lambda path: path.parent):
        group = list(inside)
        for number, path in enumerate(group):
            sound = has_sound(path)
            places[path] = (not sound, place(path), 0 if sound else number / len(group))
    items.sort(key=lambda item: places[item.path])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesOfTwoKinds:
    return FilesOfTwoKinds(config, log)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def open_dir() -> Iterator[Path]:
    """An empty folder that PostgreSQL's own account may enter, which root's `tmp_path` is not."""
    path = Path(tempfile.mkdtemp(prefix="roomtone-test-", dir=data_folder()))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The embedded PostgreSQL 18; it does not wait for the disk."""
    data_dir = Path(tempfile.mkdtemp(prefix="roomtone-tests-", dir=data_folder()))
    try:
        with EmbeddedPostgres(data_dir, durable=False) as running:
            yield running
    finally:
        shutil.rmtree(data_dir, ignore_errors=True)


@pytest.fixture(scope="session")
def admin(postgres: EmbeddedPostgres) -> Iterator[Connection]:
    """The superuser's connection, for making and dropping databases."""
    url = socket_url(postgres.sockets, database="postgres")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres, admin: Connection) -> str:
    """The name of a database with the schema and no rows."""
    return _template(postgres, admin, "template_plain", demo=False)


@pytest.fixture(scope="session")
def demo_template(postgres: EmbeddedPostgres, admin: Connection) -> str:
    """The name of a database with the schema and the demo."""
    return _template(postgres, admin, "template_demo", demo=True)


@pytest.fixture(scope="session")
def databases(postgres: EmbeddedPostgres, admin: Connection) -> Iterator[Databases]:
    made = Databases(postgres, admin)
    yield made
    made.close()


@pytest.fixture
def new_database(databases: Databases) -> Iterator[NewDatabase]:
    """Makes databases, and drops them after the test, even while clients are connected."""
    made: list[str] = []

    def make(template: str) -> str:
        made.append(databases.make(template))
        return databases.url(made[-1])

    yield make
    for name in made:
        databases.drop(name)


@pytest.fixture
def empty_database_url(new_database: NewDatabase) -> str:
    """A database with nothing in it, as its superuser."""
    return new_database("template0")


@pytest.fixture
def database_url(databases: Databases, template: str) -> Iterator[str]:
    """A database with the schema and no rows, as its superuser, without traces of other tests."""
    name, fingerprint = databases.borrow(template)
    yield databases.url(name)
    databases.give_back(template, name, fingerprint)


@pytest.fixture(scope="module")
def standing_database_url(databases: Databases, template: str) -> Iterator[str]:
    """The same for all tests of a file."""
    name, fingerprint = databases.borrow(template)
    yield databases.url(name)
    databases.give_back(template, name, fingerprint)


@pytest.fixture
def demo_database_url(new_database: NewDatabase, demo_template: str) -> str:
    """A fresh database with the schema and the demo, as its superuser."""
    return new_database(demo_template)


@pytest.fixture
def connect(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Connect]:
    """Opens connections: to this test's database, unless another URL is given.

    An earlier test may have used such a session; `psycopg.connect` opens a new one.
    """
    opened: list[Connection] = []

    def open_one(url: str | None = None, *, autocommit: bool = True) -> Connection:
        target = url or str(request.getfixturevalue("database_url"))
        if (kept := databases.kept.get(target)) is not None:
            connection = kept.take()
        else:
            connection = psycopg.connect(target, **OPERATOR)
            opened.append(connection)
        connection.autocommit = autocommit
        return connection

    yield open_one
    for connection in opened:
        connection.close()


@pytest.fixture
def psql(connect: Connect) -> Psql:
    """The operator in psql, in this test's database."""
    return Psql(connect())


def _template(postgres: EmbeddedPostgres, admin: Connection, name: str, *, demo: bool) -> str:
    admin.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
    url = socket_url(postgres.sockets, database=name)
    install(url, demo=demo)
    with psycopg.connect(url, autocommit=True) as connection:
        # A test's database is new, and not a copy of one in use.
        connection.execute("delete from roomtone.database_marks where true")
    return name
